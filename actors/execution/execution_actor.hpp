// One actor per symbol places orders: it hosts the pure desk (domain/orders/desk), commits what the desk decides, and
// runs the effects afterwards. Nothing here decides. The actor itself is in desk_host.hpp.
#pragma once

#include <memory>
#include <mutex>

#include "actors/bridges/service.hpp"
#include "actors/broker/broker_gateway.hpp"
#include "actors/domain/broker/account_limits.hpp"
#include "actors/domain/orders/desk_types.hpp"
#include "actors/domain/orders/order_rate.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"

namespace hedgerow::execution {

struct execution_config {
  domain::desk_policy rules;
  domain::account_limits limits;
  /// How long a session answer is used before the gateway is asked again.
  std::chrono::milliseconds session_use{5'000};
  /// How long a desk waits for the session; other desks do not wait. Then the session counts as unknown. What the
  /// bridge leaves it (bridge_policy::longest_wait).
  std::chrono::milliseconds session_wait = bridge_policy{}.longest_wait();
  /// Longer than any call through the gateway can take.
  std::chrono::milliseconds call_timeout = protocol::call_timeout;
};

/// The account's limit of orders per minute, of which this node has an equal part. Thread-safe.
class recent_placements {
 public:
  /// `memory` may be null, and then `clock`, too: what was placed before this process, and what it places.
  explicit recent_placements(
      std::shared_ptr<const broker::account_share> share = std::make_shared<broker::account_share>(),
      std::shared_ptr<ports::call_memory> memory = nullptr, const ports::clock* clock = nullptr);

  void add(monotonic_time now);
  /// When this node may place its next order when the account may place `per_minute`; `now` when at once. A node may
  /// always place one a minute: with more nodes than orders no node could place any otherwise.
  [[nodiscard]] monotonic_time next_allowed(std::uint32_t per_minute, monotonic_time now) const;

 private:
  std::shared_ptr<const broker::account_share> share_;
  std::shared_ptr<ports::call_memory> memory_;
  const ports::clock* clock_;
  mutable std::mutex mutex_;
  domain::order_rate rate_;
};

/// What the desks of a node share. Clock and notices outlive the actor system.
struct execution_ports {
  protocol::gateway_actor gateway;
  std::shared_ptr<ports::token_holder> tokens;
  const ports::clock* clock = nullptr;
  ports::notices* notices = nullptr;
  /// The broker did not accept the access token.
  std::function<void()> refresh_token;
  std::shared_ptr<recent_placements> placements = std::make_shared<recent_placements>();
};

/// Reads schwab-commands, schwab-executions and control-events by symbol; its changelog is execution-changelog.
[[nodiscard]] bridges::service execution_service(execution_config config, execution_ports outside);

}  // namespace hedgerow::execution
