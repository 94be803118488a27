// What the event log holds of the chain: the logs that were accepted and not taken back since.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/domain/chain/backfill_plan.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/events/blockchain_event.hpp"
#include "messages/events/ingestion_state.hpp"

namespace hedgerow::chain_check {

/// Hash of its block, and its index there.
using log_id = std::pair<hash32, std::uint64_t>;
[[nodiscard]] log_id id_of(const evm_log_ref& ref);

/// Equal for logs with the same contract, transaction, topics and data.
[[nodiscard]] hash32 content_of(const raw_evm_log& log);

struct booked_log {
  /// Of its event.
  std::uint64_t sequence = 0;
  address book;
  evm_log_ref ref;
  hash32 content;
  /// Content of the AfterClear that was attached.
  std::optional<hash32> after_clear;
};

struct booked_logs {
  std::map<log_id, booked_log> standing;
  /// Logs that no record can hold, by the key of their dead letter.
  std::set<std::string> refused;
  /// Records that this version cannot read, each with its place.
  std::vector<std::string> unreadable;
};

/// Called with the number of records read so far, now and then.
using progress = std::function<void(std::uint64_t)>;

/// Of these blocks only. The error is for people.
[[nodiscard]] expected<booked_logs, std::string> read_booked(ports::event_log& log, const domain::block_range& blocks,
                                                             const progress& tell);

/// Nothing when no block was ever read. The error is for people.
[[nodiscard]] expected<std::optional<ingestion_checkpoint>, std::string> read_checkpoint(ports::event_log& log);

}  // namespace hedgerow::chain_check
