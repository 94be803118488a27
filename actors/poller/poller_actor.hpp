// One actor per pending order follows it to its end. What an answer means is domain/orders/order_progress; when to look
// is domain/broker/poll_schedule.
#pragma once

#include "actors/bridges/service.hpp"
#include "actors/broker/broker_gateway.hpp"
#include "actors/domain/broker/poll_schedule.hpp"
#include "actors/domain/orders/desk_types.hpp"
#include "actors/domain/orders/order_progress.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"
#include "messages/protocol/actor_class.hpp"

namespace hedgerow::poller {

struct poller_config {
  domain::poll_policy schedule;
  domain::progress_policy progress;
  /// That of the desk. Subtracted from the time of submission when a list is asked for: our clock and the broker's may
  /// differ.
  std::chrono::milliseconds clock_skew = domain::desk_policy{}.clock_skew;
  /// Longer than any call through the gateway can take.
  std::chrono::milliseconds call_timeout = protocol::call_timeout;
};

/// Clock, random and notices outlive the actor system.
struct poller_ports {
  protocol::gateway_actor gateway;
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  ports::notices* notices = nullptr;
};

class poller {
 public:
  /// With the timer of the next look.
  using interface = protocol::entity_actor::extend<caf::reacts_to<protocol::tick_atom>>;
  using pointer = protocol::pointer_to<poller>;
  static inline const char* actor_name = "poller";

  poller(pointer self, bridges::entity_seed seed, poller_config config, poller_ports outside);
  interface::behavior_type start();

 private:
  protocol::step_ptr handle(const protocol::slice& part);
  /// The order that a SUBMITTED event names, once; other events are for others.
  void begin(const enveloped<schwab_execution>& event, entity::outbox& out);
  /// One look at a time.
  void look();
  void looked(const expected<broker_order, broker_error>& answer);
  /// Appends what a look has shown.
  void take(const domain::progress_step& decided);
  void keep(const pending_order& order, entity::outbox& out) const;
  void look_later(std::chrono::milliseconds delay);
  [[nodiscard]] protocol::actor_status status() const;

  pointer self_;
  bridges::entity_seed seed_;
  poller_config config_;
  poller_ports outside_;
  /// nullopt if there is no order to follow, or no more news of it to expect.
  std::optional<pending_order> pending_;
  domain::poll_state schedule_;
  bool looking_ = false;
  std::string last_error_;
};

/// Reads schwab-executions; its changelog is poller-changelog, keyed by execution.
[[nodiscard]] bridges::service poller_service(poller_config config, poller_ports outside);

}  // namespace hedgerow::poller
