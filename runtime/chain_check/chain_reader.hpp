// Reads a chain in order while the caller waits: ranges as wide as the node answers, tried again after pauses.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/domain/chain/backfill_plan.hpp"
#include "actors/domain/chain/range_retry.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/random.hpp"

namespace hedgerow::chain_check {

class chain_reader {
 public:
  using pause = std::function<void(std::chrono::milliseconds)>;
  /// Called with each range and the node's whole answer.
  using take_range = std::function<void(const domain::block_range&, const ports::evm_logs&)>;

  /// Every answer must come in the end, as the port promises. `random` must outlive the reader; `wait` lets time pass.
  chain_reader(std::shared_ptr<ports::chain_client> chain, ports::random& random, pause wait)
      : chain_{std::move(chain)}, random_{random}, wait_{std::move(wait)} {}

  /// Errors are for people: what was asked for, and why the node has not answered after some tries.
  [[nodiscard]] expected<std::uint64_t, std::string> chain_id();
  [[nodiscard]] expected<ports::chain_block, std::string> head();
  /// All of these blocks, `most` at a time. Stops at the first range that is not answered.
  [[nodiscard]] expected<void, std::string> read(const domain::block_range& blocks, const ports::evm_log_filter& of,
                                                 std::uint64_t most, const take_range& take);

 private:
  /// Asks until there is an answer, or too many tries have failed.
  template <class T, class Ask>
  expected<T, std::string> insist(const std::string& what, Ask ask);

  std::shared_ptr<ports::chain_client> chain_;
  ports::random& random_;
  pause wait_;
};

}  // namespace hedgerow::chain_check
