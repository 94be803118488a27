#include "actors/ingestion/ingestion_actor.hpp"

#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"
#include "actors/ingestion/ingestion_service.hpp"

namespace hedgerow::ingestion {

using namespace protocol;

ingestion_state::~ingestion_state() = default;

ingestion_actor::behavior_type ingest(ingestion_actor::stateful_pointer<ingestion_state> self,
                                      bridges::entity_seed seed, ingestion_config config,
                                      std::shared_ptr<ports::chain_client> chain, const ports::clock* clock,
                                      ports::notices* notices, std::shared_ptr<ports::broker_api> broker,
                                      ports::random* random) {
  self->state.impl = std::make_shared<ingestion>(self, std::move(seed.bridge), read_history(seed.changelog),
                                                 std::move(config), std::move(chain), clock, notices,
                                                 std::move(broker), random);
  auto* impl = self->state.impl.get();
  impl->start();
  return {
      [](handle_atom, const slice_ptr&) { return step_ptr{std::make_shared<step>()}; },
      [=](committed_atom, std::uint64_t ticket) { impl->committed(ticket); },
      [=](status_atom) { return impl->status(); },
      [=](tell_atom, const task& what) { what(*impl); },
  };
}

bridges::service ingestion_service(ingestion_config config, chain_client_factory make_client,
                                   const ports::clock* clock, ports::notices* notices,
                                   std::shared_ptr<ports::broker_api> broker, ports::random* random) {
  bridges::service s = services::service_of(description);
  // The changelog is an input only so that owning its partition makes this the one live instance.
  s.route = [](const record&) { return std::nullopt; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.unreadable = why_unreadable;
  s.resident = service_name;
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(ingest, std::move(seed), config, make_client(), clock, notices, broker, random)};
  };
  return s;
}

}  // namespace hedgerow::ingestion
