#include "actors/bridges/bridge_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"

namespace hedgerow::bridges {

using namespace protocol;

bridge_state::~bridge_state() = default;

bridge_actor::behavior_type bridge_actor(protocol::bridge_actor::stateful_pointer<bridge_state> self,
                                         std::shared_ptr<ports::event_log> log, service what, bridge_config config,
                                         const ports::clock* clock) {
  self->state.impl = std::make_shared<bridge>(self, std::move(log), std::move(what), std::move(config), clock);
  auto* impl = self->state.impl.get();
  self->set_down_handler([=](const caf::down_msg& down) {
    impl->went_down(down.source, self->system().render(down.reason));
  });
  if (!impl->start()) return protocol::bridge_actor::behavior_type::make_empty_behavior();
  return {
      [=](emit_atom, const step_ptr& what_it_wants) { impl->emitted(what_it_wants); },
      [=](poll_atom) { impl->poll(); },
      [=](done_atom, const commit_result& result) { impl->committed(result); },
      [=](tick_atom) { impl->tick(); },
      [=](restart_atom, const std::string& key) { impl->wake_again(key); },
      [=](handle_atom, std::uint64_t index) { impl->send_again(index); },
      [=](committed_atom) { impl->offsets_due(); },
      [=](hand_atom, const hand_over_ptr& handed) { return impl->take(handed); },
      [=](drain_atom) { return impl->drain(); },
      [=](status_atom) { return impl->status(); },
  };
}

}  // namespace hedgerow::bridges
