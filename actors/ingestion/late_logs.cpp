// Logs that come so late, live or in a rescan, that no header that is kept tells whether their block is in the chain:
// the node's header at their height does. They hold nothing back while they wait for it.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/domain/resilience/backoff.hpp"
#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

namespace {

/// So many wait at most; what comes beyond is a dead letter at once.
constexpr std::size_t late_logs_kept = 1000;

std::string shown(const evm_log_ref& ref) {
  return "log " + std::to_string(ref.log_index) + " of block " + std::to_string(ref.block_number) + ", transaction " +
         ref.tx_hash.to_string() + ", came long after its block";
}

}  // namespace

void ingestion::prove_late(const raw_evm_log& log) {
  auto key = domain::window_key(log.ref);
  if (late_logs_.contains(key)) return;
  if (late_logs_.size() >= late_logs_kept)
    return bury_late(log.ref,
                     "and " + std::to_string(late_logs_kept) + " others wait for the headers at their heights");
  late_logs_.emplace(key, late_log{log, clock_->monotonic()});
  ask_header_of_late(key);
}

/// An answer that says nothing, or is lost, is asked for again by the timer.
void ingestion::ask_header_of_late(const std::string& key) {
  auto& late = late_logs_.at(key);
  if (connected_ && identified_) chain_->block(late.log.ref.block_number, bring_back(header_of_late{key}));
  later(domain::backoff_ceiling(config_.retry, std::max(config_.retry, longest_pause), ++late.tries), late_due{key});
}

void ingestion::ring(const late_due& timer) {
  if (late_logs_.contains(timer.key)) ask_header_of_late(timer.key);
}

void ingestion::take(const header_of_late& asked, const maybe_block_answer& answer) {
  const auto it = late_logs_.find(asked.key);
  if (it == late_logs_.end()) return;
  if (!answer) last_error_ = "header: " + answer.error().detail;
  const auto ref = it->second.log.ref;
  if (!answer || !*answer || (*answer)->number != ref.block_number) return;
  const auto log = std::move(it->second.log);
  late_logs_.erase(it);
  if ((*answer)->hash != ref.block_hash) return;  // of a branch that was left
  if (window_.classify(ref) == domain::evm_log_verdict::below_the_window)
    return bury_late(ref, "and what was booked of such old blocks is forgotten: it may be hedged already");
  consider(log, (*answer)->time, log_source::ours);
  settle_candidates();
}

void ingestion::bury_late(const evm_log_ref& ref, const std::string& why) {
  constexpr std::string_view reason = "late_log";
  const auto text = shown(ref) + ", " + why;
  out().dead_letter("log:" + domain::window_key(ref), "", reason, text);
  alarms_.raise(notices_, service_name, reason, reason, ref.tx_hash.to_string(),
                text + "; look at the transaction, and whether its fill is in the trades", out().now());
  flush();
}

/// The log itself is lost when the process ends; the dead letter is not.
void ingestion::check_late_logs(monotonic_time now) {
  const late_log* oldest = nullptr;
  for (auto& [key, late] : late_logs_) {
    if (now - late.since < config_.stuck_after) continue;
    if (oldest == nullptr || late.since < oldest->since) oldest = &late;
    if (!std::exchange(late.buried, true))
      out().dead_letter("log:" + key, "", "late_log",
                        shown(late.log.ref) + ", and the node does not give the header at its height");
  }
  flush();
  if (oldest == nullptr) return reading_news_.over("late_log_unproven");
  reading_news_.trouble(notice_level::alarm, "late_log_unproven",
                        shown(oldest->log.ref) +
                            ", and the node does not give the header at its height, which would show that the block is "
                            "in the chain; until then it is not hedged" +
                            (last_error_.empty() ? "" : "; last: " + last_error_));
}

}  // namespace hedgerow::ingestion
