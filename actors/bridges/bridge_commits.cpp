// What a bridge does with a transaction: the log carries it out, or the next bridge does with its own (hand_over.hpp).
#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"
#include "messages/faults/fault_point.hpp"
#include "messages/protocol/callbacks.hpp"

namespace hedgerow::bridges {

using namespace protocol;
using namespace faults::literals;

void bridge::offsets_due() {
  offsets_timed_ = false;
  outbound_.stop_waiting();
  if (!draining_) flush();
}

void bridge::flush() {
  if (cycle_.running() || in_flight_.size() >= config_.commits_in_flight) return;
  blocked_ = false;
  if (const auto now = outbound_.next(); now != outbound::verdict::commit) {
    if (now == outbound::verdict::nothing || offsets_timed_) return;
    offsets_timed_ = true;
    self_->delayed_send(self_, config_.offsets_wait, offsets_atom::value);
    return;
  }
  const auto next_bridge = receiver();
  // Two ways at once could change the order; one that was declined goes first.
  blocked_ = std::any_of(in_flight_.begin(), in_flight_.end(), [&](const auto& entry) {
    return entry.declined || (entry.handed != nullptr) != (next_bridge != nullptr);
  });
  if (blocked_) return;
  auto content = outbound_.take();
  records_out_ += content.records.size();
  auto waiting = std::exchange(next_, {});
  in_flight_.push_back(
      {++commit_number_, std::move(waiting.tickets), std::move(waiting.taken), metrics_->commit_begun(content)});
  auto& entry = in_flight_.back();
  if (entry.taken) {
    auto& what = *entry.taken->what;
    what.records.insert(what.records.end(), std::make_move_iterator(content.records.begin()),
                        std::make_move_iterator(content.records.end()));
    content.records = std::move(what.records);
    content.lent = std::move(what.lent);
  }
  if (next_bridge) return hand_over(next_bridge, entry, std::move(content));
  if (handed_by_) handed_by_->wrote(content.records);
  commit(std::move(content), entry.number, entry.share);
}

void bridge::commit(log_transaction content, std::uint64_t number, const bridge_metrics::share& share) {
  const auto ended = sends_to<interface>(self_->address(), done_atom::value);
  if (faults::strikes("log.commit.before"_fault)) {
    metrics_->commit_ended(share, unexpected(ports::log_error{ports::log_errc::io, std::string{faults::injected}}));
    return ended(commit_result{number, std::string{faults::injected}});
  }
  member_->commit(std::move(content), [ended, number, share, metrics = metrics_](
                                          const expected<void, ports::log_error>& outcome) {
    metrics->commit_ended(share, outcome);
    std::string error;
    if (!outcome) error = outcome.error().detail.empty() ? "commit failed" : outcome.error().detail;
    if (outcome && faults::strikes("log.commit.after"_fault)) error = faults::injected;
    ended(commit_result{number, std::move(error)});
  });
}

void bridge::committed(const commit_result& result) {
  if (!result.error.empty()) {
    for (auto& entry : in_flight_)
      if (entry.taken) entry.taken->answer.deliver(hand_over_result{false, result.error});
    return fail("commit failed: " + result.error);
  }
  finish_front();
}

/// Commits end in the order in which they began.
void bridge::finish_front() {
  auto entry = std::move(in_flight_.front());
  in_flight_.pop_front();
  for (auto& [entity, number] : entry.tickets) self_->send(entity, committed_atom::value, number);
  if (entry.taken) entry.taken->answer.deliver(hand_over_result{});
  commit_declined();
  flush();
  if (draining_) return finish_drain();
  poll();
}

// -- handing over ----------------------------------------------------------------------------------------------------

/// The receiver, if the next transaction can go there.
protocol::bridge_actor bridge::receiver() {
  if (!handed_by_ || draining_ || outbound_.records() > config_.hand_over_max) return {};
  auto next = config_.next->get();
  const auto address = next ? next.address() : caf::actor_addr{};
  if (address == next_bridge_) return next;
  // Only what the same bridge has got is in order.
  if (std::any_of(in_flight_.begin(), in_flight_.end(), [](const auto& entry) { return entry.handed != nullptr; }))
    return {};
  if (next_bridge_) self_->demonitor(next_bridge_);
  next_bridge_ = address;
  if (next) self_->monitor(next);
  return next;
}

void bridge::hand_over(const protocol::bridge_actor& to, commit_under_way& entry, log_transaction content) {
  ++handed_over_;
  metrics_->handed_over->add();
  entry.handed = std::make_shared<protocol::hand_over>();
  auto& what = *entry.handed;
  what.round = handed_by_->round();
  what.before = handed_by_->wrote(content.records);
  what.records = std::move(content.records);
  what.lent = std::move(content.lent);
  what.lent.push_back(member_->lend(std::move(content.offsets), std::move(content.owned)));
  self_->request(to, config_.hand_over_timeout, hand_atom::value, entry.handed)
      .then([this, number = entry.number](const hand_over_result& result) { handed_over(number, result); },
            [this](const caf::error& why) { fail("cannot hand over: " + self_->system().render(why)); });
}

void bridge::handed_over(std::uint64_t number, const hand_over_result& result) {
  const auto entry = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [number](const auto& e) { return e.number == number; });
  if (entry == in_flight_.end()) return;
  if (result.declined) {
    handed_by_->declined(entry->handed->round);
    entry->declined = true;
    return commit_declined();
  }
  const expected<void, ports::log_error> outcome =
      result.error.empty() ? expected<void, ports::log_error>{}
                           : unexpected(ports::log_error{ports::log_errc::io, result.error});
  metrics_->commit_ended(entry->share, outcome);
  entry->handed = nullptr;
  if (outcome && entry != in_flight_.begin()) return fail("transactions that were handed over ended out of order");
  if (!outcome) return fail("the bridge that it hands over to failed: " + result.error);
  finish_front();
}

