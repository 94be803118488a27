// The state behind execution(): a desk, what it waits for, and how its steps reach the log and the broker.
#pragma once

#include "actors/execution/execution_actor.hpp"

namespace hedgerow::execution {

class desk_host {
 public:
  using actor_pointer = desk_actor::stateful_pointer<execution_state>;

  desk_host(actor_pointer self, const bridges::entity_seed& seed, execution_desk state, execution_config config,
            execution_ports outside);

  /// After a restart: resolves a request that may have been sent. Call once, before anything else.
  void recover();
  caf::result<protocol::step_ptr> handle(const protocol::slice_ptr& part);
  /// The step with this ticket is durable: run its effects.
  void committed(std::uint64_t ticket);
  void tick();
  [[nodiscard]] protocol::actor_status status() const;

 private:
  /// Effects that wait for their commit, and the monotonic time at which they were decided.
  struct waiting_effects {
    std::vector<domain::desk_effect> effects;
    monotonic_time decided_at{0};
  };

  /// Runs `then` when the market session is known well enough, before any other message is looked at.
  void with_session(std::function<void()> then);
  [[nodiscard]] domain::desk_context context();
  protocol::step_ptr process(const protocol::slice& part);
  void feed(const record& r, protocol::step& out, std::vector<domain::desk_effect>& effects);
  /// Adds the records of a step, raises its alarms and arms its timers.
  void add(const domain::desk_step& decided, const std::string& cause, protocol::step& out,
           std::vector<domain::desk_effect>& effects);
  void seal(protocol::step& out, std::vector<domain::desk_effect> effects);
  /// A step that the desk took on its own.
  void emit(const domain::desk_step& decided, const std::string& cause);
  void bury(const record& r, std::string_view reason, const std::string& detail, protocol::step& out);

  /// Asks the gateway; hands the answer to `then`, which asks the desk, and emits what the desk decides.
  template <class Result, class Call, class Then>
  void ask(Call call, Then then);
  void run(const domain::fetch_baseline& e);
  void run(const domain::place_order& e, monotonic_time decided_at);
  void run(const domain::verify_order& e);
  void run(const domain::list_evidence& e);
  void run(const domain::fetch_position& e);
  void arm(std::optional<timestamp> at);

  actor_pointer self_;
  std::uint32_t partition_;
  protocol::emitter_actor bridge_;
  execution_config config_;
  execution_ports outside_;
  timestamp started_;
  domain::desk desk_;
  std::optional<market_session> session_;
  /// When the broker began to say that there is no session today.
  std::optional<timestamp> closed_since_;
  /// The session is not requested again before this time, even if it is unknown.
  timestamp session_until_;
  std::map<std::uint64_t, waiting_effects> waiting_;
  std::uint64_t ticket_ = 0;
  std::size_t calls_ = 0;
  timestamp armed_for_;
  std::string last_error_;
};

}  // namespace hedgerow::execution
