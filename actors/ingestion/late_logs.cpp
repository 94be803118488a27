// Logs that come so late, live or in a rescan, that no header that is kept tells whether their block is in the chain:
// the node's header at their height does. They hold nothing back while they wait for it.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

void ingestion::prove_late(const raw_evm_log& log) {
  using domain::late_logs;
  const auto admission = late_logs_.add(log);
  if (admission == late_logs::admission::full) bury_late(log, "with more others than are asked for at a time");
  if (admission == late_logs::admission::first_of_height) ask_header_of_late(log.ref.block_number);
}

/// An answer that says nothing, or is lost, is asked for again by the timer.
void ingestion::ask_header_of_late(std::uint64_t number) {
  auto& q = late_headers_[number];
  const auto pause = pause_after(q);
  if (connected_ && identified_) {
    late_logs_.asked(number, pause);
    chain_->block(number, bring_back(header_of_late{number}));
  }
  later(pause, late_due{number, plan(q)});
}

void ingestion::ring(const late_due& timer) {
  if (!is_due(late_headers_, timer.number, timer.turn)) return;
  settle_late();
  if (late_logs_.waits_at(timer.number)) ask_header_of_late(timer.number);
}

/// A Clear stays until it is booked: its AfterClear may take longer than the connection holds.
void ingestion::take(const header_of_late& asked, const maybe_block_answer& answer) {
  if (!late_logs_.waits_at(asked.number)) return;
  if (!answer) {
    const auto& why = answer.error();
    last_error_ = "header: " + why.detail;
    if (!is_throttle(why)) return;
    auto& q = late_headers_[asked.number];
    return later(std::max(longest_pause, pause_after(q, why)), late_due{asked.number, plan(q)});
  }
  if (!*answer || (*answer)->number != asked.number) return;
  const auto& header = **answer;
  // What was told of another block at this height may be booked.
  if (late_logs_.refute_all_but(asked.number, header.hash)) verify_window();
  for (const auto& log : late_logs_.at(asked.number)) consider(log, header.time, log_source::proven);
  settle_candidates();
  settle_late();
}

void ingestion::settle_late() {
  for (const auto& log : late_logs_.settle(window_))
    bury_late(log, "and what was booked of such old blocks is forgotten: it may be hedged already");
  std::erase_if(late_headers_, [this](const auto& entry) { return !late_logs_.waits_at(entry.first); });
}

void ingestion::bury_late(const raw_evm_log& log, const std::string& why) {
  const auto* book = find_book(config_.books, log.book);
  // A stranger's fill is no exposure.
  if (book != nullptr && !domain::involves_owner(book->version, log, config_.owner).value_or(true)) return;
  const auto key = letter_key(log.ref);
  if (dead_frames_.size() >= dead_frames_kept) dead_frames_.clear();
  if (!dead_frames_.insert(key).second) return;
  constexpr std::string_view reason = "late_log";
  const auto text = log.ref.describe() + ", came long after its block, " + why;
  out().dead_letter(key, "", reason, text);
  alarms_.raise(notices_, service_name, reason, reason, log.ref.tx_hash.to_string(),
                text + "; look at the transaction, and whether its fill is in the trades", out().now());
  flush();
}

/// The log itself is lost when the process ends; the dead letter is not.
void ingestion::check_late_logs() {
  settle_late();
  for (const auto& log : late_logs_.newly_overdue(config_.stuck_after))
    bury_late(log, "and the node does not give what shows that it counts; it is still asked for");
  const auto longest = late_logs_.longest_overdue(config_.stuck_after);
  if (!longest) return reading_news_.over("late_log_unproven");
  reading_news_.trouble(ports::notice_level::alarm, "late_log_unproven",
                        longest->describe() +
                            ", came long after its block, and the node does not give the header at its height, or the "
                            "receipt of its Clear; until then it is not hedged" +
                            (last_error_.empty() ? "" : "; last: " + last_error_));
}

}  // namespace hedgerow::ingestion
