// From a log to an accepted event: which logs count, what a Clear waits for, and when it is let go.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/domain/resilience/backoff.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::ingestion {

namespace {

/// Room for everything in an event except the data of its logs, which are in hex.
constexpr std::size_t event_frame = 4096;
/// Receipts that are asked for at a time: a history may hold thousands of Clears.
constexpr std::size_t receipts_at_once = 16;
/// Logs remembered as too large; after that many one may become a dead letter again.
constexpr std::size_t too_large_kept = 1000;

std::size_t data_size(const candidate& c) {
  return c.log.data.size() + (c.after_clear ? c.after_clear->data.size() : 0);
}

}  // namespace

bool ingestion::consider(const raw_evm_log& log, std::optional<timestamp> time, log_source source) {
  const auto* book = find_book(config_.books, log.book);
  if (book == nullptr || log.topics.empty()) return true;
  const auto& topics = domain::topics_of(book->version);
  if (log.topics[0] == topics.after_clear || log.topics[0] == topics.clear) note_clear_log(log, book->version);
  if (log.topics[0] != topics.take && log.topics[0] != topics.clear) return true;
  const auto verdict = window_.classify(log.ref);
  if (verdict == domain::evm_log_verdict::conflicting ||
      (verdict == domain::evm_log_verdict::fresh && branch_.contradicts(log.ref.block_number, log.ref.block_hash))) {
    verify_window();
    return false;
  }
  if (verdict != domain::evm_log_verdict::fresh) return true;
  for (const auto& c : candidates_)
    if (domain::same_log(c.log.ref, log.ref)) return true;
  if (too_large_.contains(domain::window_key(log.ref))) return true;
  if ((source == log_source::live || source == log_source::rescan) && !branch_.reaches(log.ref.block_number)) {
    prove_late(log);
    return true;
  }

  candidate c;
  c.log = log;
  c.version = book->version;
  c.of_range = source == log_source::range || source == log_source::rescan;
  c.since = clock_->monotonic();
  c.time = time ? time : known_time(log.ref.block_hash);
  // A stranger's Clear needs no amounts: it is filtered by its owner. A malformed one is rejected by validation.
  c.needs_after_clear =
      log.topics[0] == topics.clear && domain::involves_owner(book->version, log, config_.owner).value_or(false);
  candidates_.push_back(std::move(c));
  if (!candidates_.back().time) want_time(candidates_.back());
  if (candidates_.back().needs_after_clear) want_after_clear(log.ref.tx_hash, false);
  return true;
}

/// A Clear may already have been accepted with the AfterClear of another one: when the node could not show which is the
/// right one, or by a version of this program that took the nearest. Then it is taken back and waits for its own.
void ingestion::note_clear_log(const raw_evm_log& log, orderbook_version version) {
  auto& [known, seen] = clear_logs_[log.ref.tx_hash];
  seen.emplace(log.ref.block_hash, log.ref.log_index);
  if (std::any_of(known.begin(), known.end(), [&](const auto& l) { return domain::same_log(l.ref, log.ref); })) return;
  known.push_back(log);
  if (domain::is_clear(version, log)) known.back().data.clear();
  for (const auto& ref : window_.paired_across(log)) {
    auto event = window_.remove(ref);
    if (!event) continue;
    const auto clear = event->log;
    const auto time = event->block_time;
    revert(std::move(*event));
    std::ignore = consider(clear, time, log_source::proven);
  }
}

// -- questions to the node -------------------------------------------------------------------------------------------

std::uint64_t ingestion::plan(question& q) {
  q.turn = ++turns_;
  q.asked = false;
  return q.turn;
}

void ingestion::ask_later(const time_of& what, std::chrono::milliseconds delay) {
  later(delay, time_due{what, plan(times_[what.block])});
}

void ingestion::ask_later(const receipt_of_clear& what, std::chrono::milliseconds delay) {
  later(delay, receipt_due{what, plan(receipts_[what.tx])});
}

void ingestion::ring(const time_due& timer) {
  if (is_due(times_, timer.question.block, timer.turn)) ask_time(timer.question);
}

void ingestion::ring(const receipt_due& timer) {
  if (!is_due(receipts_, timer.question.tx, timer.turn)) return;
  receipts_[timer.question.tx].due = true;
  settle_candidates();
}

std::chrono::milliseconds ingestion::pause_after(question& q, const std::optional<ports::chain_error>& why) {
  const auto pause = domain::backoff_ceiling(config_.retry, std::max(config_.retry, longest_pause), ++q.failures);
  if (!why) return pause;
  if (is_throttle(*why)) note_throttle();
  return why->wait ? std::max(pause, std::min(*why->wait, retries().longest_wish)) : pause;
}

std::optional<timestamp> ingestion::known_time(const hash32& block) const {
  const auto it = block_times_.find(block);
  return it == block_times_.end() ? std::nullopt : std::optional{it->second};
}

void ingestion::want_time(const candidate& c) {
  if (!times_.try_emplace(c.log.ref.block_hash).second) return;
  ask_time({c.log.ref.block_hash, c.log.ref.block_number});
}

