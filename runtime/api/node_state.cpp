#include "runtime/api/node_state.hpp"

#include <caf/all.hpp>

namespace hedgerow::api {

using namespace protocol;

namespace {

constexpr std::chrono::seconds answer_timeout{2};

struct question {
  node_state found;
  std::function<void(const node_state&)> done;
  std::size_t missing = 0;
  bool lag_came = false;

  void came(caf::event_based_actor* self) {
    if (--missing > 0) return;
    done(found);
    self->quit();
  }
};

caf::behavior ask(caf::event_based_actor* self, const supervision::supervisor_actor& root,
                  const std::shared_ptr<lag_meter>& lag, std::function<void(const node_state&)> done) {
  auto q = std::make_shared<question>(question{{}, std::move(done), lag ? 2U : 1U});
  self->request(root, answer_timeout, status_atom::value)
      .then(
          [=](actor_status& tree) {
            q->found.tree = std::move(tree);
            q->came(self);
          },
          [=](const caf::error&) { q->came(self); });
  if (lag) {
    lag->measure([me = caf::actor_cast<caf::actor>(self)](const known_lag& found) {
      caf::anon_send(me, tell_atom::value, found);
    });
    self->delayed_send(self, answer_timeout, tell_atom::value, lag->latest());
  }
  return {
      [=](tell_atom, const known_lag& found) {
        if (std::exchange(q->lag_came, true)) return;
        q->found.lag = found;
        q->came(self);
      },
  };
}

}  // namespace

void ask_node_state(caf::actor_system& system, supervision::supervisor_actor root, std::shared_ptr<lag_meter> lag,
                    std::function<void(const node_state&)> done) {
  system.spawn(ask, std::move(root), std::move(lag), std::move(done));
}

}  // namespace hedgerow::api
