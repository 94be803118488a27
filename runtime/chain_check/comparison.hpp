// The logs of the chain against those of the event log, block range by block range.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/ports/chain_client.hpp"
#include "runtime/chain_check/booked_logs.hpp"

namespace hedgerow::chain_check {

struct difference {
  /// Number of its block, and its index there.
  std::pair<std::uint64_t, std::uint64_t> place;
  /// For people; one line.
  std::string what;
};

struct counts {
  /// Takes and Clears on the chain.
  std::uint64_t on_chain = 0;
  /// Those of them that are booked with the same content.
  std::uint64_t agree = 0;
  /// Logs that are dead letters because no record can hold them.
  std::uint64_t refused = 0;
  /// Booked logs of contracts that the configuration does not name (any more).
  std::uint64_t of_other_books = 0;
};

class comparison {
 public:
  /// `config` says which books, and whose orders.
  comparison(booked_logs booked, const ingestion::ingestion_config& config);

  /// The node's whole answer for some of the blocks; the blocks of two calls do not overlap.
  void take(const ports::evm_logs& answer);
  /// No more will come: what is booked and was not on the chain is a difference. In the order of the chain.
  [[nodiscard]] std::vector<difference> finish();

  [[nodiscard]] const counts& seen() const { return counts_; }

 private:
  void compare(const raw_evm_log& log, orderbook_version version, const std::vector<raw_evm_log>& of_transaction);
  void differs(const evm_log_ref& ref, const std::string& what);

  booked_logs booked_;
  const ingestion::ingestion_config& config_;
  counts counts_;
  std::vector<difference> differences_;
};

}  // namespace hedgerow::chain_check
