#include "runtime/supervision/supervisor.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

#include "messages/protocol/final_error.hpp"
#include "messages/protocol/roll_call.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::supervision {

using namespace protocol;

namespace {

/// Twice what its children give theirs.
constexpr std::chrono::milliseconds child_answer_timeout{1000};

bool needs(const child& c, const std::string& name) {
  return std::find(c.spec.needs.begin(), c.spec.needs.end(), name) != c.spec.needs.end();
}

bool is_up(const child& c) { return c.state == child_state::up; }

/// The child stays ours until its down message: only then it has let go of what its successor needs.
void take_down(child& c) {
  if (!is_up(c)) return;
  c.state = child_state::stopping;
  caf::anon_send_exit(c.handle, caf::exit_reason::kill);
}

}  // namespace

supervisor::supervisor(pointer self, std::string name, std::vector<child_spec> children, policy rules,
                       const ports::clock* clock, std::function<void(std::string)> on_death)
    : self_{self}, name_{std::move(name)}, rules_{rules}, clock_{clock}, on_death_{std::move(on_death)} {
  for (auto& spec : children) {
    auto& made = children_.emplace_back();
    made.spec = std::move(spec);
  }
}

supervisor::interface::behavior_type supervisor::start() {
  self_->set_down_handler([this](const caf::down_msg& down) { went_down(down); });
  for (auto& c : children_) launch(c);
  return {
      [this](status_atom) { return status(); },
      [this](drain_atom) { return drain(); },
      [this](restart_atom, const std::string& child_name, const std::string& because) {
        return restart(child_name, because);
      },
      [this](tick_atom, const std::string& child_name) { bring_up(child_name); },
  };
}

// -- starting --------------------------------------------------------------------------------------------------------

child* supervisor::find(const std::string& name) {
  const auto it = std::find_if(children_.begin(), children_.end(), [&](const child& c) { return c.spec.name == name; });
  return it == children_.end() ? nullptr : &*it;
}

void supervisor::launch(child& c) {
  running needed;
  for (const auto& name : c.spec.needs) {
    child* other = find(name);
    HEDGEROW_CHECK(other != nullptr, "a child can only need children of the same supervisor");
    HEDGEROW_CHECK(c.spec.tier == tier::shows || other->spec.tier == tier::trades,
                   "what trades must not depend on what only shows");
    if (!is_up(*other)) return;  // it is about to be started and will bring this one up with it
    needed[name] = other->handle;
  }
  c.handle = c.spec.start(self_->system(), needed);
  c.state = child_state::up;
  c.started_at = clock_->monotonic();
  self_->monitor(c.handle);
}

void supervisor::bring_up(const std::string& name) {
  child* c = find(name);
  if (c == nullptr || c->state != child_state::down || draining_) return;
  launch(*c);
  if (!is_up(*c)) return;
  for (auto& other : children_) {
    if (!needs(other, name)) continue;
    take_down(other);
    bring_up(other.spec.name);
  }
}

restart_result supervisor::restart(const std::string& name, const std::string& because) {
  child* c = find(name);
  if (c == nullptr) return restart_result::unknown;
  if (draining_) return restart_result::waiting;
  if (c->parked && c->state == child_state::down) {
    bring_up(name);
    if (!is_up(*c)) return restart_result::waiting;
    tell_restarted(*c, because);
    return restart_result::restarting;
  }
  if (c->state == child_state::down) return restart_result::waiting;
  if (is_up(*c)) {
    ++c->restarts;
    c->requested = because;
    take_down(*c);
  }
  return restart_result::restarting;
}

// -- failing ---------------------------------------------------------------------------------------------------------

void supervisor::went_down(const caf::down_msg& down) {
  const auto it = std::find_if(children_.begin(), children_.end(),
                               [&](const child& c) { return c.handle && c.handle.address() == down.source; });
  if (it == children_.end()) return;
  const bool stopped = it->state == child_state::stopping;
  it->handle = nullptr;
  it->state = child_state::down;
  const auto because = std::exchange(it->requested, {});
  if (draining_) return;
  if (!stopped || why_final(down.reason)) return failed(*it, down.reason);
  if (!because.empty()) tell_restarted(*it, because);
  bring_up(it->spec.name);
}

