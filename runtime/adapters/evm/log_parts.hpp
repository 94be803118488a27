// Reading a block with more logs than the node puts into one answer.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::evm {

/// What the reading in parts asks the node.
struct log_questions {
  /// eth_getLogs for a range, or with a hash for that block alone.
  std::function<void(const ports::evm_log_query&, const hash32* block, ports::chain_callback<ports::evm_logs>)> logs;
  /// eth_getBlockByNumber.
  std::function<void(std::uint64_t number, ports::chain_callback<std::optional<ports::chain_block>>)> header;
};

/// Questions about one block that the node refused as too wide. Thread-safe.
///
/// An answer larger than the largest frame ends the connection, and everything asked on it fails: the parts can only
/// be asked for on the next one.
class refused_questions {
 public:
  [[nodiscard]] bool has(const ports::evm_log_query& query) const;
  void add(const ports::evm_log_query& query);

 private:
  mutable std::mutex mutex_;
  /// The oldest first.
  std::deque<std::string> texts_;
};

/// Asks for logs. When the node refuses a single block with `range_too_wide`, asks for its hash, then for the logs of
/// the block with that hash: of half of the contracts, half of these, and of one contract event by event. The answer
/// has all logs, part after part. A part that fails fails the whole; `range_too_wide` then means that there is no
/// smaller question.
///
/// Source: EIP-234. A node that does not have the block of a hash refuses the question, where it answers a range with
/// an empty list; and all parts are of the same block.
void ask_in_parts(log_questions node, std::shared_ptr<refused_questions> refused, ports::evm_log_query query,
                  ports::chain_callback<ports::evm_logs> done);

}  // namespace hedgerow::evm
