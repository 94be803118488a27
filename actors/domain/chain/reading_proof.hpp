// How much of what was read is proven: ranges are read of whatever branch the node follows just then, and only a walk
// from the head shows that this was one branch. What was read beyond the proof is read again, and the checkpoint stays
// below it (facts, 3.6).
#pragma once

#include <cstdint>
#include <optional>

#include "actors/domain/chain/backfill_plan.hpp"

namespace hedgerow::domain {

class reading_proof {
 public:
  /// What was known when a range was asked for.
  struct as_asked {
    std::uint64_t proven_to = 0;
    /// Lowest block that could still change.
    std::uint64_t changeable_from = 0;
    friend bool operator==(const as_asked&, const as_asked&) = default;
  };
  struct verdict {
    /// How far the checkpoint may go; nullopt when it must not move.
    std::optional<std::uint64_t> checkpoint;
    /// Some of the range is to be read again: a walk is needed.
    bool in_doubt = false;
    friend bool operator==(const verdict&, const verdict&) = default;
  };

  /// `window` is how many blocks deep a reorg may be.
  explicit reading_proof(std::uint64_t window) : window_{window} {}

  /// Up to here a walk on this connection has proven the followed branch, or heads that build on it have; 0 before.
  [[nodiscard]] std::uint64_t proven_to() const { return proven_to_; }
  /// A walk has shown, since the start, that what was read is of the followed branch, but for what is read again.
  [[nodiscard]] bool branch_is_read() const { return branch_is_read_; }
  /// So deep below the checkpoint that no reorg reaches it.
  [[nodiscard]] bool is_final(std::uint64_t block, std::uint64_t checkpoint) const {
    return block + window_ <= checkpoint;
  }

  /// A new connection proves nothing yet. `planned` is the first block to read by the checkpoint, `before` the one that
  /// was next on the last connection. Returns the first to read: what was to be read again still is.
  [[nodiscard]] std::uint64_t reconnected(std::uint64_t planned, std::uint64_t before);

  /// A head was followed that builds on the one of `old_tip`.
  void extended(std::uint64_t old_tip, std::uint64_t new_tip);
  /// A walk has proven the branch up to `tip`. Returns from where to read again.
  [[nodiscard]] std::optional<std::uint64_t> proven(std::uint64_t tip);

  /// To be kept with a range that is asked for now, while the node's head is `head`.
  [[nodiscard]] as_asked asked(std::uint64_t head) const;
  /// The range was read, and all blocks below it; the next one to read is `next`.
  [[nodiscard]] verdict read(const block_range& range, const as_asked& then, std::uint64_t next);
  /// Blocks from this one on are to be read again when the branch is proven. False, and nothing changes, when none of
  /// them was read: `next` is the first that was not.
  [[nodiscard]] bool doubt(std::uint64_t from, std::uint64_t next);

 private:
  std::uint64_t window_;
  bool branch_is_read_ = false;
  std::uint64_t proven_to_ = 0;
  /// Lowest block that was read above the proven part of the branch.
  std::optional<std::uint64_t> unproven_from_;
};

}  // namespace hedgerow::domain
