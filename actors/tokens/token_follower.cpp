#include "actors/tokens/token_follower.hpp"

#include <caf/all.hpp>

#include "actors/tokens/login_secret.hpp"
#include "actors/tokens/tokens_service.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/token_update.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

using follower_pointer = follower_actor::stateful_pointer<follower_state>;
constexpr std::size_t batch_max = 100;
constexpr topic_partition source{topic::token_updates, 0};
constexpr const char* wrong_key =
    "the broker's tokens in the log were sealed with another oauth.encryption_key than this node's, so it cannot place "
    "orders: "
    "give all nodes the same key, or log in again at a node with this one";

void drop_token(follower_state& state, ports::token_holder& holder) {
  state.expires_at = {};
  holder.set(std::nullopt);
}

void take(follower_pointer self, const record& r, const follower_ports& outside) {
  auto& state = self->state;
  const auto update = codec::decode<token_update>(*r.value);
  if (!update) {
    state.last_error = update.error().detail;
    return;
  }
  const auto& sealed = update->data.access_token;
  const auto secret = sealed.empty() ? std::nullopt : outside.vault->open(sealed);
  const bool was_sealed_for_others = std::exchange(state.sealed_for_others, !sealed.empty() && !secret);
  state.last_error = state.sealed_for_others ? wrong_key : "";
  if (state.sealed_for_others && !was_sealed_for_others)
    outside.notices->raise(ports::notice_level::alarm, service_name, "tokens_not_opened", state.name, wrong_key);
  // Also without a valid token: it is what the next one is for.
  if (const auto login = open(*outside.vault, update->data.refresh_token); login && login->account)
    outside.holder->set_account(login->account);
  if (!secret || update->data.access_expires_at <= outside.clock->now()) return drop_token(state, *outside.holder);
  state.expires_at = update->data.access_expires_at;
  outside.holder->set(*secret);
}

/// Reads even when nothing can be there: the log tells only of what was read (ports::event_log::on_append).
void poll(follower_pointer self, const follower_ports& outside) {
  auto& state = self->state;
  const auto records = outside.log->read(source, state.next, batch_max);
  if (!records) state.last_error = records.error().detail;
  else if (state.read_again) state.last_error = state.sealed_for_others ? wrong_key : "";
  state.read_again = !records;
  if (!records || records->empty()) return;
  state.next = records->back().offset + 1;
  // Only the newest counts: older ones may already be invalid at the broker.
  if (records->back().value) take(self, records->back(), outside);
  if (records->size() == batch_max) self->send(self, poll_atom::value);
}

const char* state_of(const follower_state& state) {
  if (state.sealed_for_others) return "wrong key";
  return state.expires_at.us != 0 ? "token valid" : "no valid token";
}

}  // namespace

follower_actor::behavior_type token_follower(follower_pointer self, follower_ports outside) {
  self->state.appends = outside.log->on_append([me = caf::actor_cast<caf::actor_addr>(self)] {
    if (auto actor = caf::actor_cast<follower_actor>(me)) caf::anon_send(actor, poll_atom::value);
  });
  self->send(self, poll_atom::value);
  self->send(self, tick_atom::value);
  return {
      [=](poll_atom) { poll(self, outside); },
      [=](tick_atom) {
        auto& state = self->state;
        if (state.expires_at.us != 0 && outside.clock->now() >= state.expires_at) drop_token(state, *outside.holder);
        if (state.read_again) poll(self, outside);
        self->delayed_send(self, std::chrono::seconds{1}, tick_atom::value);
      },
      [=](status_atom) {
        const auto& state = self->state;
        return actor_status{"token-follower", "follower", state_of(state), self->mailbox().size(), 0, state.last_error,
                            {}, {}};
      },
  };
}

}  // namespace hedgerow::tokens
