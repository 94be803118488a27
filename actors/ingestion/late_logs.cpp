// Logs that come so late, live or in a rescan, that no header that is kept tells whether their block is in the chain:
// the node's header at their height does. They hold nothing back while they wait for it.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/domain/resilience/backoff.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using ports::notice_level;

namespace {

/// Heights that are asked for at a time; a log of one more is a dead letter at once.
constexpr std::size_t late_blocks_kept = 64;
constexpr std::size_t late_logs_kept = 1000;

std::string shown(const evm_log_ref& ref) {
  return "log " + std::to_string(ref.log_index) + " of block " + std::to_string(ref.block_number) + ", transaction " +
         ref.tx_hash.to_string() + ", came long after its block";
}

}  // namespace

void ingestion::prove_late(const raw_evm_log& log) {
  const auto number = log.ref.block_number;
  const auto known = late_blocks_.find(number);
  if (known == late_blocks_.end() && late_blocks_.size() >= late_blocks_kept)
    return bury_late(log, "as logs of many other heights did: more than are asked for at a time");
  auto& late = late_blocks_[number];
  for (const auto& other : late.logs)
    if (domain::window_key(other.ref) == domain::window_key(log.ref)) return;
  if (late.logs.size() >= late_logs_kept) return bury_late(log, "with too many others of its height");
  late.logs.push_back(log);
  if (late.turn == 0) ask_header_of_late(number);
}

/// An answer that says nothing, or is lost, is asked for again by the timer.
void ingestion::ask_header_of_late(std::uint64_t number) {
  auto& late = late_blocks_.at(number);
  const auto pause = domain::backoff_ceiling(config_.retry, std::max(config_.retry, longest_pause), ++late.tries);
  if (connected_ && identified_) {
    late.waited += pause;
    chain_->block(number, bring_back(header_of_late{number}));
  }
  late.turn = ++turns_;
  later(pause, late_due{number, late.turn});
}

void ingestion::ring(const late_due& timer) {
  const auto it = late_blocks_.find(timer.number);
  if (it == late_blocks_.end() || it->second.turn != timer.turn) return;
  settle_late(timer.number);
  if (late_blocks_.contains(timer.number)) ask_header_of_late(timer.number);
}

/// A Clear stays until it is booked: its AfterClear may take longer than the connection holds.
void ingestion::take(const header_of_late& asked, const maybe_block_answer& answer) {
  const auto it = late_blocks_.find(asked.number);
  if (it == late_blocks_.end()) return;
  auto& late = it->second;
  if (!answer) {
    last_error_ = "header: " + answer.error().detail;
    if (!is_throttle(answer.error())) return;
    note_throttle();
    if (!answer.error().wait) return;
    late.turn = ++turns_;
    return later(std::max(longest_pause, std::min(*answer.error().wait, retries().longest_wish)),
                 late_due{asked.number, late.turn});
  }
  if (!*answer || (*answer)->number != asked.number) return;
  const auto& header = **answer;
  // What was told of another block at this height may be booked.
  if (std::erase_if(late.logs, [&](const auto& log) { return log.ref.block_hash != header.hash; }) > 0) verify_window();
  const auto proven = late.logs;
  for (const auto& log : proven) consider(log, header.time, log_source::ours);
  settle_candidates();
  settle_late(asked.number);
}

/// Forgets what is booked, or cannot be.
void ingestion::settle_late(std::uint64_t number) {
  const auto it = late_blocks_.find(number);
  if (it == late_blocks_.end()) return;
  std::erase_if(it->second.logs, [this](const raw_evm_log& log) {
    const auto verdict = window_.classify(log.ref);
    if (verdict == domain::evm_log_verdict::below_the_window)
      bury_late(log, "and what was booked of such old blocks is forgotten: it may be hedged already");
    return verdict == domain::evm_log_verdict::below_the_window || verdict == domain::evm_log_verdict::duplicate ||
           too_large_.contains(domain::window_key(log.ref));
  });
  if (it->second.logs.empty()) late_blocks_.erase(it);
}

void ingestion::bury_late(const raw_evm_log& log, const std::string& why) {
  const auto* book = book_of(log.book);
  // A stranger's fill is no exposure.
  if (book != nullptr && !domain::involves_owner(book->version, log, config_.owner).value_or(true)) return;
  const auto key = "log:" + domain::window_key(log.ref);
  if (dead_frames_.size() >= dead_frames_kept) dead_frames_.clear();
  if (!dead_frames_.insert(key).second) return;
  constexpr std::string_view reason = "late_log";
  const auto text = shown(log.ref) + ", " + why;
  out().dead_letter(key, "", reason, text);
  alarms_.raise(notices_, service_name, reason, reason, log.ref.tx_hash.to_string(),
                text + "; look at the transaction, and whether its fill is in the trades", out().now());
  flush();
}

/// The log itself is lost when the process ends; the dead letter is not.
void ingestion::check_late_logs() {
  std::vector<std::uint64_t> heights;
  for (const auto& [number, late] : late_blocks_) heights.push_back(number);
  for (const auto number : heights) settle_late(number);
  const late_block* oldest = nullptr;
  for (auto& [number, late] : late_blocks_) {
    if (late.waited < config_.stuck_after) continue;
    if (oldest == nullptr || late.waited > oldest->waited) oldest = &late;
    if (std::exchange(late.buried, true)) continue;
    for (const auto& log : late.logs)
      bury_late(log, "and the node does not give what shows that it counts; it is still asked for");
  }
  if (oldest == nullptr) return reading_news_.over("late_log_unproven");
  reading_news_.trouble(notice_level::alarm, "late_log_unproven",
                        shown(oldest->logs.front().ref) +
                            ", and the node does not give the header at its height, or the receipt of its Clear; until "
                            "then it is not hedged" +
                            (last_error_.empty() ? "" : "; last: " + last_error_));
}

}  // namespace hedgerow::ingestion
