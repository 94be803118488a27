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
  outbound_.stop_waiting();
  if (!drain_) flush();
}

void bridge::flush() {
  if (cycle_.running() || in_flight_.size() >= config_.commits_in_flight) return;
  if (const auto now = outbound_.next(); now != outbound::verdict::commit) {
    if (now == outbound::verdict::wait_for_more && outbound_.begin_waiting())
      self_->delayed_send(self_, config_.offsets_wait, offsets_atom::value);
    return;
  }
  const auto next_bridge = receiver();
  // Two ways at once could change the order; one that was declined goes first.
  if (std::any_of(in_flight_.begin(), in_flight_.end(), [&](const auto& entry) {
        return entry.declined || (entry.handed != nullptr) != (next_bridge != nullptr);
      }))
    return;
  auto content = outbound_.take();
  count_.records_out += content.records.size();
  in_flight_.push_back({++count_.commits, std::exchange(next_, {}), metrics_->commit_begun(content)});
  auto& entry = in_flight_.back();
  if (entry.waiting.taken) {
    auto& what = *entry.waiting.taken->what;
    what.records.insert(what.records.end(), std::make_move_iterator(content.records.begin()),
                        std::make_move_iterator(content.records.end()));
    content.records = std::move(what.records);
    content.lent = std::move(what.lent);
  }
  if (next_bridge) return hand_over(next_bridge, entry, std::move(content));
  if (after_) after_->memory().wrote(content.records);
  commit(std::move(content), entry.number, entry.share);
}

/// Whether a transaction is at the next bridge.
bool bridge::awaits_receiver() const {
  return std::any_of(in_flight_.begin(), in_flight_.end(), [](const auto& entry) { return entry.handed != nullptr; });
}

/// The next bridge, if the next transaction can go there. Not while partitions move: a loan of what may have been given
/// up by the time of the commit would fail the bridges after this one, too.
protocol::bridge_actor bridge::receiver() {
  const auto taken = next_.taken ? next_.taken->what->records.size() : 0;
  if (!after_ || drain_ || assignment_.moving() || taken + outbound_.records() > config_.hand_over_max) return {};
  return after_->receiver(self_, awaits_receiver());
}

void bridge::commit(log_transaction content, std::uint64_t number, const bridge_metrics::share& share) {
  const auto ended = sends_to<interface>(self_->address(), done_atom::value);
  if (faults::strikes("log.commit.before"_fault)) {
    metrics_->commit_ended(share, unexpected(ports::log_error{ports::log_errc::io, std::string{faults::injected}}));
    return ended(commit_result{number, std::string{faults::injected}});
  }
  member_->commit(std::move(content),
                  [ended, number, share, metrics = metrics_](const expected<void, ports::log_error>& outcome) {
                    metrics->commit_ended(share, outcome);
                    std::string error;
                    if (!outcome) error = outcome.error().detail.empty() ? "commit failed" : outcome.error().detail;
                    if (outcome && faults::strikes("log.commit.after"_fault)) error = faults::injected;
                    ended(commit_result{number, std::move(error)});
                  });
}

void bridge::committed(const commit_result& result) {
  if (!result.error.empty()) return fail({"commit failed: " + result.error});
  finish_front();
}

/// Commits end in the order in which they began.
void bridge::finish_front() {
  auto entry = std::move(in_flight_.front());
  in_flight_.pop_front();
  for (auto& [entity, number] : entry.waiting.tickets) self_->send(entity, committed_atom::value, number);
  if (entry.waiting.taken) entry.waiting.taken->answer.deliver(hand_over_result{});
  commit_declined();
  flush();
  if (drain_) return finish_drain();
  poll();
}

// -- handing over ----------------------------------------------------------------------------------------------------

void bridge::hand_over(const protocol::bridge_actor& to, commit_under_way& entry, log_transaction content) {
  ++count_.handed_over;
  metrics_->handed_over->add();
  entry.handed = std::make_shared<protocol::hand_over>();
  auto& what = *entry.handed;
  what.round = after_->memory().round();
  what.before = after_->memory().wrote(content.records);
  what.records = std::move(content.records);
  what.lent = std::move(content.lent);
  what.lent.push_back(member_->lend(std::move(content.offsets), std::move(content.owned)));
  self_->request(to, config_.hand_over_timeout(config_.chain->links()), hand_atom::value, entry.handed)
      .then([this, number = entry.number](const hand_over_result& result) { handed_over(number, result); },
            [this](const caf::error& why) { fail({"cannot hand over: " + self_->system().render(why)}); });
}

void bridge::handed_over(std::uint64_t number, const hand_over_result& result) {
  const auto entry =
      std::find_if(in_flight_.begin(), in_flight_.end(), [number](const auto& e) { return e.number == number; });
  if (entry == in_flight_.end()) return;
  if (result.declined) {
    after_->memory().declined(entry->handed->round);
    entry->declined = true;
    return commit_declined();
  }
  const expected<void, ports::log_error> outcome =
      result.error.empty() ? expected<void, ports::log_error>{}
                           : unexpected(ports::log_error{ports::log_errc::io, result.error});
  metrics_->commit_ended(entry->share, outcome);
  entry->handed = nullptr;
  if (outcome && entry != in_flight_.begin()) return fail({"transactions that were handed over ended out of order"});
  if (!outcome) return fail({"the bridge that it hands over to failed: " + result.error});
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
  if (!before_ || before_->declines(sender, what->round, drain_ || assignment_.moving()))
    return hand_over_result{true, {}};
  const auto promise = self_->make_response_promise<hand_over_result>();
  before_->add({std::move(sender), what, promise});
  poll();
  return promise;
}

bool bridge::begin_taken_over() {
  if (!before_) return false;
  auto taken = before_->next();
  if (!taken) return false;
  outbound_.demand();
  cycle_.begin(true);
  const auto& what = *taken->what;
  const auto accepted = before_->memory().accept(what, assignment_.owned());
  const auto now = clock_->now();
  for (const auto& r : what.records) {
    if (r.to.topic != before_->memory().of() || !accepted.contains(r.to.partition)) continue;
    ++count_.records_taken_over;
    metrics_->taken_over->add();
    add_to_cycle({r.to, -1, now, r.key, r.value});
  }
  next_.taken = std::move(taken);
  start_cycle();
  return true;
}

}  // namespace hedgerow::bridges
