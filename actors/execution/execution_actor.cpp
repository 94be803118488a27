#include "actors/execution/execution_actor.hpp"

#include <caf/all.hpp>

#include "actors/broker/remembered_budget.hpp"
#include "actors/entity/entity.hpp"
#include "actors/execution/desk_host.hpp"
#include "actors/execution/execution_service.hpp"

namespace hedgerow::execution {

recent_placements::recent_placements(std::shared_ptr<const broker::account_share> share,
                                     std::shared_ptr<ports::call_memory> memory, const ports::clock* clock)
    : share_{std::move(share)}, memory_{std::move(memory)}, clock_{clock} {
  if (!memory_) return;
  for (const auto& sent : memory_->recent())
    if (sent.kind == ports::sent_kind::order)
      if (const auto at = broker::monotonic_of(sent.at, *clock_, std::chrono::minutes{1})) rate_.add(*at);
}

void recent_placements::add(monotonic_time now) {
  const std::scoped_lock lock{mutex_};
  rate_.add(now);
  if (memory_) memory_->add({clock_->now(), ports::sent_kind::order});
}

monotonic_time recent_placements::next_allowed(std::uint32_t per_minute, monotonic_time now) const {
  const std::scoped_lock lock{mutex_};
  return rate_.next_allowed(domain::equal_share(per_minute, share_->callers(now)), now);
}

bridges::service execution_service(execution_config config, execution_ports outside) {
  bridges::service s = services::service_of(description);
  s.unreadable = entity::why_unreadable<execution_desk>;
  s.route = entity::symbol_of;
  s.has_own_work = entity::has_own_work_if<execution_desk>(
      [](const execution_desk& stored) { return stored.live || !stored.queue.empty() || stored.watch_at.us != 0; });
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return protocol::entity_actor{protocol::spawn_class<desk_host>(system, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::execution
