#include "actors/tokens/tokens_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/domain/hedging/backoff.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

using pointer = tokens_actor::stateful_pointer<tokens_state>;
constexpr const char* service_name = "tokens";
constexpr const char* changelog_key = "singleton";
/// Seven days from the login, whatever is refreshed in between (facts, 0.1 no. 12).
constexpr std::chrono::hours refresh_lifetime{7 * 24};

void publish(pointer self, const tokens_ports& outside, token_update update) {
  const auto now = outside.clock->now();
  const std::string id = "token:" + std::to_string(now.us) + ":" + std::to_string(++self->state.updates);
  auto out = std::make_shared<step>();
  out->records.push_back(
      {{topic::token_updates, 0}, changelog_key, codec::encode({id, now, now, service_name, {}, {}}, update)});
  out->idle = false;
  self->state.current = std::move(update);
  self->send(self->state.bridge, emit_atom::value, step_ptr{out});
}

void refresh(pointer self, const tokens_ports& outside) {
  auto& state = self->state;
  if (state.call_under_way || !state.current || state.current->event == token_event::expired) return;
  const auto secret = outside.vault->open(state.current->refresh_token);
  if (!secret) {
    state.last_error = "the stored tokens were sealed with another key; log in again";
    return;
  }
  state.call_under_way = true;
  outside.oauth->refresh(*secret, [me = caf::actor_cast<caf::actor_addr>(self)](auto answer) {
    if (auto actor = caf::actor_cast<tokens_actor>(me))
      caf::anon_send(actor, tell_atom::value, tokens_answer{false, std::move(answer)});
  });
}

void check(pointer self, const tokens_config& config, const tokens_ports& outside) {
  auto& state = self->state;
  if (!state.current || state.current->event == token_event::expired) return;
  const auto now = outside.clock->now();
  if (now >= state.current->refresh_expires_at) {
    token_update ended = *state.current;
    ended.event = token_event::expired;
    ended.access_token.clear();
    ended.refresh_token.clear();
    ended.detail = "seven days since the last login; log in again";
    return publish(self, outside, std::move(ended));
  }
  if (now + config.refresh_ahead >= state.current->access_expires_at) refresh(self, outside);
}

void accept(pointer self, const tokens_ports& outside, bool by_login, const ports::oauth_tokens& fresh) {
  auto& state = self->state;
  const auto now = outside.clock->now();
  token_update update;
  update.event = by_login ? token_event::logged_in : token_event::refreshed;
  update.access_token = outside.vault->seal(fresh.access_token);
  update.refresh_token = outside.vault->seal(fresh.refresh_token);
  update.access_fetched_at = now;
  update.access_expires_at = now + fresh.access_lifetime;
  update.refresh_issued_at = by_login || !state.current ? now : state.current->refresh_issued_at;
  update.refresh_expires_at = update.refresh_issued_at + refresh_lifetime;
  state.failures = 0;
  state.last_error.clear();
  publish(self, outside, std::move(update));
}

bool token_is_dead(const ports::broker_error& e) {
  return e.kind == ports::broker_failure::unauthorized || e.kind == ports::broker_failure::refused;
}

void refresh_failed(pointer self, const tokens_config& config, const tokens_ports& outside,
                    const ports::broker_error& why) {
  auto& state = self->state;
  state.last_error = "refresh failed: " + why.detail;
  if (token_is_dead(why) && state.current) {
    token_update ended = *state.current;
    ended.event = token_event::expired;
    ended.access_token.clear();
    ended.refresh_token.clear();
    ended.detail = "the broker no longer accepts the refresh token; log in again";
    return publish(self, outside, std::move(ended));
  }
  const auto wait =
      domain::backoff_delay(config.retry_min, config.retry_max, ++state.failures, outside.random->next());
  self->delayed_send(self, wait, tell_atom::value, access_rejected{});
}

