#include "actors/domain/chain/backfill_plan.hpp"

#include <algorithm>
#include <iterator>

#include "messages/types/check.hpp"

namespace hedgerow::domain {
namespace {

/// `range` cut to `length` blocks, without overflow at the end of the number line.
std::uint64_t last_of(std::uint64_t from, std::uint64_t length, std::uint64_t head) {
  return head - from < length ? head : from + (length - 1);
}

/// Refusals in turn with growth make it rarer, up to this many times.
constexpr std::uint32_t most_patience = 64;

/// The lowest block of a pass whose end, or that of the one before, is `to`.
std::uint64_t rescan_from(std::uint64_t to, const backfill_policy& policy) {
  const std::uint64_t back = std::min(policy.rescan_blocks - 1, to);
  return std::max(policy.start_block, to - back);
}

bool one_chain(std::span<const block_header> headers) {
  for (std::size_t i = 1; i < headers.size(); ++i) {
    const block_header& low = headers[i - 1];
    const block_header& high = headers[i];
    if (high.number <= low.number) return false;
    if (high.number == low.number + 1 && high.parent != low.hash) return false;
  }
  return true;
}

}  // namespace

backfill_cursor start_backfill(std::optional<std::uint64_t> checkpoint, const backfill_policy& policy) {
  backfill_cursor cursor{policy.start_block, std::max<std::uint64_t>(policy.max_batch, 1), 0};
  if (!checkpoint) return cursor;
  const std::uint64_t next = *checkpoint + 1;
  cursor.next = std::max(policy.start_block, next - std::min(policy.overlap, next));
  return cursor;
}

backfill_step plan_backfill(const backfill_cursor& cursor, const backfill_policy& policy, std::uint64_t head) {
  if (head < cursor.next) {
    // Nothing above the head was ever read unless the node fell back; before the start block there is nothing to read.
    const bool nothing_new = head + 1 == cursor.next || cursor.next <= policy.start_block;
    return {nothing_new ? backfill_action::caught_up : backfill_action::wait, {}};
  }
  return {backfill_action::read, {cursor.next, last_of(cursor.next, std::max<std::uint64_t>(cursor.batch, 1), head)}};
}

std::optional<backfill_cursor> backfill_read(const backfill_cursor& cursor, const backfill_policy& policy,
                                             const block_range& range, std::uint64_t node_head) {
  HEDGEROW_CHECK(range.from == cursor.next && range.to >= range.from, "only the planned range moves the cursor");
  if (node_head < range.to) return std::nullopt;
  backfill_cursor after = backfill_width_worked(cursor, policy, range);
  after.next = range.to + 1;
  return after;
}

backfill_cursor backfill_width_worked(const backfill_cursor& cursor, const backfill_policy& policy,
                                      const block_range& range) {
  const std::uint64_t widest = std::max<std::uint64_t>(policy.max_batch, 1);
  backfill_cursor after = cursor;
  if (after.batch >= widest && !after.probing) return {cursor.next, widest, 0};
  if (range.to - range.from + 1 < std::min(after.batch, widest)) return after;
  if (++after.good_in_a_row < policy.grow_after * after.patience) return after;
  if (after.batch >= widest) return {cursor.next, widest, 0};
  // The probed width works: growing further is as cheap as it was before.
  if (after.probing) after.patience = 1;
  after.batch = after.batch > widest / 2 ? widest : after.batch * 2;
  after.good_in_a_row = 0;
  after.probing = true;
  return after;
}

std::optional<backfill_cursor> backfill_too_wide(const backfill_cursor& cursor, const block_range& range) {
  const std::uint64_t blocks = range.to - range.from + 1;
  if (blocks <= 1) return std::nullopt;
  const auto patience = cursor.probing ? std::min(cursor.patience * 2, most_patience) : cursor.patience;
  return backfill_cursor{cursor.next, std::min(cursor.batch, blocks / 2), 0, patience, false};
}

backfill_cursor rewind_backfill(const backfill_cursor& cursor, std::uint64_t lowest_orphan) {
  backfill_cursor after = cursor;
  after.next = std::min(cursor.next, lowest_orphan);
  return after;
}

rescan_progress plan_rescan(const rescan_progress& progress, const backfill_cursor& cursor,
                            const backfill_policy& policy, std::uint64_t head, std::chrono::nanoseconds now) {
  rescan_progress after = progress;
  if (policy.rescan_blocks == 0 || cursor.next <= policy.start_block) {
    after.left.reset();
    return after;
  }
  const std::uint64_t read_to = cursor.next - 1;
  if (after.left && after.left->to > read_to) {
    // A reorg: what it took back is read as new, and the next pass begins below it.
    after.left->to = read_to;
    if (after.left->from > read_to) after.left.reset();
  }
  if (after.left || (after.begun && now < *after.begun + policy.rescan_interval)) return after;
  const std::uint64_t to = std::min(read_to, head);
  if (to < policy.start_block) return after;
  after.left = block_range{rescan_from(std::min(after.complete_to.value_or(to), to), policy), to};
  after.begun = now;
  return after;
}

std::optional<block_range> next_rescan(const rescan_progress& progress, const backfill_cursor& cursor,
                                       std::uint64_t head) {
  if (!progress.left || head < progress.left->from) return std::nullopt;
  const std::uint64_t end = std::min(progress.left->to, head);
  return block_range{progress.left->from, last_of(progress.left->from, std::max<std::uint64_t>(cursor.batch, 1), end)};
}

rescan_progress rescan_read(const rescan_progress& progress, const block_range& range) {
  HEDGEROW_CHECK(range.to >= range.from, "a range has a block");
  rescan_progress after = progress;
  // The pass may have been cut short by a reorg since the range was asked for.
  if (!after.left || after.left->from != range.from) return after;
  if (range.to < after.left->to) {
    after.left->from = range.to + 1;
    return after;
  }
  after.complete_to = after.left->to;
  after.left.reset();
  return after;
}

std::optional<std::uint64_t> lowest_to_rescan(const rescan_progress& progress, const backfill_policy& policy) {
  if (policy.rescan_blocks == 0) return std::nullopt;
  std::optional<std::uint64_t> lowest;
  if (progress.complete_to) lowest = rescan_from(*progress.complete_to, policy);
  if (progress.left) lowest = std::min(lowest.value_or(progress.left->from), progress.left->from);
  return lowest;
}

fork_finding find_orphans(const std::map<std::uint64_t, hash32>& known, std::span<const block_header> canonical) {
  fork_finding finding;
  if (known.empty()) return finding;
  if (canonical.empty()) return {fork_verdict::need_older, {}, known.rbegin()->first};
  if (!one_chain(canonical)) return {fork_verdict::broken, {}, 0};
  // The known blocks need not be of one branch, so none of them proves another: each is compared with the chain.
  auto header = canonical.rbegin();
  for (auto at = std::make_reverse_iterator(known.upper_bound(header->number)); at != known.rend(); ++at) {
    const auto& [number, hash] = *at;
    while (std::next(header) != canonical.rend() && std::next(header)->number >= number) ++header;
    if (header->number != number && header->number != number + 1) {
      if (finding.verdict == fork_verdict::settled) finding.older = number;
      finding.verdict = fork_verdict::need_older;
      finding.unproven.push_back(number);
    } else if (hash != (header->number == number ? header->hash : header->parent)) {
      finding.orphaned.push_back(number);
    }
  }
  return finding;
}

}  // namespace hedgerow::domain
