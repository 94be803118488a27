// Live logs that were passed on before a quorum had told them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::chain {

/// Bounded: the logs of the oldest blocks go first.
class unconfirmed_logs {
 public:
  struct entry {
    raw_evm_log log;
    /// Who told it.
    std::set<std::size_t> by;
  };

  void told(std::size_t endpoint, const raw_evm_log& log, std::uint32_t quorum);
  /// A quorum gave these logs of the blocks that were asked for: forgets the logs of these blocks, and returns those
  /// that are not among them.
  [[nodiscard]] std::vector<entry> compare(const ports::evm_log_query& asked, const ports::evm_logs& agreed);
  [[nodiscard]] std::size_t size() const { return logs_.size(); }

 private:
  /// Block number, block hash and place in the block.
  using key = std::tuple<std::uint64_t, hash32, std::uint64_t>;
  static key key_of(const raw_evm_log& log) { return {log.ref.block_number, log.ref.block_hash, log.ref.log_index}; }
  std::map<key, entry> logs_;
};

}  // namespace hedgerow::chain