void answered(pointer self, const tokens_config& config, const tokens_ports& outside, const tokens_answer& answer) {
  auto& state = self->state;
  state.call_under_way = false;
  if (answer.tokens) accept(self, outside, answer.by_login, *answer.tokens);
  if (answer.by_login) {
    if (!answer.tokens) state.last_error = "login failed: " + answer.tokens.error().detail;
    state.login.deliver(login_result{answer.tokens ? "" : answer.tokens.error().detail});
  } else if (!answer.tokens) {
    refresh_failed(self, config, outside, answer.tokens.error());
  }
}

std::string begin_login(pointer self, const tokens_ports& outside) {
  bytes random;
  for (int word = 0; word < 2; ++word) {
    std::uint64_t value = outside.random->next();
    for (int i = 0; i < 8; ++i, value >>= 8U) random.push_back(static_cast<unsigned char>(value & 0xffU));
  }
  self->state.login_state = to_hex(random).substr(2);
  return outside.oauth->authorize_url(self->state.login_state);
}

caf::result<login_result> finish_login(pointer self, const tokens_ports& outside, const login_code& login) {
  auto& state = self->state;
  if (state.login_state.empty() || login.state != state.login_state)
    return login_result{"this login was not begun here, or another one was begun since; start again at /auth/login"};
  if (login.code.empty()) return login_result{"the address carries no code; start again at /auth/login"};
  if (state.call_under_way) return login_result{"another token call is under way; try again in a few seconds"};
  state.login_state.clear();
  state.call_under_way = true;
  state.login = self->make_response_promise<login_result>();
  outside.oauth->exchange_code(login.code, [me = caf::actor_cast<caf::actor_addr>(self)](auto answer) {
    if (auto actor = caf::actor_cast<tokens_actor>(me))
      caf::anon_send(actor, tell_atom::value, tokens_answer{true, std::move(answer)});
  });
  return state.login;
}

actor_status status_of(pointer self) {
  const auto& state = self->state;
  actor_status s{service_name, "tokens", "no login yet", self->mailbox().size(), 0, state.last_error, {}, {}};
  if (!state.current) return s;
  s.state = state.current->event == token_event::expired ? "login needed" : "running";
  s.detail = {{"last_event", std::string{to_string(state.current->event)}},
              {"access_expires_at", to_rfc3339(state.current->access_expires_at)},
              {"login_expires_at", to_rfc3339(state.current->refresh_expires_at)}};
  return s;
}

}  // namespace

tokens_actor::behavior_type tokens(pointer self, bridges::entity_seed seed, tokens_config config,
                                   tokens_ports outside) {
  self->state.bridge = seed.bridge;
  if (const auto it = seed.changelog.find(changelog_key); it != seed.changelog.end())
    if (auto newest = codec::decode<token_update>(it->second)) self->state.current = std::move(newest->data);
  outside.slot->put(self->address());
  self->attach_functor([slot = outside.slot, me = self->address()] { slot->remove(me); });
  self->send(self, tick_atom::value);
  return {
      [](handle_atom, const slice_ptr&) { return step_ptr{std::make_shared<step>()}; },
      [](committed_atom, std::uint64_t) {},
      [=](status_atom) { return status_of(self); },
      [=](ask_atom, const login_code& login) { return finish_login(self, outside, login); },
      [=](ask_atom) { return begin_login(self, outside); },
      [=](tell_atom, const access_rejected&) { refresh(self, outside); },
      [=](tell_atom, const tokens_answer& answer) { answered(self, config, outside, answer); },
      [=](tick_atom) {
        check(self, config, outside);
        self->delayed_send(self, config.check_interval, tick_atom::value);
      },
  };
}

bridges::service tokens_service(tokens_config config, tokens_ports outside) {
  bridges::service s;
  s.name = service_name;
  s.inputs = {topic::token_updates};
  s.changelog = topic::token_updates;
  s.unreadable = bridges::why_unreadable<token_update>;
  s.route = [](const record&) { return std::nullopt; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.resident = service_name;
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(tokens, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::tokens
