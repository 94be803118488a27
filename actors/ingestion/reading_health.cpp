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

// The chain as the live instance sees it, which is on one node of a cluster.
constexpr protocol::status_gauge connected_gauge{"hedgerow_chain_connected",
                                                 "1 when the chain's node is connected, 0 when it is not."};
constexpr protocol::status_gauge head_gauge{"hedgerow_chain_head_block",
                                            "The newest block that the chain's node told of; 0 before the first."};
constexpr protocol::status_gauge checkpoint_gauge{"hedgerow_chain_checkpoint_block",
                                                  "The block up to which everything has been read."};
constexpr protocol::status_gauge distance_gauge{"hedgerow_chain_checkpoint_distance_blocks",
                                                "How far the checkpoint is below the node's newest block."};
constexpr protocol::status_gauge age_gauge{"hedgerow_chain_checkpoint_age_seconds",
                                           "How long ago a range was read, or nothing was left to read."};

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
  if (const auto doubt = now - unproven_since_.value_or(now); doubt >= config_.stuck_after)
    reading_news_.trouble(notice_level::alarm, "branch_unproven",
                          "for " + seconds(doubt) +
                              " the node has not shown which of the newest blocks were replaced: a fill that the chain "
                              "took back stays booked, and the checkpoint stays at block " +
                              std::to_string(checkpoint_.block) +
                              (last_error_.empty() ? "" : "; last: " + last_error_));
  check_what_waits(now);
  check_late_logs();
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
  return oldest.log.ref.describe() + ", which waits for " +
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

/// Connecting lasts until it is known whether that can be had; only then is it a problem.
void ingestion::describe_state(actor_status& out) const {
  out.last_error = connected_ && !refused_.empty() ? refused_ : away_.empty() ? last_error_ : away_;
  if (!connected_ && away_.empty()) {
    out.state = protocol::run_state::starting;
    out.activity = "connecting";
  } else if (!connected_) {
    out.state = protocol::run_state::waiting;
    out.activity = "not connected";
    out.problems.push_back("not connected to the chain's node (" + config_.node_key + "): " + away_);
  } else if (!admitted_ && refused_.empty()) {
    out.state = protocol::run_state::waiting;
    out.activity = "waiting for the broker";
    out.problems.emplace_back(
        "has not begun: the event log is empty, and before the history from chain.start_block on is read, the broker "
        "is asked for orders since then");
  } else if (!admitted_) {
    out.state = protocol::run_state::held;
    out.activity = "refused";
    out.problems.push_back(refused_);
  } else if (!caught_up_) {
    out.state = protocol::run_state::starting;
    out.activity = "reading history";
  }
}

actor_status ingestion::status() const {
  const auto now = clock_->monotonic();
  auto out = protocol::make_status(service_name, service_name);
  out.mailbox = self_->mailbox().size();
  describe_state(out);
  out.show("connected", connected_, &connected_gauge);
  out.show("head", head_.number, &head_gauge);
  out.show("checkpoint", checkpoint_.block, &checkpoint_gauge);
  out.show("checkpoint_distance", head_.number > checkpoint_.block ? head_.number - checkpoint_.block : 0,
           &distance_gauge);
  out.show("checkpoint_age_ms", watch_.since_progress(now), &age_gauge);
  out.show("rescan_age_ms", watch_.without_rescan(now));
  out.show("batch", cursor_.batch);
  out.show("accepted", accepted_);
  out.show("reverted", reverted_);
  out.show("waiting", candidates_.size());
  out.show("late", late_logs_.heights());
  out.show("longest_wait_ms", longest_wait(now));
  out.show("reorg_window", window_.size());
  out.show("malformed", dead_lettered_);
  if (throttled_since_) {
    out.show("throttled_since", *throttled_since_);
    out.problems.push_back("the chain's node refuses requests for their rate; throttled since " +
                           to_rfc3339(*throttled_since_));
  }
  for (const auto& [code, text] : reading_news_.problems()) out.problems.push_back(text);
  return out;
}

}  // namespace hedgerow::ingestion
