// Starts actors, notices when they die, and starts them again: with back-off, within a budget. What happens when a
// child exceeds its budget depends on its tier. A child that trades ends the supervisor; at the top that ends the
// process, because start is recovery. A child that only shows is parked and tried again slowly: a broken view must not
// stop the hedging.
//
// A successor is started only when its predecessor is down, because it may need what the predecessor holds, such as a
// port.
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
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/types/supervision_policy.hpp"

namespace hedgerow::supervision {

/// Name -> running actor; only those that a child needs.
using running = std::map<std::string, caf::actor>;

/// What depends on a child.
enum class tier : std::uint8_t {
  trades,  // fills are hedged by it: beyond its budget it ends the supervisor
  shows,   // people look through it: beyond its budget it is parked
};

struct child_spec {
  std::string name;
  /// Called with the actors named in `needs`; they run.
  std::function<caf::actor(caf::actor_system&, const running&)> start;
  /// Children named before this one. When one of them is restarted, this one is too: it holds a stale handle.
  std::vector<std::string> needs;
  /// Answers `drain`. Others are simply stopped.
  bool drains = true;
  /// A child that trades must not need one that only shows.
  supervision::tier tier = supervision::tier::trades;
};

struct policy : supervision_policy {
  /// How long a parked child waits between two tries.
  std::chrono::milliseconds parked_retry{60'000};
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

enum class child_state : std::uint8_t {
  down,  // waits for its back-off, for a child that it needs, or is parked
  up,
  stopping,  // told to end; its successor waits until it is down
};

/// A child while the supervisor runs.
struct child {
  child_spec spec;
  child_state state = child_state::down;
  /// Valid while it is up or stopping.
  caf::actor handle;
  /// Who asked for the restart that is under way, and why; empty when nobody did.
  std::string requested;
  /// The child has exceeded its budget and has not stayed up for a whole window since.
  bool parked = false;
  /// Start of the newest incarnation.
  monotonic_time started_at{0};
  std::uint64_t restarts = 0;
  std::string last_error;
  std::chrono::milliseconds backoff{0};
  /// Times of the failures within the window.
  std::deque<monotonic_time> recent;
};

/// Implements supervisor_actor of messages/protocol/interfaces.hpp.
class supervisor {
 public:
  /// Also its timer: the back-off of the child of this name is over.
  using interface = protocol::supervisor_actor::extend<caf::reacts_to<protocol::tick_atom, std::string>>;
  using pointer = protocol::pointer_to<supervisor>;
  static inline const char* actor_name = "supervisor";

  /// Children start in order and are drained in order, so list them in the direction of the data. `clock` outlives the
  /// actor system. `on_death` is called with the reason when a child that trades exceeds its budget.
  supervisor(pointer self, std::string name, std::vector<child_spec> children, policy rules, const ports::clock* clock,
             std::function<void(std::string)> on_death);
  interface::behavior_type start();

 private:
  // -- starting ------------------------------------------------------------------------------------------------------
  [[nodiscard]] child* find(const std::string& name);
  void launch(child& c);
  /// Starts `name`, and restarts everything that holds a handle of its predecessor.
  void bring_up(const std::string& name);
  [[nodiscard]] protocol::restart_result restart(const std::string& name, const std::string& because);

  // -- failing -------------------------------------------------------------------------------------------------------
  void went_down(const caf::down_msg& down);
  void failed(child& c, const caf::error& reason);
  /// Counts a failure and sets the next back-off. False when the budget is used up.
  bool charge(child& c, monotonic_time now);
  /// A child that only shows has used up its budget: it must not take along what trades.
  void park(child& c, const std::string& why);
  void end(const std::string& why);
  void tell_restarted(const child& c, const std::string& because) const;
  void tell(ports::notice_level level, const char* code, const child& c, const std::string& text) const;

  // -- asking --------------------------------------------------------------------------------------------------------
  [[nodiscard]] caf::result<std::vector<std::string>> drain();
  /// Drains child `index`, then the next one.
  void drain_from(std::size_t index, caf::typed_response_promise<std::vector<std::string>> done);
  [[nodiscard]] caf::result<protocol::actor_status> status();

  pointer self_;
  std::string name_;
  std::vector<child> children_;
  policy rules_;
  const ports::clock* clock_;
  std::function<void(std::string)> on_death_;
  bool draining_ = false;
  std::vector<std::string> left_over_;
};

}  // namespace hedgerow::supervision
