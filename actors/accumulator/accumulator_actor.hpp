// One actor per symbol: books trades and broker outcomes and asks for whole shares. The rule is
// domain/positions/position; this file sequences it with the log.
#pragma once

#include "actors/bridges/service.hpp"
#include "actors/domain/positions/position.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/entity/timer.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/actor_class.hpp"

namespace hedgerow::accumulator {

class accumulator {
 public:
  using interface = entity::timed_entity;
  using pointer = protocol::pointer_to<accumulator>;
  static inline const char* actor_name = "accumulator";

  /// `clock` and `notices` (which may be null) must outlive the actor system.
  accumulator(pointer self, bridges::entity_seed seed, domain::hedging_policy policy, const ports::clock* clock,
              ports::notices* notices);
  interface::behavior_type start();

 private:
  using decision = expected<domain::position_decision, domain::position_fault>;

  protocol::step_ptr handle(const protocol::slice& part);
  void tick(std::uint64_t round);
  [[nodiscard]] protocol::actor_status status() const;

  void apply(const record& r, entity::outbox& out);
  void control(const record& r, enveloped<control_event>& event, entity::outbox& out);
  /// What was decided because of the record `r`, which `meta` is the envelope of.
  void settle(const record& r, envelope& meta, decision decided, entity::outbox& out);
  /// Takes the ids over from the cause.
  void put(envelope& cause, domain::position_decision decided, entity::outbox& out);
  void give_up(const record& r, std::string_view reason, const std::string& detail, entity::outbox& out);
  /// Ends a retry that was computed while the clock was wrong.
  void correct(timestamp now);
  [[nodiscard]] std::optional<timestamp> due() const { return domain::next_timer(position_, policy_); }

  pointer self_;
  bridges::entity_seed seed_;
  domain::hedging_policy policy_;
  const ports::clock* clock_;
  ports::notices* notices_;
  position_update position_;
  /// When the position was written.
  timestamp written_at_;
  entity::timer timer_;
  entity::dead_letter_alarms alarms_;
  std::string last_error_;
};

/// Reads onchain-trades, schwab-executions and control-events by symbol; its changelog is position-updates.
[[nodiscard]] bridges::service accumulator_service(domain::hedging_policy policy, const ports::clock* clock,
                                                   ports::notices* notices = nullptr);

}  // namespace hedgerow::accumulator