void ingestion::ask_time(const time_of& what) {
  if (std::none_of(candidates_.begin(), candidates_.end(),
                   [&](const candidate& c) { return c.log.ref.block_hash == what.block && !c.time; })) {
    times_.erase(what.block);
    return;
  }
  times_[what.block].asked = true;
  chain_->block(what.number, bring_back(what));
}

void ingestion::take(const time_of& asked, const maybe_block_answer& answer) {
  if (answer && *answer && (*answer)->number == asked.number) {
    times_.erase(asked.block);
    if ((*answer)->hash == asked.block) {
      block_times_[asked.block] = (*answer)->time;
      return settle_candidates();
    }
    return drop_replaced(asked.block);
  }
  std::optional<ports::chain_error> why;
  if (!answer) why = answer.error();
  if (why) last_error_ = "header: " + why->detail;
  ask_later(asked, pause_after(times_[asked.block], why));
}

/// Another block is at this height: the log is not canonical any more, and whatever reported it is stale.
void ingestion::drop_replaced(const hash32& block) {
  bool of_range = false;
  std::erase_if(candidates_, [&](const candidate& c) {
    if (c.log.ref.block_hash != block) return false;
    of_range = of_range || c.of_range;
    return true;
  });
  if (of_range && range_)
    distrust_range();
  else
    verify_window();
  settle_candidates();
}

/// A transaction without a receipt, or with one of another block, may have been replaced: the header at the height of
/// its log tells.
void ingestion::check_blocks_of(const hash32& tx) {
  std::map<hash32, std::uint64_t> blocks;
  for (const auto& c : candidates_)
    if (c.log.ref.tx_hash == tx) blocks.emplace(c.log.ref.block_hash, c.log.ref.block_number);
  for (const auto& [block, number] : blocks) chain_->block(number, bring_back(block_instead_of{block}));
}

void ingestion::take(const block_instead_of& asked, const maybe_block_answer& at) {
  if (at && *at && (*at)->hash != asked.block) drop_replaced(asked.block);
}

void ingestion::want_after_clear(const hash32& tx, bool at_once) {
  const auto [it, fresh] = receipts_.try_emplace(tx);
  auto& q = it->second;
  if (at_once && !q.asked && q.failures == 0) q.due = true;
  if (fresh && !q.due) ask_later(receipt_of_clear{tx}, config_.after_clear_wait);
}

void ingestion::ask_due_receipts() {
  std::size_t free = receipts_at_once;
  for (const auto& [tx, q] : receipts_)
    if (q.asked && --free == 0) return;
  for (auto it = receipts_.begin(); it != receipts_.end() && free > 0;) {
    const auto at = it++;
    if (!at->second.due || at->second.asked) continue;
    if (!waits_for_after_clear(at->first)) {
      receipts_.erase(at);
      continue;
    }
    at->second.due = false;
    at->second.asked = true;
    --free;
    chain_->receipt_logs(at->first, bring_back(receipt_of_clear{at->first}));
  }
}

bool ingestion::waits_for_after_clear(const hash32& tx) const {
  return std::any_of(candidates_.begin(), candidates_.end(), [&](const candidate& c) {
    return c.log.ref.tx_hash == tx && c.needs_after_clear && !c.after_clear;
  });
}

/// All logs of a transaction, from its receipt or from its block: the AfterClear, and what lies before it.
void ingestion::note_logs_of(const hash32& tx, const std::vector<ports::evm_log>& logs) {
  for (const auto& one : logs) {
    if (one.log.ref.tx_hash != tx) continue;
    if (const auto it = clear_logs_.find(tx); it != clear_logs_.end())
      it->second.seen.emplace(one.log.ref.block_hash, one.log.ref.log_index);
    const auto* book = find_book(config_.books, one.log.book);
    if (book == nullptr || one.log.topics.empty()) continue;
    const auto& topics = domain::topics_of(book->version);
    if (one.log.topics[0] == topics.after_clear || one.log.topics[0] == topics.clear)
      note_clear_log(one.log, book->version);
  }
}

/// A node keeps blocks longer than it can find a transaction in them, and some never give receipts.
void ingestion::ask_block_of(const hash32& tx) {
  std::set<std::uint64_t> numbers;
  for (const auto& c : candidates_)
    if (c.log.ref.tx_hash == tx && c.needs_after_clear && !c.after_clear) numbers.insert(c.log.ref.block_number);
  for (const auto number : numbers) chain_->logs({number, number, {}, {}}, bring_back(logs_of_block{tx}));
}

void ingestion::take(const logs_of_block& asked, const chain_answer<ports::evm_logs>& told) {
  if (!told) return;
  note_logs_of(asked.tx, told->logs);
  settle_candidates();
}

