#include "actors/bridges/bridge.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

#include "messages/protocol/callbacks.hpp"
#include "messages/protocol/final_error.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::bridges {

using namespace protocol;

bridge::bridge(pointer self, std::shared_ptr<ports::event_log> log, service what, bridge_config config,
               const ports::clock* clock)
    : self_{self},
      log_{std::move(log)},
      what_{std::move(what)},
      config_{std::move(config)},
      clock_{clock},
      metrics_{std::make_shared<bridge_metrics>(config_.metrics, what_.name)},
      assignment_{what_.inputs},
      stored_{log_, what_, config_.notices},
      host_{self_, what_, config_, clock_, metrics_},
      outbound_{config_.batch_max} {
  const auto taker_of = [&](std::optional<topic> t) {
    return t && config_.chain ? config_.chain->taker_of(*t) : nullptr;
  };
  if (auto taker = taker_of(what_.links.writes_alone)) {
    HEDGEROW_CHECK(can_write_alone(what_.inputs, *what_.links.writes_alone),
                   "only the one writer of a partition can hand over");
    after_.emplace(*what_.links.writes_alone, std::move(taker));
  }
  if (auto mine = taker_of(what_.links.takes_over)) before_.emplace(*what_.links.takes_over, std::move(mine));
}

bridge::~bridge() {
  // Nobody shall leave it anything while what is in flight ends.
  before_.reset();
  for (const auto& entry : in_flight_)
    if (entry.handed) metrics_->commit_ended(entry.share, unexpected(ports::log_error{ports::log_errc::closed, {}}));
}

bridge::interface::behavior_type bridge::start() {
  self_->set_down_handler(
      [this](const caf::down_msg& down) { went_down(down.source, self_->system().render(down.reason)); });
  if (!join()) return interface::behavior_type::make_empty_behavior();
  return {
      [this](status_atom) { return status(); },
      [this](emit_atom, const step_ptr& what) { emitted(what); },
      [this](hand_atom, const hand_over_ptr& handed) { return take(handed); },
      [this](drain_atom) { return drain(); },
      // What its log tells, and its timers.
      [this](poll_atom) { poll(); },
      [this](done_atom, const commit_result& result) { committed(result); },
      [this](tick_atom) { tick(); },
      [this](again_atom, std::uint64_t index) { send_again(index); },
      [this](activate_atom, const std::string& key) {
        if (!drain_) host_.activate(key);
      },
      [this](offsets_atom) { offsets_due(); },
  };
}

bool bridge::join() {
  auto member = log_->join({what_.name, config_.instance, what_.inputs});
  if (!member) {
    fail({"cannot join group " + what_.name + ": " + member.error().detail, member.error().code});
    return false;
  }
  member_ = std::move(*member);
  member_->on_ready(sends_to<interface>(self_->address(), poll_atom::value));
  if (before_) before_->open(self_->address());
  self_->send(self_, poll_atom::value);
  self_->delayed_send(self_, host_.passivation_interval(), tick_atom::value);
  return true;
}

/// The caller must return at once: nothing may be done any more.
void bridge::fail(const failure& what) {
  HEDGEROW_CHECK(!what.why.empty(), "an empty reason means success to the bridge before this one");
  // Two nodes with the same name would evict each other in a loop.
  const bool replaced = what.reason == ports::log_errc::replaced;
  last_error_ = what.why;
  if (replaced)
    last_error_ += "; another node with node.name = \"" + config_.instance +
                   "\" has started, so this one ends: give each node a name of its own";
  metrics_->failed(what.reason);
  if (config_.notices != nullptr)
    config_.notices->raise(what.level, what_.name, what.code, what.about.empty() ? config_.instance : what.about,
                           last_error_);
  for (auto& entry : in_flight_)
    if (entry.waiting.taken) entry.waiting.taken->answer.deliver(hand_over_result{false, what.why});
  const auto text = what_.name + ": " + last_error_;
  self_->quit(replaced || what.final ? protocol::final_error(text) : caf::make_error(caf::sec::runtime_error, text));
}

