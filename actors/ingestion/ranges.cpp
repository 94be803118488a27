// Reading by ranges: new blocks first, then those of a rescan, one request at a time. A range is read when every log of
// it could be read and the node is known to have its blocks; only then does the checkpoint move.
#include <caf/all.hpp>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/range_failures.hpp"

namespace hedgerow::ingestion {

using ports::chain_failure;
using ports::notice_level;

namespace {

std::string shown(const domain::block_range& blocks) {
  if (blocks.from == blocks.to) return "block " + std::to_string(blocks.from);
  return "blocks " + std::to_string(blocks.from) + " to " + std::to_string(blocks.to);
}

/// Longest part of a log's text that a notice holds.
constexpr std::size_t text_shown = 300;

}  // namespace

void ingestion::read_on() {
  if (!connected_ || !identified_ || range_ || verifying_ || distrusting_ || awaited_ticket_ != 0 || head_.number == 0)
    return;
  const auto plan = domain::plan_backfill(cursor_, config_.backfill, head_.number);
  if (plan.action == domain::backfill_action::wait) return node_is_behind();
  reading_news_.over("chain_behind");
  if (plan.action == domain::backfill_action::read) {
    if (!reading_.resting) ask_range(plan.range, false);
    return;
  }
  caught_up_ = true;
  watch_.progressed(clock_->monotonic());
  reading_news_.over("reading_stands");
  rescan();
}

void ingestion::rescan() {
  const auto now = clock_->monotonic();
  const bool under_way = rescan_.left.has_value();
  rescan_ = domain::plan_rescan(rescan_, cursor_, config_.backfill, head_.number, now);
  if (rescan_.left) watch_.wants_rescan(now);
  if (!rescanning_.resting)
    if (const auto next = domain::next_rescan(rescan_, cursor_, head_.number)) ask_range(*next, true);
  // The subscription may also have missed a reorg.
  if (!under_way && rescan_.left) verify_window();
}

void ingestion::ask_range(const domain::block_range& blocks, bool rescan) {
  range_ = open_range{blocks, rescan, proof_.asked(head_.number)};
  auto [books, topics] = filter_of(config_.books);
  chain_->logs({blocks.from, blocks.to, std::move(books), std::move(topics)}, bring_back(logs_of_range{}));
}

void ingestion::take(const logs_of_range&, const chain_answer<ports::evm_logs>& answer) {
  if (answer) return range_answered(*answer);
  const auto& why = answer.error();
  range_failed(failure_of(why.kind), {why.kind, "getLogs: " + why.detail, why.wait});
}

void ingestion::range_answered(const ports::evm_logs& answer) {
  if (!range_) return;
  auto logs = answer.logs;
  std::sort(logs.begin(), logs.end(), [](const auto& a, const auto& b) {
    return std::pair{a.log.ref.block_number, a.log.ref.log_index} <
           std::pair{b.log.ref.block_number, b.log.ref.log_index};
  });
  const auto source = range_->rescan ? log_source::rescan : log_source::range;
  // AfterClear logs first: then no Clear of the same range has to wait for its own.
  for (const auto& seen : logs) {
    if (!is_watched(config_.books, seen.log)) continue;
    ++range_->logs_of[seen.log.ref.tx_hash];
    if (seen.log.topics[0] == domain::topics_of(find_book(config_.books, seen.log.book)->version).after_clear)
      consider(seen.log, seen.block_time, source);
  }
  bool trusted = true;
  for (const auto& seen : logs)
    if (!seen.removed) trusted = consider(seen.log, seen.block_time, source) && trusted;
  if (!trusted) return distrust_range();
  settle_candidates();
  // A range has all logs of its blocks: what is missing in it will not come by itself.
  for (const auto& c : candidates_)
    if (c.needs_after_clear && !c.after_clear) want_after_clear(c.log.ref.tx_hash, true);
  ask_due_receipts();
  for (const auto& bad : answer.malformed)
    if (may_be_watched(config_.books, bad)) range_->unreadable.push_back(bad);
  read_from_receipts();
}

/// A log that cannot be read here is perhaps written properly in its receipt.
void ingestion::read_from_receipts() {
  if (range_->unreadable.empty()) return confirm_range();
  const auto bad = range_->unreadable.back();
  if (!bad.tx_hash) return hold_range(bad, "its transaction is not known");
  chain_->receipt_logs(*bad.tx_hash, bring_back(receipt_of_unreadable{bad}));
}

void ingestion::take(const receipt_of_unreadable& asked, const receipt_answer& answer) {
  const auto& bad = asked.bad;
  if (!range_) return;
  if (const auto why = read_receipt(*bad.tx_hash, answer)) return hold_range(bad, *why);
  if (!range_) return;
  std::erase_if(range_->unreadable, [&](const auto& other) { return other.tx_hash == bad.tx_hash; });
  read_from_receipts();
}

std::optional<std::string> ingestion::read_receipt(const hash32& tx, const receipt_answer& answer) {
  if (!answer) return "its receipt: " + answer.error().detail;
  if (!*answer) return "the node has no receipt of its transaction";
  const auto& receipt = **answer;
  for (const auto& bad : receipt.malformed)
    if (may_be_watched(config_.books, bad)) return "nor can it in its receipt: " + bad.reason;
  std::size_t found = 0;
  for (const auto& seen : receipt.logs) {
    const auto block = seen.log.ref.block_number;
    if (is_watched(config_.books, seen.log) && block >= range_->blocks.from && block <= range_->blocks.to) ++found;
  }
  const auto unread = std::count_if(range_->unreadable.begin(), range_->unreadable.end(),
                                    [&](const auto& bad) { return bad.tx_hash == tx; });
  if (found < range_->logs_of[tx] + static_cast<std::size_t>(unread)) return "its receipt has fewer logs of the books";
  const auto source = range_->rescan ? log_source::rescan : log_source::range;
  bool trusted = true;
  for (const auto& seen : receipt.logs)
    if (is_watched(config_.books, seen.log)) trusted = consider(seen.log, seen.block_time, source) && trusted;
  if (!trusted) distrust_range();
  return std::nullopt;
}

/// The checkpoint does not pass an unread log. The next try asks for half of the range, so that blocks below the log
/// are read nevertheless.
void ingestion::hold_range(const ports::malformed_evm_log& bad, const std::string& why) {
  const bool rescan = range_->rescan;
  (rescan ? rescanning_ : reading_).trouble_to = range_->blocks.to;
  reading_news_.trouble(
      notice_level::alarm, rescan ? "rescan_log_unreadable" : "log_unreadable",
      "a log in " + shown(range_->blocks) + " may be a fill and cannot be read: " + bad.reason + "; " + why +
          "; it is asked for again and again, and the checkpoint stays below it: " + bad.text.substr(0, text_shown));
  settle_candidates();
  if (range_)
    range_failed(domain::range_failure::too_wide,
                 {chain_failure::malformed, "getLogs: a log cannot be read: " + bad.reason});
}

void ingestion::range_failed(domain::range_failure what, const ports::chain_error& why) {
  if (!range_) return;
  const auto failed = *std::exchange(range_, std::nullopt);
  last_error_ = range_error_ = why.detail;
  const auto which = failed.rescan ? line::rescanning : line::reading;
  auto& tried = line_of(which);
  const auto blocks = failed.blocks.to - failed.blocks.from + 1;
  const auto next = domain::after_range_failure(tried.tries, what, blocks, why.wait, retries(), random());
  tried.tries = next.state;
  if (next.narrow)
    if (const auto smaller = domain::backfill_too_wide(cursor_, failed.blocks)) cursor_ = *smaller;
  if (why.kind == chain_failure::range_too_wide && blocks == 1) {
    tried.trouble_to = failed.blocks.to;
    reading_news_.trouble(notice_level::alarm, failed.rescan ? "rescan_block_refused" : "block_refused",
                          shown(failed.blocks) + " alone is more than the node answers (" + why.detail +
                              "): nothing smaller can be asked for; raise the node's limit or use another node");
  }
  pause(which, next.pause);
  if (what != domain::range_failure::throttled && what != domain::range_failure::limited) return;
  // The limit is of the connection, not of the kind of range.
  note_throttle();
  pause(failed.rescan ? line::reading : line::rescanning, next.pause);
}

/// An empty answer may come from a node that does not have the blocks: ask for its head.
void ingestion::confirm_range() { chain_->head(bring_back(head_beyond_range{})); }

void ingestion::take(const head_beyond_range&, const block_answer& head) {
  if (!range_) return;
  if (!head) {
    const auto& why = head.error();
    const bool throttled = why.kind == chain_failure::throttled;
    return range_failed(throttled ? domain::range_failure::throttled : domain::range_failure::unready,
                        {why.kind, "head: " + why.detail, why.wait});
  }
  if (head->number < range_->blocks.to)
    return range_failed(domain::range_failure::unready,
                        {chain_failure::rpc_error, "the node lags behind its own head"});
  range_->read = true;
  settle_candidates();
}

void ingestion::close_range_if_done() {
  if (!range_ || !range_->read) return;
  for (const auto& c : candidates_)
    if (c.log.ref.block_number <= range_->blocks.to) return;
  const auto done = *std::exchange(range_, std::nullopt);
  range_succeeded(done);
  if (done.rescan) {
    flush();
    return read_on();
  }
  raise_checkpoint(done);
  // A rescan that goes deeper than the window must know the logs that it finds there.
  auto final_to = done.blocks.to;
  if (const auto lowest = domain::lowest_to_rescan(rescan_, config_.backfill))
    final_to = std::min(final_to, *lowest + config_.reorg_window_blocks - 1);
  // A block that no header has proven may have been replaced, however old it is.
  drop_final_blocks(std::min(final_to, proof_.proven_to()));
  std::erase_if(clear_logs_, [&](const auto& entry) {
    const auto block = entry.second.logs.front().ref.block_number;
    return block + config_.reorg_window_blocks < done.blocks.to && !late_logs_.waits_at(block);
  });
  // One range at a time in the log: this bounds what waits for the disk.
  awaited_ticket_ = ++ticket_;
  flush(awaited_ticket_);
}

void ingestion::range_succeeded(const open_range& done) {
  const auto now = clock_->monotonic();
  throttled_since_.reset();
  auto& line = done.rescan ? rescanning_ : reading_;
  line.tries = {};
  if (line.trouble_to && done.blocks.to >= *line.trouble_to) {
    line.trouble_to.reset();
    for (const char* code : {"log_unreadable", "block_refused"})
      reading_news_.over(done.rescan ? std::string{"rescan_"} + code : std::string{code});
  }
  if (!done.rescan) {
    if (!has_checkpoint_ || done.blocks.to > checkpoint_.block) {
      watch_.progressed(now);
      reading_news_.over("reading_stands");
    }
    if (const auto next = domain::backfill_read(cursor_, config_.backfill, done.blocks, done.blocks.to))
      cursor_ = *next;
    return;
  }
  cursor_ = domain::backfill_width_worked(cursor_, config_.backfill, done.blocks);
  rescan_ = domain::rescan_read(rescan_, done.blocks);
  if (rescan_.left) return;
  watch_.rescanned(now);
  reading_news_.over("rescan_overdue");
}

}  // namespace hedgerow::ingestion
