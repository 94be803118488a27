// Live logs that were passed on when one endpoint told them, until a quorum has read their block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "messages/events/blockchain_event.hpp"

namespace hedgerow::domain {

/// Bounded: of the endpoint that told most the log of the oldest block goes first.
class live_logs {
 public:
  struct entry {
    raw_evm_log log;
    /// Who told it.
    std::set<std::size_t> by;
  };

  /// So many endpoints confirm a log by telling it.
  explicit live_logs(std::uint32_t quorum) : quorum_{quorum} {}

  void told(std::size_t endpoint, const raw_evm_log& log);
  /// What `compare` returned could not be looked at: it is compared again.
  void keep(const entry& log);
  /// A quorum gave these logs as all of blocks `from` to `to` that pass the filter: forgets the logs that pass it, and
  /// returns those that are not among them, whoever told them.
  [[nodiscard]] std::vector<entry> compare(std::uint64_t from, std::uint64_t to,
                                           const std::function<bool(const raw_evm_log&)>& filter,
                                           const std::vector<raw_evm_log>& agreed);
  /// How many fewer than a quorum have told.
  [[nodiscard]] std::size_t unconfirmed() const;

 private:
  void make_room();

  /// Block number, block hash and place in the block.
  using key = std::tuple<std::uint64_t, hash32, std::uint64_t>;
  static key key_of(const raw_evm_log& log) { return {log.ref.block_number, log.ref.block_hash, log.ref.log_index}; }

  std::uint32_t quorum_;
  /// At one place several, when endpoints told different logs of it.
  std::multimap<key, entry> logs_;
};

}  // namespace hedgerow::domain
