// From a log to an accepted event: which logs count, what a Clear waits for, and when it is let go.
#include <caf/all.hpp>

#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::ingestion {

namespace {

/// After so many receipts without the AfterClear the event goes on without it and becomes a dead letter with a reason.
constexpr std::uint32_t max_receipt_tries = 20;

/// Room for everything in an event but the data of its logs, which stand there in hex.
constexpr std::size_t event_frame = 4096;
/// Logs remembered as too large; after that many one may become a dead letter again.
constexpr std::size_t too_large_kept = 1000;

std::size_t data_size(const candidate& c) { return c.log.data.size() + (c.after_clear ? c.after_clear->data.size() : 0); }

bool same_log(const log_ref& a, const log_ref& b) { return a.block_hash == b.block_hash && a.log_index == b.log_index; }

}  // namespace

void ingestion::consider(const raw_log& log, std::optional<timestamp> time, bool of_range) {
  const auto* book = book_of(log.book);
  if (book == nullptr || log.topics.empty()) return;
  const auto& topics = domain::topics_of(book->version);
  if (log.topics[0] == topics.after_clear) {
    auto& known = after_clears_[log.ref.tx_hash];
    const bool seen = std::any_of(known.begin(), known.end(), [&](const auto& l) { return same_log(l.ref, log.ref); });
    if (!seen) known.push_back(log);
    return;
  }
  if (log.topics[0] != topics.take && log.topics[0] != topics.clear) return;
  const auto verdict = window_.classify(log.ref);
  if (verdict == domain::log_verdict::conflicting) return verify_window();
  if (verdict != domain::log_verdict::fresh) return;
  for (const auto& c : candidates_)
    if (same_log(c.log.ref, log.ref)) return;
  if (too_large_.contains(domain::window_key(log.ref))) return;

  candidate c;
  c.log = log;
  c.version = book->version;
  c.of_range = of_range;
  if (!time)
    if (const auto it = block_times_.find(log.ref.block_hash); it != block_times_.end()) time = it->second;
  c.time = time;
  // A stranger's Clear needs no amounts: it is filtered by its owner. A malformed one is rejected by validation.
  c.needs_after_clear = log.topics[0] == topics.clear &&
                        domain::involves_owner(book->version, log, config_.owner).value_or(false);
  candidates_.push_back(std::move(c));
  if (!candidates_.back().time) want_time(candidates_.back());
  if (candidates_.back().needs_after_clear) want_after_clear(log.ref.tx_hash, false);
}

void ingestion::want_time(const candidate& c) {
  const auto hash = c.log.ref.block_hash;
  if (!times_asked_.insert(hash).second) return;
  chain_->block(c.log.ref.block_number,
                on_answer<std::optional<ports::chain_block>>([hash](ingestion& i, const auto& answer) {
                  i.times_asked_.erase(hash);
                  if (answer && *answer && (*answer)->hash == hash) {
                    i.block_times_[hash] = (*answer)->time;
                    return i.settle_candidates();
                  }
                  if (answer && *answer) {  // another block at this height: the log is not canonical any more
                    std::erase_if(i.candidates_, [&](const candidate& x) { return x.log.ref.block_hash == hash; });
                    i.verify_window();
                    return i.settle_candidates();
                  }
                  i.later(i.config_.retry, [hash](ingestion& again) {
                    for (const auto& x : again.candidates_)
                      if (x.log.ref.block_hash == hash && !x.time) return again.want_time(x);
                  });
                }));
}

void ingestion::want_after_clear(const hash32& tx, bool at_once) {
  if (at_once) return ask_receipt(tx);
  later(config_.after_clear_wait, [tx](ingestion& i) { i.ask_receipt(tx); });
}

void ingestion::ask_receipt(const hash32& tx) {
  settle_candidates();
  bool wanted = false;
  for (auto& c : candidates_) {
    if (c.log.ref.tx_hash != tx || !c.needs_after_clear || c.after_clear || c.receipt_asked) continue;
    c.receipt_asked = wanted = true;
    ++c.receipt_tries;
  }
  if (!wanted) return;
  chain_->receipt_logs(tx, on_answer<std::optional<ports::logs_answer>>([tx](ingestion& i, const auto& answer) {
                         i.receipt_answered(tx, answer ? *answer : std::nullopt);
                       }));
}

void ingestion::receipt_answered(const hash32& tx, const std::optional<ports::logs_answer>& answer) {
  if (answer)
    for (const auto& seen : answer->logs) {
      const auto* book = book_of(seen.log.book);
      if (book != nullptr && !seen.log.topics.empty() &&
          seen.log.topics[0] == domain::topics_of(book->version).after_clear)
        consider(seen.log, seen.block_time, false);
    }
  bool again = false;
  for (auto& c : candidates_) {
    if (c.log.ref.tx_hash != tx || !c.receipt_asked) continue;
    c.receipt_asked = false;
    if (c.receipt_tries >= max_receipt_tries) c.needs_after_clear = false;
    again = true;
  }
  settle_candidates();
  if (again) later(config_.retry, [tx](ingestion& i) { i.ask_receipt(tx); });
}

void ingestion::settle_candidates() {
  std::vector<candidate> waiting;
  bool range_waits = false;
  for (auto& c : candidates_) {
    if (!c.time)
      if (const auto it = block_times_.find(c.log.ref.block_hash); it != block_times_.end()) c.time = it->second;
    if (c.needs_after_clear && !c.after_clear)
      if (const auto it = after_clears_.find(c.log.ref.tx_hash); it != after_clears_.end())
        c.after_clear = domain::pair_after_clear(c.version, c.log, it->second);
    const bool ready = c.time && (!c.needs_after_clear || c.after_clear) && !(c.of_range && range_waits);
    if (ready) {
      accept(c);
      continue;
    }
    range_waits = range_waits || c.of_range;
    waiting.push_back(std::move(c));
  }
  candidates_ = std::move(waiting);
  if (range_) close_range_if_done();
  flush();
}

/// A log is paid for by whoever fills an order, so its size is a stranger's choice.
void ingestion::refuse(const candidate& c) {
  const auto& ref = c.log.ref;
  const auto key = domain::window_key(ref);
  if (too_large_.size() >= too_large_kept) too_large_.clear();
  too_large_.insert(key);
  last_error_ = "log " + std::to_string(ref.log_index) + " of block " + std::to_string(ref.block_number) +
                ", transaction " + ref.tx_hash.to_string() + ", has " + std::to_string(data_size(c)) +
                " bytes of data, more than fit into a record of the event log; if it fills an order of the owner, it is "
                "not hedged";
  out_->records.push_back(
      bridges::make_dead_letter("ingestion", "log:" + key, "", "record_too_large", last_error_, clock_->now()));
}

void ingestion::accept(const candidate& c) {
  if (2 * data_size(c) + event_frame > ports::largest_record) return refuse(c);
  blockchain_event event{checkpoint_.next_sequence, checkpoint_.chain_id, c.version, log_change::applied,
                         c.log, c.after_clear, *c.time};
  if (window_.accept(event) != domain::log_verdict::fresh) return;
  ++accepted_;
  ++checkpoint_.next_sequence;
  append(event);
  // The sequence must survive a crash together with the event that took it.
  write_checkpoint(checkpoint_.block);
}

}  // namespace hedgerow::ingestion
