// What a node knows of itself without the read model, for /health and /metrics.
#pragma once

#include <caf/actor_system.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "runtime/api/lag_meter.hpp"
#include "runtime/supervision/supervisor.hpp"

namespace hedgerow::api {

struct node_state {
  /// Nothing when the supervisor does not answer.
  std::optional<protocol::actor_status> tree;
  lag_reading lag;
};

/// `done` is called once, on an actor, within two seconds. `lag` may be null.
void ask_node_state(caf::actor_system& system, protocol::supervisor_actor root, std::shared_ptr<lag_meter> lag,
                    std::function<void(const node_state&)> done);

}  // namespace hedgerow::api