/// An error, or no receipt, says nothing about the AfterClear; neither does a receipt without the Clear itself, whose
/// transaction is in another block then.
void ingestion::take(const receipt_of_clear& asked, const receipt_answer& told) {
  const auto& tx = asked.tx;
  std::optional<ports::chain_error> why;
  if (!told) why = told.error();
  if (why) last_error_ = "receipt: " + why->detail;
  const auto answer = told ? *told : std::nullopt;
  if (answer) note_logs_of(tx, answer->logs);
  settle_candidates();
  std::vector<std::uint64_t> indexes;
  if (answer && answer->malformed.empty())
    for (const auto& seen : answer->logs) indexes.push_back(seen.log.ref.log_index);
  const auto believed = domain::receipts_believed(std::move(indexes));
  bool waits = false;
  bool elsewhere = false;
  for (auto& c : candidates_) {
    if (c.log.ref.tx_hash != tx || !c.needs_after_clear || c.after_clear) continue;
    waits = true;
    if (!told) continue;
    const bool has_it = answer && std::any_of(answer->logs.begin(), answer->logs.end(), [&](const auto& seen) {
                          return domain::same_log(seen.log.ref, c.log.ref);
                        });
    if (!has_it) {
      elsewhere = true;
      doubt(c);
      continue;
    }
    if (++c.receipts_without < believed) continue;
    c.needs_after_clear = false;
    if (auto pair = known_pair(c)) c.after_clear = std::move(pair->after_clear);
  }
  if (waits)
    ask_later(asked, pause_after(receipts_[tx], why));
  else
    receipts_.erase(tx);
  if (elsewhere) {
    check_blocks_of(tx);
    ask_block_of(tx);
  }
  settle_candidates();
}

/// The node has no receipt again, and neither its header nor the logs of the block have settled it. A Clear whose
/// AfterClear was seen must not hold up all fills indefinitely.
void ingestion::doubt(candidate& c) {
  if (++c.without_receipt < domain::receipts_believed({})) return;
  auto pair = known_pair(c);
  if (!pair) return;
  c.after_clear = std::move(pair->after_clear);
  const auto& ref = c.log.ref;
  say(ports::notice_level::alarm, "clear_unproven", ref.tx_hash.to_string(),
      "log " + std::to_string(ref.log_index) + " of block " + std::to_string(ref.block_number) +
          " is hedged with the amounts of log " + std::to_string(c.after_clear->ref.log_index) +
          ", although the node gives neither the receipt nor all logs of the block, which would show that no other "
          "clear lies between; compare the two on chain");
}

void ingestion::settle_candidates() {
  std::vector<candidate> waiting;
  std::set<hash32> unproven;
  bool range_waits = false;
  // A block that was replaced while its logs waited; when there are several, the others come in the next turn.
  std::optional<hash32> replaced;
  for (auto& c : candidates_) {
    const bool gone = branch_.contradicts(c.log.ref.block_number, c.log.ref.block_hash);
    if (gone) replaced = c.log.ref.block_hash;
    if (!c.time) c.time = known_time(c.log.ref.block_hash);
    if (c.needs_after_clear && !c.after_clear) {
      auto pair = known_pair(c);
      // The receipt decides what is not certain: it has all logs in between.
      if (pair && !pair->certain) unproven.insert(c.log.ref.tx_hash);
      if (pair && pair->certain) c.after_clear = std::move(pair->after_clear);
    }
    const bool ready = c.time && (!c.needs_after_clear || c.after_clear) && !(c.of_range && range_waits);
    if (ready && !gone) {
      accept(c);
      continue;
    }
    range_waits = range_waits || c.of_range;
    waiting.push_back(std::move(c));
  }
  candidates_ = std::move(waiting);
  if (replaced) return drop_replaced(*replaced);
  for (const auto& tx : unproven) want_after_clear(tx, true);
  ask_due_receipts();
  if (range_) close_range_if_done();
  flush();
}

std::optional<domain::after_clear_pair> ingestion::known_pair(const candidate& c) const {
  const auto it = clear_logs_.find(c.log.ref.tx_hash);
  return it == clear_logs_.end() ? std::nullopt : domain::find_after_clear(c.version, c.log, it->second);
}

/// A stranger fills an order and pays for its log, and so chooses the size of the log.
void ingestion::refuse(const candidate& c) {
  const auto& ref = c.log.ref;
  const auto key = domain::window_key(ref);
  if (too_large_.size() >= too_large_kept) too_large_.clear();
  too_large_.insert(key);
  late_logs_.forget(ref);
  last_error_ =
      ref.describe() + ", has " + std::to_string(data_size(c)) +
      " bytes of data, more than fit into a record of the event log; if it fills an order of the owner, it is "
      "not hedged";
  out().dead_letter(letter_key(ref), "", record_too_large, last_error_);
  alarms_.raise(notices_, service_name, record_too_large, record_too_large, ref.tx_hash.to_string(),
                last_error_ + "; look at the transaction, and at the dead letters for others", out().now());
}

void ingestion::accept(const candidate& c) {
  if (2 * data_size(c) + event_frame > ports::largest_record) return refuse(c);
  blockchain_event event{checkpoint_.next_sequence,
                         checkpoint_.chain_id,
                         c.version,
                         evm_log_change::applied,
                         c.log,
                         c.after_clear,
                         *c.time};
  if (window_.accept(event) != domain::evm_log_verdict::fresh) return;
  ++accepted_;
  ++checkpoint_.next_sequence;
  append(event);
  write_checkpoint(checkpoint_.block);
}

}  // namespace hedgerow::ingestion
