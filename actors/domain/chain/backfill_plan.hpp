// Which blocks to read next: batches from the checkpoint to the head that never skip a block and never trust a node
// that is behind (facts, 3.3, 3.5 and 3.7), and which known blocks a reorg orphaned (facts, 3.6).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "messages/types/evm.hpp"

namespace hedgerow::domain {

/// Inclusive.
struct block_range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  friend bool operator==(const block_range&, const block_range&) = default;
};

struct backfill_policy {
  /// The order book's deployment; nothing below it is read.
  std::uint64_t start_block = 0;
  /// Largest number of blocks in one request.
  std::uint64_t max_batch = 1000;
  /// Successful requests of the whole batch in a row after which a shrunken batch doubles again. A width that is
  /// refused right after the batch grew to it doubles the number, up to 64 times of it.
  std::uint32_t grow_after = 8;
  /// Blocks before the checkpoint that are read again at a start or a reconnect.
  std::uint64_t overlap = 0;
  /// Every `rescan_interval` the blocks read since the last rescan are read again, and as many blocks below that: a
  /// node can answer incompletely right after a block, and subscriptions can silently miss logs. 0 for never.
  std::uint64_t rescan_blocks = 128;
  std::chrono::milliseconds rescan_interval{60'000};
};

/// The place of reading. `next` is the first block that has not been read.
struct backfill_cursor {
  std::uint64_t next = 0;
  std::uint64_t batch = 1000;
  std::uint32_t good_in_a_row = 0;
  /// What `grow_after` is multiplied by.
  std::uint32_t patience = 1;
  /// The batch has grown to its width, and nothing of that width was answered often enough yet.
  bool probing = false;
  friend bool operator==(const backfill_cursor&, const backfill_cursor&) = default;
};

/// At a start or a reconnect. Without a checkpoint: from the start block.
[[nodiscard]] backfill_cursor start_backfill(std::optional<std::uint64_t> checkpoint, const backfill_policy& policy);

enum class backfill_action : std::uint8_t {
  read,       // ask for `range`
  caught_up,  // everything up to the head has been read
  wait,       // the node's head is below what has been read already: it lags; ask again later, move nothing
};

struct backfill_step {
  backfill_action action = backfill_action::caught_up;
  block_range range;
  friend bool operator==(const backfill_step&, const backfill_step&) = default;
};

/// The next request, never past `head`. One range is in flight at a time.
[[nodiscard]] backfill_step plan_backfill(const backfill_cursor& cursor, const backfill_policy& policy,
                                          std::uint64_t head);

/// `range` was answered, and the same node says afterwards that its head is `node_head`. Nothing when that is below the
/// range: the answer may be empty only because the node does not have the blocks, so ask again. Otherwise the cursor
/// behind the range; advance the checkpoint only when all its logs are durable. The range must be the one planned.
[[nodiscard]] std::optional<backfill_cursor> backfill_read(const backfill_cursor& cursor, const backfill_policy& policy,
                                                           const block_range& range, std::uint64_t node_head);

/// `range` was answered, new blocks or those of a rescan: the batch may grow. A range shorter than the batch proves
/// nothing about its width.
[[nodiscard]] backfill_cursor backfill_width_worked(const backfill_cursor& cursor, const backfill_policy& policy,
                                                    const block_range& range);

/// The node does not answer ranges of this width, of new blocks or of a rescan: half of it. Nothing when it was a
/// single block: no smaller request exists, a person has to look; the block is not skipped.
[[nodiscard]] std::optional<backfill_cursor> backfill_too_wide(const backfill_cursor& cursor, const block_range& range);

/// After a reorg: reading starts again at the lowest orphaned block.
[[nodiscard]] backfill_cursor rewind_backfill(const backfill_cursor& cursor, std::uint64_t lowest_orphan);

/// How far reading again has come. A pass covers everything that was read since the last complete one, however long ago
/// that was, in pieces of the width that the node answers; it goes on after a failure or a lost connection.
struct rescan_progress {
  /// End of the last complete pass.
  std::optional<std::uint64_t> complete_to;
  /// What the pass under way has not read yet.
  std::optional<block_range> left;
  /// When the newest pass began, on the monotonic clock.
  std::optional<std::chrono::nanoseconds> begun;
  friend bool operator==(const rescan_progress&, const rescan_progress&) = default;
};

/// With a pass under way when one is due at `now` (monotonic); otherwise as it was. A pass never reaches above `head`,
/// nor above what has been read, also when a reorg has made that less in the meantime.
[[nodiscard]] rescan_progress plan_rescan(const rescan_progress& progress, const backfill_cursor& cursor,
                                          const backfill_policy& policy, std::uint64_t head,
                                          std::chrono::nanoseconds now);

/// The next request of the pass under way, never wider than the batch nor past `head`; nothing without a pass, and
/// while the node lags behind it.
[[nodiscard]] std::optional<block_range> next_rescan(const rescan_progress& progress, const backfill_cursor& cursor,
                                                     std::uint64_t head);

/// `range`, the first blocks that were left, was read again. The pass is complete when nothing is left.
[[nodiscard]] rescan_progress rescan_read(const rescan_progress& progress, const block_range& range);

/// Lowest block that a rescan will still read. What we know of this and all higher blocks must be kept; otherwise their
/// logs look new. nullopt before the first pass.
[[nodiscard]] std::optional<std::uint64_t> lowest_to_rescan(const rescan_progress& progress,
                                                            const backfill_policy& policy);

/// A header as a node gave it.
struct block_header {
  std::uint64_t number = 0;
  hash32 hash;
  hash32 parent;
};

enum class fork_verdict : std::uint8_t {
  settled,     // `orphaned` is complete; it may be empty
  need_older,  // nothing proves what became of `older`: get its header as well and ask again
  broken,      // the headers do not form one chain: the node switched branches in between, get them again
};

struct fork_finding {
  fork_verdict verdict = fork_verdict::settled;
  /// Known blocks that are not in the canonical chain, highest first: the order in which to revert them.
  std::vector<std::uint64_t> orphaned;
  /// The highest of `unproven`.
  std::uint64_t older = 0;
  /// Known blocks that no header proves or refutes, highest first.
  std::vector<std::uint64_t> unproven{};
};

/// Compares the hashes by which blocks are known with canonical headers in ascending order; gaps are allowed. The known
/// blocks need not be of one branch: logs of a new branch are accepted while some of the old one are still known. So
/// each of them needs a header of its height, or of the next one, whose parent it is or is not. A known block with
/// neither is unproven. Blocks above the last header are left alone, since a node that lags knows nothing of them.
[[nodiscard]] fork_finding find_orphans(const std::map<std::uint64_t, hash32>& known,
                                        std::span<const block_header> canonical);

}  // namespace hedgerow::domain
