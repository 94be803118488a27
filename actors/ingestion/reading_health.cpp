// Whether the work is done, which a connection that holds does not say: how far reading is behind, for how long, and
// what people are told.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using ports::notice_level;
using protocol::actor_status;

namespace {

/// A node whose head is this far below our checkpoint is reported at once: a lagging back end is not that far behind.
constexpr std::uint64_t far_behind = 8;
/// Alarm after this many intervals without a complete rescan.
constexpr int missed_rescans = 3;

std::string seconds(std::chrono::nanoseconds t) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(t).count()) + " s";
}

}  // namespace

/// Also finds a node that stays a little behind: its minute without progress runs out.
void ingestion::check_reading() {
  // A history that is not admitted is not a reading problem; first_start.cpp reports it.
  if (!connected_ || !admitted_) return;
  const auto now = clock_->monotonic();
  const bool known = identified_ && head_.number != 0;
  if (!identified_ || (known && domain::plan_backfill(cursor_, config_.backfill, head_.number).action !=
                                    domain::backfill_action::caught_up))
    watch_.owes(now);
  if (const auto stuck = watch_.stuck_for(now); stuck >= config_.stuck_after)
    reading_news_.trouble(notice_level::alarm, "reading_stands",
                          "nothing of the chain has been read for " + seconds(stuck) + ", up to block " +
                              std::to_string(checkpoint_.block) + ", although the node is connected and at block " +
                              std::to_string(head_.number) + "; fills since then are not hedged" +
                              (range_error_.empty() ? "" : "; last: " + range_error_));
  if (const auto age = watch_.without_rescan(now); age >= missed_rescans * config_.backfill.rescan_interval)
    reading_news_.trouble(notice_level::alarm, "rescan_overdue",
                          "no whole rescan of the newest blocks has succeeded for " + seconds(age) +
                              "; logs that the node did not tell of stay unseen" +
                              (range_error_.empty() ? "" : "; last: " + range_error_));
  check_what_waits(now);
}

/// A log without its time or its AfterClear holds the checkpoint.
void ingestion::check_what_waits(monotonic_time now) {
  const auto longest = longest_wait(now);
  if (longest < config_.stuck_after) return reading_news_.over("log_waits");
  reading_news_.trouble(notice_level::alarm, "log_waits",
                        what_waits() + ", has waited for " + seconds(longest) +
                            "; it is not hedged, nor is what lies behind it, until the node answers" +
                            (last_error_.empty() ? "" : "; last: " + last_error_));
}

std::chrono::milliseconds ingestion::longest_wait(monotonic_time now) const {
  monotonic_time longest{0};
  for (const auto& c : candidates_) longest = std::max(longest, now - c.since);
  return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

std::string ingestion::what_waits() const {
  const auto& oldest = *std::min_element(candidates_.begin(), candidates_.end(),
                                         [](const auto& a, const auto& b) { return a.since < b.since; });
  const auto& ref = oldest.log.ref;
  return "log " + std::to_string(ref.log_index) + " of block " + std::to_string(ref.block_number) + ", transaction " +
         ref.tx_hash.to_string() + ", which waits for " +
         (oldest.time ? "the amounts that belong to it (eth_getTransactionReceipt)"
                      : "the time of its block (eth_getBlockByNumber)");
}

void ingestion::node_is_behind() {
  const auto behind = cursor_.next - 1 - head_.number;
  last_error_ = range_error_ = "the node is at block " + std::to_string(head_.number) + ", " + std::to_string(behind) +
                " below what was read already";
  watch_.owes(clock_->monotonic());
  if (behind >= far_behind)
    reading_news_.trouble(notice_level::warning, "chain_behind",
                          last_error_ +
                              ": it was set back, or it is another one that lags; nothing is read until it has "
                              "caught up");
}

/// running, reading history, not connected; connecting before it is known whether that can be had.
std::string ingestion::state() const {
  if (!connected_) return away_.empty() ? "connecting" : "not connected";
  if (!admitted_) return refused_.empty() ? "waiting for the broker" : "refused";
  return caught_up_ ? "running" : "reading history";
}

actor_status ingestion::status() const {
  const auto now = clock_->monotonic();
  const auto millis = [](std::chrono::nanoseconds t) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(t).count());
  };
  const auto distance = head_.number > checkpoint_.block ? head_.number - checkpoint_.block : 0;
  actor_status out{service_name,
                   service_name,
                   state(),
                   self_->mailbox().size(),
                   0,
                   connected_ && !refused_.empty() ? refused_ : away_.empty() ? last_error_ : away_,
                   {{"connected", connected_ ? "1" : "0"},
                    {"head", std::to_string(head_.number)},
                    {"checkpoint", std::to_string(checkpoint_.block)},
                    {"checkpoint_distance", std::to_string(distance)},
                    {"checkpoint_age_ms", millis(watch_.since_progress(now))},
                    {"rescan_age_ms", millis(watch_.without_rescan(now))},
                    {"batch", std::to_string(cursor_.batch)},
                    {"accepted", std::to_string(accepted_)},
                    {"reverted", std::to_string(reverted_)},
                    {"waiting", std::to_string(candidates_.size())},
                    {"longest_wait_ms", std::to_string(longest_wait(now).count())},
                    {"reorg_window", std::to_string(window_.size())},
                    {"malformed", std::to_string(buried_)}},
                   {}};
  if (throttled_since_) {
    out.detail.emplace_back("throttled_since", to_rfc3339(*throttled_since_));
    out.detail.emplace_back("problem", "the chain's node refuses requests for their rate; throttled since " +
                                           to_rfc3339(*throttled_since_));
  }
  for (const auto& [code, text] : reading_news_.problems()) out.detail.emplace_back("problem", text);
  return out;
}

}  // namespace hedgerow::ingestion
