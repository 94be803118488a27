// What a person decides about a symbol, written to control-events.
//
// A member of the log is dead after its first failure, and no bridge owns this one: a lock that another program holds
// on the store, or a transactional id that the broker forgot after a quiet week, must not end all decisions. So the
// desk joins again without help, and tries the decision again before it says that it was not written.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::api {

/// How a commit of the desk's own ended.
struct control_committed {
  std::uint64_t number = 0;
  std::optional<ports::log_error> error;
};

struct control_desk_ports {
  std::shared_ptr<ports::event_log> log;
  /// The writer's name. Each node has its own: the same one would fence the other.
  std::string node;
  /// Outlives the actor system.
  const ports::clock* clock = nullptr;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

/// Implements control_desk_actor of messages/protocol/interfaces.hpp.
class control_desk {
 public:
  /// Also what its log tells.
  using interface = protocol::control_desk_actor::extend<caf::reacts_to<protocol::done_atom, control_committed>>;
  using pointer = protocol::pointer_to<control_desk>;
  static inline const char* actor_name = "control-desk";

  control_desk(pointer self, control_desk_ports outside) : self_{self}, outside_{std::move(outside)} {}
  interface::behavior_type start();

 private:
  struct decision {
    outgoing record;
    std::string what;
    int attempts = 0;
    /// Of an attempt: the log may have taken it.
    bool outcome_unknown = false;
    caf::typed_response_promise<protocol::control_answer> promise;
  };

  caf::result<protocol::control_answer> decide(const protocol::control_request& request);
  [[nodiscard]] outgoing to_record(const protocol::control_request& request) const;
  void write_first();
  void committed(const control_committed& news);
  void failed(const ports::log_error& why);
  void end_first(protocol::control_answer answer);

  pointer self_;
  control_desk_ports outside_;
  /// Null before the first decision and after a failure.
  std::unique_ptr<ports::log_member> writer_;
  /// The first one is on its way.
  std::deque<decision> waiting_;
  std::uint64_t commits_ = 0;
};

}  // namespace hedgerow::api

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::api::control_committed)
