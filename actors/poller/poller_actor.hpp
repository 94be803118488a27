// One actor per pending order follows it to its end. What an answer means is domain/orders/order_progress; when to look
// is domain/hedging/poll_schedule.
#pragma once

#include "actors/bridges/service.hpp"
#include "actors/broker/broker_gateway.hpp"
#include "actors/domain/hedging/poll_schedule.hpp"
#include "actors/domain/orders/order_progress.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"

namespace hedgerow::poller {

struct poller_config {
  domain::poll_policy schedule;
  domain::progress_policy progress;
  /// Subtracted from the time of submission when a list is asked for: our clock and the broker's may differ.
  std::chrono::milliseconds clock_skew{60'000};
  /// Longer than any call through the gateway can take.
  std::chrono::milliseconds call_timeout{120'000};
};

/// Clock, random and notices outlive the actor system.
struct poller_ports {
  broker::gateway_actor gateway;
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  ports::notices* notices = nullptr;
};

using poller_actor = protocol::entity_actor::extend<caf::reacts_to<protocol::tick_atom>>;

struct poller_state {
  static inline const char* name = "poller";
  /// nullopt if there is no order to follow, or no more news of it to expect.
  std::optional<pending_order> pending;
  std::uint32_t partition = 0;
  protocol::emitter_actor bridge;
  domain::poll_state schedule;
  bool looking = false;
  std::string last_error;
};

poller_actor::behavior_type poller(poller_actor::stateful_pointer<poller_state> self, bridges::entity_seed seed,
                                   poller_config config, poller_ports outside);

/// Reads schwab-executions; its changelog is poller-changelog, keyed by execution.
[[nodiscard]] bridges::service poller_service(poller_config config, poller_ports outside);

}  // namespace hedgerow::poller
