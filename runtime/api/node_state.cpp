#include "runtime/api/node_state.hpp"

#include <caf/all.hpp>

#include "runtime/api/answers.hpp"

namespace hedgerow::api {

using namespace protocol;

void ask_node_state(caf::actor_system& system, protocol::supervisor_actor root, std::shared_ptr<lag_meter> lag,
                    std::function<void(const node_state&)> done) {
  system.spawn([=](caf::event_based_actor* self) {
    const auto came = [=](std::optional<actor_status> tree) {
      done({std::move(tree), lag ? lag->latest() : lag_reading{}});
    };
    self->request(root, answer_timeout, status_atom::value)
        .then([=](actor_status& tree) { came(std::move(tree)); }, [=](const caf::error&) { came(std::nullopt); });
  });
}

}  // namespace hedgerow::api