void bridge::went_down(const caf::actor_addr& source, const std::string& reason) {
  if (const auto death = host_.went_down(source, reason)) {
    last_error_ = reason;
    if (death->hopeless) return fail({death->key + " keeps dying: " + reason});
    if (death->activate_after) self_->delayed_send(self_, *death->activate_after, activate_atom::value, death->key);
    return;
  }
  if (!after_ || !after_->went_down(source)) return;
  if (awaits_receiver()) fail({"the bridge that it hands over to has ended: " + reason});
}

void bridge::tick() {
  // Jobs refer to entities.
  if (!cycle_.running()) host_.passivate();
  if (drain_) return finish_drain();
  self_->delayed_send(self_, host_.passivation_interval(), tick_atom::value);
}

// -- log -> cycle ----------------------------------------------------------------------------------------------------

void bridge::poll() {
  if (drain_ || cycle_.running() || in_flight_.size() >= config_.commits_in_flight) return;
  // A transaction waits until it can go its way after those before it; what comes now belongs to the one after it.
  if (outbound_.next() == outbound::verdict::commit) return;
  // By turns, so that neither the bridge before this one nor the log starves.
  if (!cycle_.handed_over() && begin_taken_over()) return;
  cycle_.begin(false);
  // Nothing waits for its transaction now, so a partition that this poll takes away leaves nothing behind.
  auto batch = member_->poll(config_.batch_max);
  if (!batch) return fail({"the log is gone: " + batch.error().detail, batch.error().code});
  assignment_.told(*batch);
  if (assignment_.moving() && before_) before_->decline_all();
  for (; const auto* change = assignment_.pending(); assignment_.carried_out())
    if (const auto trouble = carry_out(*change)) return fail(*trouble);
  metrics_->partitions->set(static_cast<std::int64_t>(assignment_.owned().size()));
  if (!batch->records.empty()) return begin_cycle(std::move(batch->records));
  if (!begin_taken_over()) flush();
}

std::optional<failure> bridge::carry_out(const assignment::change& change) {
  if (after_) after_->memory().forget();
  if (change.what == assignment::change::kind::lost) {
    outbound_.forget(change.source);
    if (before_) before_->memory().forget(change.source);
    if (change.home) host_.drop(change.source.partition);
  } else if (change.home) {
    auto found = stored_.read(change.source.partition);
    if (!found) return std::move(found.error());
    host_.load(change.source.partition, std::move(*found));
  }
  return std::nullopt;
}

void bridge::begin_cycle(std::vector<record> records) {
  const auto known = before_ ? before_->memory().known(records) : std::vector<bool>{};
  count_.records_in += records.size();
  metrics_->records_in->add(static_cast<std::int64_t>(records.size()));
  for (std::size_t i = 0; i < records.size(); ++i) {
    outbound_.read(records[i].from, records[i].offset + 1);
    if (i < known.size() && known[i])
      outbound_.skipped();
    else
      add_to_cycle(std::move(records[i]));
  }
  start_cycle();
}

void bridge::add_to_cycle(record&& r) {
  auto key = what_.route(r);
  if (!key) {
    outbound_.skipped();
    return;
  }
  cycle_.add(std::move(*key), std::move(r));
  outbound_.handled();
}

// -- the end ---------------------------------------------------------------------------------------------------------

caf::result<ok_atom> bridge::drain() {
  if (drain_) return ok_atom::value;
  if (before_) before_->decline_all();
  drain_ = {clock_->monotonic() + config_.drain_grace, self_->make_response_promise<ok_atom>()};
  const auto answer = drain_->answer;
  self_->delayed_send(self_, config_.drain_grace, tick_atom::value);
  finish_drain();
  return answer;
}

void bridge::finish_drain() {
  // A postponed batch is given up: nothing of it is committed, so the next start takes it again.
  if (cycle_.works() || !in_flight_.empty()) return;
  if (host_.unfinished() && clock_->monotonic() < drain_->until) return;
  drain_->answer.deliver(ok_atom::value);
  self_->quit(caf::exit_reason::user_shutdown);
}

}  // namespace hedgerow::bridges
