// The actor of one symbol: a desk, what it waits for, and how its steps reach the log and the broker.
#pragma once

#include "actors/domain/orders/desk.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/entity/timer.hpp"
#include "actors/execution/execution_actor.hpp"
#include "messages/protocol/actor_class.hpp"

namespace hedgerow::execution {

class desk_host {
 public:
  using interface = entity::timed_entity;
  using pointer = protocol::pointer_to<desk_host>;
  static inline const char* actor_name = "execution";

  desk_host(pointer self, bridges::entity_seed seed, execution_config config, execution_ports outside);
  /// Restores the desk. After a restart it resolves a request that may have been sent.
  interface::behavior_type start();

 private:
  caf::result<protocol::step_ptr> handle(const protocol::slice_ptr& part);
  void tick(std::uint64_t round);
  [[nodiscard]] protocol::actor_status status() const;

  /// Runs `then` when the market session is known well enough, before any other message is looked at.
  void with_session(std::function<void()> then);
  [[nodiscard]] domain::desk_context context();
  protocol::step_ptr process(const protocol::slice& part);
  void feed(const record& r, entity::outbox& out);
  /// Appends the records and effects of a step, raises its alarms and sets the timer.
  void add(const domain::desk_step& decided, const std::string& cause, entity::outbox& out);
  protocol::step_ptr finish(entity::outbox& out);
  /// A step that the desk took on its own.
  void emit(const domain::desk_step& decided);

  /// Asks the gateway; hands the answer to `then`, which asks the desk, and emits what the desk decides.
  template <class Result, class Verb, class Call, class Then>
  void ask(Verb verb, Call call, Then then);
  void carry_out(const domain::desk_effect& effect, monotonic_time decided_at);
  void run(const domain::fetch_baseline& e);
  void run(const domain::place_order& e, monotonic_time decided_at);
  void run(const domain::verify_order& e);
  void run(const domain::list_evidence& e);
  void run(const domain::fetch_position& e);

  pointer self_;
  bridges::entity_seed seed_;
  execution_config config_;
  execution_ports outside_;
  timestamp started_;
  domain::desk desk_;
  std::optional<market_session> session_;
  /// When the broker began to say that there is no session today.
  std::optional<timestamp> closed_since_;
  /// The session is not requested again before this time, even if it is unknown.
  timestamp session_until_;
  entity::effects waiting_;
  std::size_t calls_ = 0;
  entity::timer timer_;
  std::string last_error_;
};

}  // namespace hedgerow::execution
