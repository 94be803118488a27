#include "runtime/supervision/supervisor.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "messages/protocol/final_error.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::supervision {

using namespace protocol;

namespace {

constexpr std::chrono::milliseconds child_answer_timeout{1000};
using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

child* find(supervisor_state& state, const std::string& name) {
  const auto it = std::find_if(state.children.begin(), state.children.end(),
                               [&](const child& c) { return c.spec.name == name; });
  return it == state.children.end() ? nullptr : &*it;
}

void launch(pointer self, child& c) {
  running needed;
  for (const auto& name : c.spec.needs) {
    child* other = find(self->state, name);
    HEDGEROW_CHECK(other != nullptr, "a child can only need children of the same supervisor");
    if (!other->handle) return;  // it is waiting to be restarted and will bring this one up with it
    needed[name] = other->handle;
  }
  c.handle = c.spec.start(self->system(), needed);
  self->monitor(c.handle);
}

void take_down(pointer self, child& c) {
  if (!c.handle) return;
  self->demonitor(c.handle.address());
  caf::anon_send_exit(c.handle, caf::exit_reason::kill);
  c.handle = nullptr;
}

bool needs(const child& c, const std::string& name) {
  return std::find(c.spec.needs.begin(), c.spec.needs.end(), name) != c.spec.needs.end();
}

/// False when the budget is used up.
bool charge(child& c, const policy& rules, ports::monotonic_time now) {
  while (!c.recent.empty() && now - c.recent.front() > rules.budget_window) c.recent.pop_front();
  if (c.recent.empty()) c.backoff = std::chrono::milliseconds{0};
  c.recent.push_back(now);
  ++c.restarts;
  c.backoff = c.backoff.count() == 0 ? rules.backoff_min : std::min(rules.backoff_max, c.backoff * 2);
  return c.recent.size() <= rules.budget;
}

/// Starts `name` and everything that holds a handle of it.
void bring_up(pointer self, const std::string& name) {
  child* c = find(self->state, name);
  if (c == nullptr || c->handle || self->state.draining) return;
  launch(self, *c);
  for (auto& other : self->state.children) {
    if (!needs(other, name)) continue;
    take_down(self, other);
    bring_up(self, other.spec.name);
  }
}

void end(pointer self, const std::string& why, const std::function<void(std::string)>& on_death) {
  on_death(why);
  for (auto& c : self->state.children) take_down(self, c);
  self->quit(caf::make_error(caf::sec::runtime_error, why));
}

void went_down(pointer self, const caf::down_msg& down, const policy& rules, const ports::clock* clock,
               const std::function<void(std::string)>& on_death) {
  const auto it = std::find_if(self->state.children.begin(), self->state.children.end(), [&](const child& c) {
    return c.handle && c.handle.address() == down.source;
  });
  if (it == self->state.children.end()) return;
  it->handle = nullptr;
  if (self->state.draining) return;
  const auto final = why_final(down.reason);
  it->last_error = final ? *final : self->system().render(down.reason);
  if (rules.notices != nullptr)
    rules.notices->raise(ports::notice_level::warning, "supervisor", "actor_died", it->spec.name, it->last_error);
  if (final) return end(self, *final, on_death);
  if (!charge(*it, rules, clock->monotonic()))
    return end(self, it->spec.name + " failed " + std::to_string(it->recent.size()) + " times within " +
                         std::to_string(rules.budget_window.count() / 1000) + " s; last: " + it->last_error,
               on_death);
  self->delayed_send(self, it->backoff, tick_atom::value, it->spec.name);
}

/// Drains child `index`, then the next one.
void drain_from(pointer self, std::size_t index, const policy& rules,
                caf::typed_response_promise<std::vector<std::string>> done) {
  auto& children = self->state.children;
  while (index < children.size() && (!children[index].handle || !children[index].spec.drains)) ++index;
  if (index == children.size()) {
    for (auto& c : children) take_down(self, c);
    done.deliver(self->state.left_over);
    self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  const auto next = [=](bool in_time) {
    if (!in_time) self->state.left_over.push_back(self->state.children[index].spec.name);
    drain_from(self, index + 1, rules, done);
  };
  self->request(children[index].handle, rules.grace, drain_atom::value)
      .then([=](ok_atom) { next(true); }, [=](const caf::error&) { next(false); });
}

struct roll_call {
  actor_status answer;
  std::vector<actor_status> children;
  std::size_t missing = 0;
  caf::typed_response_promise<actor_status> promise;

  void put(std::size_t index, actor_status s) {
    children[index] = std::move(s);
    if (--missing > 0) return;
    answer.children = std::move(children);
    promise.deliver(std::move(answer));
  }
};

caf::result<actor_status> ask_all(pointer self, const std::string& name) {
  auto call = std::make_shared<roll_call>();
  call->answer = {name, "supervisor", self->state.draining ? "draining" : "running", self->mailbox().size(), 0, {}, {}, {}};
  const auto& children = self->state.children;
  if (children.empty()) return call->answer;
  call->children.resize(children.size());
  call->missing = children.size();
  call->promise = self->make_response_promise<actor_status>();
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto& c = children[i];
    const auto finish = [call, i, restarts = c.restarts, error = c.last_error, child_name = c.spec.name](actor_status s) {
      s.name = child_name;
      s.restarts += restarts;
      if (s.last_error.empty()) s.last_error = error;
      call->put(i, std::move(s));
    };
    if (!c.handle) {
      finish({c.spec.name, "actor", "restarting", 0, 0, {}, {}, {}});
      continue;
    }
    self->request(c.handle, child_answer_timeout, status_atom::value)
        .then([finish](const actor_status& s) { finish(s); },
              [finish](const caf::error&) { finish({"", "actor", "not answering", 0, 0, {}, {}, {}}); });
  }
  return call->promise;
}

}  // namespace

supervisor_actor::behavior_type supervisor(pointer self, std::string name, std::vector<child_spec> children,
                                           policy rules, const ports::clock* clock,
                                           std::function<void(std::string)> on_death) {
  for (auto& spec : children) self->state.children.push_back({std::move(spec), nullptr, 0, {}, {}, {}});
  self->set_down_handler([=](const caf::down_msg& down) { went_down(self, down, rules, clock, on_death); });
  for (auto& c : self->state.children) launch(self, c);
  return {
      [=](status_atom) { return ask_all(self, name); },
      [=](drain_atom) -> caf::result<std::vector<std::string>> {
        self->state.draining = true;
        auto done = self->make_response_promise<std::vector<std::string>>();
        drain_from(self, 0, rules, done);
        return done;
      },
      [=](restart_atom, const std::string& child_name) {
        if (child* c = find(self->state, child_name); c != nullptr && c->handle)
          caf::anon_send_exit(c->handle, caf::exit_reason::kill);
      },
      [=](tick_atom, const std::string& child_name) { bring_up(self, child_name); },
  };
}

}  // namespace hedgerow::supervision
