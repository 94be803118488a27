#include "actors/tokens/token_follower.hpp"

#include <caf/all.hpp>

#include "messages/codec/codec.hpp"
#include "messages/events/token_update.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

using pointer = follower_actor::stateful_pointer<follower_state>;
constexpr std::size_t batch_max = 100;

void take(pointer self, const record& r, ports::vault& vault, ports::token_holder& holder, timestamp now) {
  const auto update = codec::decode<token_update>(*r.value);
  if (!update) {
    self->state.last_error = update.error().detail;
    return;
  }
  const auto secret = update->data.access_token.empty() ? std::nullopt : vault.open(update->data.access_token);
  if (!secret || update->data.access_expires_at <= now) {
    self->state.expires_at = {};
    holder.set(std::nullopt);
    return;
  }
  self->state.expires_at = update->data.access_expires_at;
  holder.set(*secret);
}

}  // namespace

follower_actor::behavior_type token_follower(pointer self, std::shared_ptr<ports::event_log> log,
                                             std::shared_ptr<ports::vault> vault,
                                             std::shared_ptr<ports::token_holder> holder, const ports::clock* clock) {
  log->on_append([me = caf::actor_cast<caf::actor_addr>(self)] {
    if (auto actor = caf::actor_cast<follower_actor>(me)) caf::anon_send(actor, poll_atom::value);
  });
  self->send(self, poll_atom::value);
  self->send(self, tick_atom::value);
  return {
      [=](poll_atom) {
        auto& state = self->state;
        const auto end = log->end_offset({topic::token_updates, 0});
        if (!end || *end == state.next) return;
        auto records = log->read({topic::token_updates, 0}, state.next, batch_max);
        if (!records || records->empty()) return;
        state.next = records->back().offset + 1;
        // Only the newest counts: older ones may already be invalid at the broker.
        if (records->back().value) take(self, records->back(), *vault, *holder, clock->now());
        if (records->size() == batch_max) self->send(self, poll_atom::value);
      },
      [=](tick_atom) {
        auto& state = self->state;
        if (state.expires_at.us != 0 && clock->now() >= state.expires_at) {
          state.expires_at = {};
          holder->set(std::nullopt);
        }
        self->delayed_send(self, std::chrono::seconds{1}, tick_atom::value);
      },
      [=](status_atom) {
        const auto& state = self->state;
        return actor_status{"token-follower", "follower", state.expires_at.us != 0 ? "token valid" : "no valid token",
                            self->mailbox().size(), 0, state.last_error, {}, {}};
      },
  };
}

}  // namespace hedgerow::tokens
