// The logs that ingestion accepted within the last blocks: what a reorg could still take back (facts, 3.6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/blockchain_event.hpp"

namespace hedgerow::domain {

enum class evm_log_verdict : std::uint8_t {
  fresh,             // not seen; in the window now when it was accepted
  duplicate,         // the same log is in the window
  conflicting,       // another block hash is in the window at this height: orphan() the one that is not canonical
  below_the_window,  // too old to tell a duplicate from news
};

/// Key of a log in the ingestion changelog: `{block_hash}:{log_index}`.
[[nodiscard]] std::string window_key(const evm_log_ref& ref);

/// The same log of the same block.
[[nodiscard]] inline bool same_log(const evm_log_ref& a, const evm_log_ref& b) {
  return a.block_hash == b.block_hash && a.log_index == b.log_index;
}

/// Every height in it has logs of one block hash. Blocks that leave the window are final. The newest of them stays as
/// a witness: while the witness is canonical, no reorg was deeper than the window.
class reorg_window {
 public:
  /// Number of newest blocks, at least 1, whose logs are kept.
  explicit reorg_window(std::uint64_t depth = 128);

  /// What accept() would say, without keeping anything.
  [[nodiscard]] evm_log_verdict classify(const evm_log_ref& ref) const;

  /// Logs of this height were accepted in another block than `hash`.
  [[nodiscard]] bool contradicts(std::uint64_t block_number, const hash32& hash) const;

  /// Keeps the event if it is fresh. Also used to fill the window from the changelog.
  evm_log_verdict accept(blockchain_event event);

  /// The chain said `removed` about this log: takes it out. Nothing when it is not in the window (never accepted, or
  /// reverted already).
  [[nodiscard]] std::optional<blockchain_event> remove(const evm_log_ref& ref);

  /// The canonical hash of a height is `canonical`: takes out all logs of that height in another block, in the order in
  /// which to revert them, the last accepted first. For several heights call it from the highest down.
  [[nodiscard]] std::vector<blockchain_event> orphan(std::uint64_t block_number, const hash32& canonical);

  /// Every block up to `read_up_to` has been read: drops blocks that are `depth` or more behind it, save the newest of
  /// them, and gives the keys of their logs, for tombstones. A smaller number than before changes nothing.
  [[nodiscard]] std::vector<std::string> prune(std::uint64_t read_up_to);

  /// Blocks below `number` were dropped earlier; used to fill the window from the changelog.
  void dropped_below(std::uint64_t number);

  /// The Clears whose AfterClear lies behind `between`, another Clear or AfterClear of their book and transaction,
  /// while they lie before it: that AfterClear is not theirs.
  [[nodiscard]] std::vector<evm_log_ref> paired_across(const raw_evm_log& between) const;

  /// Height and hash of the blocks in the window that have logs, for find_orphans().
  [[nodiscard]] std::map<std::uint64_t, hash32> known_blocks() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint64_t depth() const { return depth_; }
  /// Lowest height that the window can judge: nothing was dropped there or above it. Never goes back.
  [[nodiscard]] std::uint64_t floor() const { return floor_; }

 private:
  struct block_logs {
    hash32 hash;
    /// By log index.
    std::map<std::uint64_t, blockchain_event> events;
  };

  std::uint64_t depth_;
  std::uint64_t floor_ = 0;
  std::size_t size_ = 0;
  std::map<std::uint64_t, block_logs> blocks_;
};

}  // namespace hedgerow::domain