/// In order, and not before what was accepted has ended.
void bridge::commit_declined() {
  for (auto& entry : in_flight_) {
    if (!entry.handed) continue;
    if (!entry.declined) return;
    const auto what = std::exchange(entry.handed, nullptr);
    entry.declined = false;
    // With the loans: their partitions may have gone and come again since.
    commit({std::move(what->records), {}, {}, std::move(what->lent)}, entry.number, entry.share);
  }
}

// -- taking over -----------------------------------------------------------------------------------------------------

caf::result<hand_over_result> bridge::take(const hand_over_ptr& what) {
  auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (draining_ || moving_) declined_ = {sender, what->round};
  if (declined_.first == sender && what->round <= declined_.second) return hand_over_result{true, {}};
  taken_.push_back({std::move(sender), what, self_->make_response_promise<hand_over_result>()});
  const auto promise = taken_.back().answer;
  poll();
  return promise;
}

bool bridge::begin_taken_over() {
  if (taken_.empty()) return false;
  outbound_.demand();
  next_.taken = std::move(taken_.front());
  taken_.pop_front();
  cycle_.begin(true);
  const auto& what = *next_.taken->what;
  const auto accepted = handed_to_->accept(what, assigned_);
  const auto now = clock_->now();
  for (const auto& r : what.records) {
    if (r.to.topic != handed_to_->of() || !accepted.contains(r.to.partition)) continue;
    ++records_taken_over_;
    metrics_->taken_over->add();
    add_to_cycle({r.to, -1, now, r.key, r.value});
  }
  send_jobs();
  return true;
}

/// What has not been begun is the sender's again.
void bridge::decline_all() {
  for (auto& one : taken_) {
    declined_ = {one.sender, one.what->round};
    one.answer.deliver(hand_over_result{true, {}});
  }
  taken_.clear();
}

}  // namespace hedgerow::bridges
