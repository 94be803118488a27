// All blocks that a chain ever had, of every branch.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::test {

/// The transaction of a log spec, and what it does. The same number in two blocks is the same transaction.
struct tx_spec {
  enum class kind : std::uint8_t {
    take,   // one fill
    clear,  // a Clear of the owner and its AfterClear
    pair,   // two Clears, each with its AfterClear
  };
  kind what = kind::take;
  std::uint64_t number = 0;
  friend bool operator==(const tx_spec&, const tx_spec&) = default;
};

/// The order book that the model's logs come from, and its owner.
[[nodiscard]] address model_book();
[[nodiscard]] address model_owner();

/// Blocks are called by numbers that have nothing to do with their heights. Block 0 is the first of the chain.
class block_tree {
 public:
  struct block {
    ports::chain_block header;
    std::uint64_t parent = 0;
    std::vector<raw_evm_log> logs;
  };

  block_tree();
  /// `parent` must be there and `name` must not.
  void add(std::uint64_t name, std::uint64_t parent, const std::vector<tx_spec>& transactions);
  [[nodiscard]] bool has(std::uint64_t name) const { return blocks_.contains(name); }
  [[nodiscard]] const block& at(std::uint64_t name) const { return blocks_.at(name); }
  [[nodiscard]] std::uint64_t height(std::uint64_t name) const { return at(name).header.number; }
  /// The ancestor of that height, or the block itself; it must not be lower.
  [[nodiscard]] std::uint64_t ancestor(std::uint64_t name, std::uint64_t height) const;
  [[nodiscard]] std::uint64_t common_ancestor(std::uint64_t a, std::uint64_t b) const;
  /// From behind `below`, an ancestor, up to `name`.
  [[nodiscard]] std::vector<std::uint64_t> path(std::uint64_t below, std::uint64_t name) const;
  /// Nothing when no block has the hash.
  [[nodiscard]] const block* find(const hash32& hash) const;

 private:
  std::map<std::uint64_t, block> blocks_;
  std::map<hash32, std::uint64_t> names_;
};

}  // namespace hedgerow::test
