#include "actors/domain/hedging/backfill_plan.hpp"

#include <algorithm>
#include <iterator>

#include "messages/types/check.hpp"

namespace hedgerow::domain {
namespace {

/// `range` cut to `length` blocks, without overflow at the end of the number line.
std::uint64_t last_of(std::uint64_t from, std::uint64_t length, std::uint64_t head) {
  return head - from < length ? head : from + (length - 1);
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
  backfill_cursor after{range.to + 1, cursor.batch, cursor.good_in_a_row + 1};
  const std::uint64_t widest = std::max<std::uint64_t>(policy.max_batch, 1);
  if (after.batch >= widest) {
    after.batch = widest;
    after.good_in_a_row = 0;
  } else if (after.good_in_a_row >= policy.grow_after) {
    after.batch = after.batch > widest / 2 ? widest : after.batch * 2;
    after.good_in_a_row = 0;
  }
  return after;
}

std::optional<backfill_cursor> backfill_too_wide(const backfill_cursor& cursor, const block_range& range) {
  const std::uint64_t blocks = range.to - range.from + 1;
  if (blocks <= 1) return std::nullopt;
  return backfill_cursor{cursor.next, blocks / 2, 0};
}

backfill_cursor rewind_backfill(const backfill_cursor& cursor, std::uint64_t lowest_orphan) {
  return {std::min(cursor.next, lowest_orphan), cursor.batch, cursor.good_in_a_row};
}

std::optional<block_range> due_rescan(const backfill_cursor& cursor, const backfill_policy& policy, std::uint64_t head,
                                      timestamp last_rescan, timestamp now) {
  if (policy.rescan_blocks == 0 || cursor.next <= policy.start_block) return std::nullopt;
  if (last_rescan != timestamp{} && now < last_rescan + policy.rescan_interval) return std::nullopt;
  const std::uint64_t to = std::min(cursor.next - 1, head);
  if (to < policy.start_block) return std::nullopt;
  const std::uint64_t back = std::min(policy.rescan_blocks - 1, to);
  return block_range{std::max(policy.start_block, to - back), to};
}

fork_finding find_orphans(const std::map<std::uint64_t, hash32>& known, std::span<const block_header> canonical) {
  fork_finding finding;
  if (known.empty()) return finding;
  if (canonical.empty()) return {fork_verdict::need_older, {}, known.rbegin()->first};
  if (!one_chain(canonical)) return {fork_verdict::broken, {}, 0};
  // The known blocks need not be of one branch, so none of them speaks for another: each is held against the chain.
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
