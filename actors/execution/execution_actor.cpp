#include "actors/execution/execution_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/broker/remembered_budget.hpp"
#include "actors/execution/desk_host.hpp"
#include "actors/execution/execution_service.hpp"
#include "messages/codec/codec.hpp"

namespace hedgerow::execution {

using namespace protocol;

execution_state::~execution_state() = default;

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

namespace {

/// The newest state of the symbol, or a fresh one; nullopt when the stored state cannot be read.
std::optional<execution_desk> stored_state(const bridges::entity_seed& seed) {
  const auto name = symbol::parse(seed.key);
  if (!name) return std::nullopt;
  const auto it = seed.changelog.find(seed.key);
  if (it == seed.changelog.end()) {
    execution_desk fresh;
    fresh.symbol = *name;
    return fresh;
  }
  auto stored = codec::decode<execution_desk>(it->second);
  if (!stored) return std::nullopt;
  return std::move(stored->data);
}

}  // namespace

desk_actor::behavior_type execution(desk_actor::stateful_pointer<execution_state> self, bridges::entity_seed seed,
                                    execution_config config, execution_ports outside) {
  auto state = stored_state(seed);
  if (!state) {
    self->quit(caf::make_error(caf::sec::runtime_error, "not a symbol, or its changelog cannot be read: " + seed.key));
    return desk_actor::behavior_type::make_empty_behavior();
  }
  self->state.impl = std::make_shared<desk_host>(self, seed, std::move(*state), config, std::move(outside));
  auto* impl = self->state.impl.get();
  if (!seed.changelog.empty()) impl->recover();
  return {
      [=](handle_atom, const slice_ptr& part) { return impl->handle(part); },
      [=](committed_atom, std::uint64_t ticket) { impl->committed(ticket); },
      [=](status_atom) { return impl->status(); },
      [=](tick_atom) { impl->tick(); },
  };
}

bridges::service execution_service(execution_config config, execution_ports outside) {
  bridges::service s = services::service_of(description);
  s.unreadable = bridges::why_unreadable<execution_desk>;
  s.route = [](const record& r) -> std::optional<std::string> {
    if (r.from.topic == topic::control_events)  // its key is a scope; `global` is not for one desk
      return symbol::parse(r.key) ? std::optional{r.key} : std::nullopt;
    const auto colon = r.key.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return r.key.substr(0, colon);
  };
  s.wakes_by_itself = [](const std::map<std::string, std::string>& changelog) {
    if (changelog.empty()) return false;
    const auto stored = codec::decode<execution_desk>(changelog.begin()->second);
    return !stored || stored->data.live || !stored->data.queue.empty() || stored->data.watch_at.us != 0;
  };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(execution, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::execution
