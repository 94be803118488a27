// Starts actors, notices when they die, and starts them again: with back-off, within a budget. Exceeding the budget
// ends the supervisor; at the top that ends the process, because start is recovery.
//
// Monitors, not links: in CAF 0.17.6 a linked child that is ended with `kill` takes its parent along.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::supervision {

/// Name -> running actor; only those that a child needs.
using running = std::map<std::string, caf::actor>;

struct child_spec {
  std::string name;
  /// Called with the actors named in `needs`; they run.
  std::function<caf::actor(caf::actor_system&, const running&)> start;
  /// Children named before this one. When one of them is restarted, this one is too: it holds a stale handle.
  std::vector<std::string> needs;
  /// Answers `drain`. Others are simply stopped.
  bool drains = true;
};

struct policy {
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{10'000};
  /// More restarts of one child than this within the window end the supervisor.
  std::uint32_t budget = 10;
  std::chrono::milliseconds budget_window{60'000};
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
  /// How long one child may take to drain.
  std::chrono::milliseconds grace{10'000};
};

using supervisor_actor = caf::typed_actor<caf::replies_to<protocol::status_atom>::with<protocol::actor_status>,
                                          caf::replies_to<protocol::drain_atom>::with<std::vector<std::string>>,
                                          caf::reacts_to<protocol::restart_atom, std::string>,
                                          caf::reacts_to<protocol::tick_atom, std::string>>;

/// A child while the supervisor runs.
struct child {
  child_spec spec;
  caf::actor handle;
  std::uint64_t restarts = 0;
  std::string last_error;
  std::chrono::milliseconds backoff{0};
  /// Times of the restarts within the window.
  std::deque<ports::monotonic_time> recent;
};

struct supervisor_state {
  static inline const char* name = "supervisor";
  std::vector<child> children;
  bool draining = false;
  std::vector<std::string> left_over;
};

/// Children start in order and are drained in order, so list them in the direction of the data. `drain` answers with
/// the names of those that did not end within their grace. `on_death` is called when the budget is exceeded.
supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                           std::string name, std::vector<child_spec> children, policy rules,
                                           const ports::clock* clock, std::function<void(std::string)> on_death);

}  // namespace hedgerow::supervision