void supervisor::failed(child& c, const caf::error& reason) {
  const auto final = why_final(reason);
  c.last_error = final ? *final : self_->system().render(reason);
  tell(ports::notice_level::warning, "actor_died", c, c.last_error);
  if (final) return end(*final);
  const auto now = clock_->monotonic();
  if (now - c.started_at > rules_.budget_window) c.parked = false;
  const bool within_budget = charge(c, now);
  if (within_budget && !c.parked) {
    self_->delayed_send(self_, c.backoff, tick_atom::value, c.spec.name);
    return;
  }
  const auto why = c.spec.name + " failed " + std::to_string(c.recent.size()) + " times within " +
                   std::to_string(rules_.budget_window.count() / 1000) + " s; last: " + c.last_error;
  if (c.spec.tier == tier::trades) return end(why);
  park(c, why);
}

bool supervisor::charge(child& c, monotonic_time now) {
  while (!c.recent.empty() && now - c.recent.front() > rules_.budget_window) c.recent.pop_front();
  if (c.recent.empty()) c.backoff = std::chrono::milliseconds{0};
  c.recent.push_back(now);
  ++c.restarts;
  c.backoff = c.backoff.count() == 0 ? rules_.backoff_min : std::min(rules_.backoff_max, c.backoff * 2);
  return c.recent.size() <= rules_.budget;
}

void supervisor::park(child& c, const std::string& why) {
  if (!std::exchange(c.parked, true))
    tell(ports::notice_level::alarm, "service_parked", c,
         why + "; trading goes on without it, and it is tried again every " +
             std::to_string(rules_.parked_retry.count() / 1000) + " s");
  self_->delayed_send(self_, rules_.parked_retry, tick_atom::value, c.spec.name);
}

void supervisor::end(const std::string& why) {
  draining_ = true;
  on_death_(why);
  for (auto& c : children_) take_down(c);
  self_->quit(caf::make_error(caf::sec::runtime_error, why));
}

void supervisor::tell_restarted(const child& c, const std::string& because) const {
  tell(ports::notice_level::info, "actor_restarted", c, "restarted because " + because);
}

void supervisor::tell(ports::notice_level level, const char* code, const child& c, const std::string& text) const {
  if (rules_.notices != nullptr) rules_.notices->raise(level, "supervisor", code, c.spec.name, text);
}

// -- asking ----------------------------------------------------------------------------------------------------------

caf::result<std::vector<std::string>> supervisor::drain() {
  draining_ = true;
  auto done = self_->make_response_promise<std::vector<std::string>>();
  drain_from(0, done);
  return done;
}

void supervisor::drain_from(std::size_t index, caf::typed_response_promise<std::vector<std::string>> done) {
  while (index < children_.size() && (!is_up(children_[index]) || !children_[index].spec.drains)) ++index;
  if (index == children_.size()) {
    for (auto& c : children_) take_down(c);
    done.deliver(left_over_);
    self_->quit(caf::exit_reason::user_shutdown);
    return;
  }
  const auto next = [this, index, done](bool in_time) {
    if (!in_time) left_over_.push_back(children_[index].spec.name);
    drain_from(index + 1, done);
  };
  self_->request(children_[index].handle, rules_.grace, drain_atom::value)
      .then([=](ok_atom) { next(true); }, [=](const caf::error&) { next(false); });
}

caf::result<actor_status> supervisor::status() {
  auto me = make_status(name_, "supervisor", draining_ ? run_state::draining : run_state::running);
  me.mailbox = self_->mailbox().size();
  const auto call = std::make_shared<roll_call>(self_, std::move(me), children_.size(), child_answer_timeout);
  for (std::size_t i = 0; i < children_.size(); ++i) {
    const auto& c = children_[i];
    const auto known = [restarts = c.restarts, error = c.last_error, child_name = c.spec.name,
                        shows = c.spec.tier == tier::shows](actor_status s) {
      s.name = child_name;
      s.only_shows = shows;
      s.restarts += restarts;
      if (s.last_error.empty()) s.last_error = error;
      return s;
    };
    if (is_up(c))
      call_child(self_, call, i, c.handle, make_status({}, "actor"), known);
    else
      call->put(i, known(make_status({}, "actor", c.parked ? run_state::parked : run_state::restarting)));
  }
  return call->promise();
}

}  // namespace hedgerow::supervision
