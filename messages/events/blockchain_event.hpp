// Topic blockchain-events: one order-book log as the chain gave it, or its reversal after a reorg.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

/// ABI generation of an order book. V5 emits the same events as V6 (facts, 1.3).
enum class orderbook_version : std::uint8_t { v4, v6 };

/// Whether a log joined the canonical chain or left it.
enum class evm_log_change : std::uint8_t { applied, reverted };

/// One log as JSON-RPC delivers it, checked for form only.
struct raw_evm_log {
  address book;
  std::vector<hash32> topics;
  bytes data;
  evm_log_ref ref;
  friend bool operator==(const raw_evm_log&, const raw_evm_log&) = default;
};

struct blockchain_event {
  /// Position in the order in which ingestion accepted logs, starting at 1, without gaps, per chain. Downstream a
  /// sequence that is not larger than the last one is a duplicate.
  std::uint64_t sequence = 0;
  std::uint64_t chain_id = 0;
  orderbook_version version = orderbook_version::v4;
  evm_log_change change = evm_log_change::applied;
  raw_evm_log log;
  /// The AfterClear log that belongs to a Clear (facts, 2.2), attached so that replay needs no chain.
  std::optional<raw_evm_log> after_clear;
  timestamp block_time;
  /// When it is reverted: the sequence that its log was applied with. 0 in events of earlier versions.
  std::uint64_t reverts = 0;
  friend bool operator==(const blockchain_event&, const blockchain_event&) = default;
};

}  // namespace hedgerow
