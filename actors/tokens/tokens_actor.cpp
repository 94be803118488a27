#include "actors/tokens/tokens_actor.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/domain/hedging/backoff.hpp"
#include "actors/tokens/tokens_service.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

using pointer = tokens_actor::stateful_pointer<tokens_state>;
using domain::token_need;
using domain::token_warning;
using ports::notice_level;
constexpr const char* changelog_key = "singleton";

domain::token_policy policy_of(const tokens_config& config) {
  domain::token_policy p;
  p.check_every = std::chrono::duration_cast<std::chrono::seconds>(config.check_interval);
  p.refresh_ahead = std::chrono::duration_cast<std::chrono::seconds>(config.refresh_ahead);
  return p;
}

void tell(const tokens_state& state, notice_level level, std::string_view code, const std::string& text) {
  state.outside.notices->raise(level, service_name, code, "login", text);
}

/// Writes `update` with the secret of the state.
void publish(pointer self, token_update update) {
  auto& state = self->state;
  if (state.secret) update.refresh_token = seal(*state.outside.vault, *state.secret);
  const auto now = state.outside.clock->now();
  const std::string id = "token:" + std::to_string(now.us) + ":" + std::to_string(++state.updates);
  auto out = std::make_shared<step>();
  out->records.push_back(
      {{topic::token_updates, 0}, changelog_key, codec::encode({id, now, now, service_name, {}, {}}, update)});
  out->idle = false;
  state.current = std::move(update);
  self->send(state.bridge, emit_atom::value, step_ptr{out});
}

/// Sets the one timer to the next task. Without a login there is none.
void set_timer(pointer self) {
  auto& state = self->state;
  ++state.round;
  if (!state.current) return;
  const auto now = state.outside.clock->now();
  auto next = domain::next_check(domain::times_of(*state.current), state.policy, now);
  if (state.retry_at && *state.retry_at > now) next = std::min(next, *state.retry_at);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - now) + std::chrono::milliseconds{1};
  self->delayed_send(self, wait, tell_atom::value, wake{state.round});
}

/// At most one at a time, and not before the pause after the last failure is over.
void refresh(pointer self) {
  auto& state = self->state;
  const auto now = state.outside.clock->now();
  if (state.call_under_way || !state.current || (state.retry_at && now < *state.retry_at)) return;
  if (!state.secret) {
    state.last_error = "the stored tokens were sealed with another key; log in again";
    if (!std::exchange(state.told_failing, true))
      tell(state, notice_level::alarm, "tokens_not_opened", state.last_error);
    return;
  }
  if (state.secret->refresh_token.empty()) return;
  state.call_under_way = true;
  state.asked_at = now;
  state.outside.oauth->refresh(state.secret->refresh_token, [me = caf::actor_cast<caf::actor_addr>(self)](auto answer) {
    if (auto actor = caf::actor_cast<tokens_actor>(me))
      caf::anon_send(actor, tell_atom::value, tokens_answer{false, std::move(answer)});
  });
}

/// The login is over: a person has to log in. A token that has not expired stays: the broker may be wrong, or
/// change its mind; only an expired token is certainly useless.
void end_login(pointer self, std::string detail) {
  const auto now = self->state.outside.clock->now();
  token_update ended = *self->state.current;
  ended.event = token_event::expired;
  if (!domain::access_valid(domain::times_of(ended), now)) ended.access_token.clear();
  if (!domain::refresh_valid(domain::times_of(ended), now) && self->state.secret)
    self->state.secret->refresh_token.clear();
  ended.detail = std::move(detail);
  publish(self, std::move(ended));
}

void warn(tokens_state& state, timestamp now) {
  const auto warning = domain::warning_at(domain::times_of(*state.current), state.policy, now);
  if (warning <= state.warned) return;
  state.warned = warning;
  if (warning == token_warning::expired)
    return tell(state, notice_level::alarm, "login_ended",
                "seven days since the last login: nothing can be placed until somebody logs in again (hedgerow auth)");
  tell(state, notice_level::alarm, "login_ends_soon",
       "the broker's login ends at " + to_rfc3339(state.current->refresh_expires_at) +
           "; log in again before (hedgerow auth)");
}

void check(pointer self) {
  auto& state = self->state;
  if (!state.current) return;
  const auto now = state.outside.clock->now();
  warn(state, now);
  switch (domain::need_of(domain::times_of(*state.current), state.policy, now)) {
    case token_need::nothing: break;
    case token_need::refresh: refresh(self); break;
    case token_need::login:
      if (state.current->event != token_event::expired || (state.secret && !state.secret->refresh_token.empty()))
        end_login(self, "seven days since the last login; log in again");
      break;
  }
}

/// Called after each login and each refresh: the accounts of the login may have changed.
void ask_accounts(pointer self, bool by_login, std::string access_token) {
  self->state.outside.oauth->accounts(
      std::move(access_token), [me = caf::actor_cast<caf::actor_addr>(self), by_login](auto answer) {
        if (auto actor = caf::actor_cast<tokens_actor>(me))
          caf::anon_send(actor, tell_atom::value, accounts_answer{by_login, std::move(answer)});
      });
}

/// Remembers the account in the log, or says what is wrong with it. Until that is mended the broker adapter, which
/// follows the same rule, places nothing.
void take_account(pointer self, const accounts_answer& answer) {
  auto& state = self->state;
  if (!answer.accounts) {
    state.last_error = "accounts: " + answer.accounts.error().detail;
    return;
  }
  if (!state.secret || !state.current) return;
  std::vector<std::string> numbers;
  for (const auto& a : *answer.accounts) numbers.push_back(a.number);
  const auto place = domain::choose_account(numbers, state.secret->account, state.config.account, answer.by_login);
  if (!place) {
    state.last_error = "accounts: " + place.error();
    if (std::exchange(state.told_account, place.error()) != place.error())
      tell(state, notice_level::alarm, "broker_account", "no order is placed: " + place.error());
    return;
  }
  state.told_account.clear();
  const auto& number = numbers[*place];
  if (number.empty() || state.secret->account == number) return;
  if (state.secret->account)
    tell(state, notice_level::alarm, "broker_account_changed",
         "the login changed the account that is traded in from " + domain::mask_account(*state.secret->account) +
             " to " + domain::mask_account(number) + ", as broker.account_number says");
  state.secret->account = number;
  publish(self, *state.current);
}

void accept(pointer self, bool by_login, const ports::oauth_tokens& fresh) {
  auto& state = self->state;
  const auto& policy = state.policy;
  const auto times =
      by_login || !state.current
          ? domain::logged_in(policy, state.asked_at, fresh.access_lifetime)
          : domain::refreshed(domain::times_of(*state.current), policy, state.asked_at, fresh.access_lifetime);
  token_update update;
  update.event = by_login ? token_event::logged_in : token_event::refreshed;
  update.access_token = state.outside.vault->seal(fresh.access_token);
  state.secret = login_secret{fresh.refresh_token, state.secret ? state.secret->account : std::nullopt};
  update.access_fetched_at = times.access_fetched_at;
  update.access_expires_at = times.access_expires_at;
  update.refresh_issued_at = times.refresh_issued_at;
  update.refresh_expires_at = times.refresh_expires_at;
  if (by_login) {
    state.warned = token_warning::none;
    tell(state, notice_level::info, "logged_in",
         "the broker's login is good until " + to_rfc3339(times.refresh_expires_at));
  } else if (state.told_failing) {
    tell(state, notice_level::info, "refreshed_again", "the access token could be refreshed again");
  }
  state.received_at = state.outside.clock->now();
  state.failures = 0;
  state.retry_at.reset();
  state.refused_at.reset();
  state.told_failing = false;
  state.last_error.clear();
  publish(self, std::move(update));
  ask_accounts(self, by_login, fresh.access_token);
}

/// The broker itself said that it does not take the refresh token. Once may be a passing fault; twice is the end of the
/// login, though the token is tried on in case it is not.
void refused(pointer self, timestamp now) {
  auto& state = self->state;
  const bool known_dead = state.current->event == token_event::expired;
  const bool final = domain::refusal_is_final(state.refused_at, state.policy, now);
  if (!state.refused_at) state.refused_at = now;
  state.retry_at = now + (final || known_dead ? microseconds{state.config.check_interval}
                                              : microseconds{state.policy.confirm_refusal});
  if (!final && !known_dead) return;
  if (!std::exchange(state.told_failing, true))
    tell(state, notice_level::alarm, "login_refused",
         "the broker no longer accepts the login: nothing can be placed once the access token has ended (" +
             to_rfc3339(state.current->access_expires_at) + "); log in again (hedgerow auth). " + state.last_error);
  if (!known_dead) end_login(self, "the broker no longer accepts the refresh token; log in again");
}

void refresh_failed(pointer self, const broker_error& why) {
  auto& state = self->state;
  const auto now = state.outside.clock->now();
  state.last_error = "refresh failed: " + why.detail;
  if (!state.current) return;
  if (why.kind == broker_failure::refused) return refused(self, now);
  const auto wait = domain::backoff_delay(state.config.retry_min, state.config.retry_max, ++state.failures,
                                          state.outside.random->next());
  state.retry_at = now + std::max(wait, why.retry_after);
  if (!domain::access_valid(domain::times_of(*state.current), now) && !std::exchange(state.told_failing, true))
    tell(state, notice_level::alarm, "refresh_fails",
         "the access token has ended and cannot be refreshed: nothing can be placed. " + state.last_error);
}

void answered(pointer self, const tokens_answer& answer) {
  auto& state = self->state;
  state.call_under_way = false;
  if (answer.tokens) accept(self, answer.by_login, *answer.tokens);
  if (answer.by_login) {
    if (!answer.tokens) state.last_error = "login failed: " + answer.tokens.error().detail;
    state.login.deliver(login_result{answer.tokens ? "" : answer.tokens.error().detail});
  } else if (!answer.tokens) {
    refresh_failed(self, answer.tokens.error());
  }
  set_timer(self);
}

void rejected(pointer self) {
  auto& state = self->state;
  if (domain::rejection_counts(state.received_at, state.policy, state.outside.clock->now())) refresh(self);
}

std::string begin_login(pointer self) {
  bytes random;
  for (int word = 0; word < 2; ++word) {
    std::uint64_t value = self->state.outside.random->next();
    for (int i = 0; i < 8; ++i, value >>= 8U) random.push_back(static_cast<unsigned char>(value & 0xffU));
  }
  auto& state = self->state;
  state.logins.push_back({to_hex(random).substr(2), state.outside.clock->now()});
  if (state.logins.size() > logins_at_once) state.logins.pop_front();
  return state.outside.oauth->authorize_url(state.logins.back().state);
}

/// The login in progress with this `state`.
std::deque<begun_login>::iterator begun(tokens_state& state, const std::string& name) {
  const auto now = state.outside.clock->now();
  return std::find_if(state.logins.begin(), state.logins.end(), [&](const begun_login& one) {
    return one.state == name && std::chrono::abs(now - one.begun_at) <= login_lifetime;
  });
}

caf::result<login_result> finish_login(pointer self, const login_code& login) {
  auto& state = self->state;
  const auto in_progress = begun(state, login.state);
  if (in_progress == state.logins.end())
    return login_result{"this login was not begun here, or too long ago; start again at /auth/login"};
  if (login.code.empty()) return login_result{"the address carries no code; start again at /auth/login"};
  if (state.call_under_way) return login_result{"another token call is under way; try again in a few seconds"};
  state.logins.erase(in_progress);
  state.call_under_way = true;
  state.asked_at = state.outside.clock->now();
  state.login = self->make_response_promise<login_result>();
  state.outside.oauth->exchange_code(login.code, [me = caf::actor_cast<caf::actor_addr>(self)](auto answer) {
    if (auto actor = caf::actor_cast<tokens_actor>(me))
      caf::anon_send(actor, tell_atom::value, tokens_answer{true, std::move(answer)});
  });
  return state.login;
}

actor_status status_of(pointer self) {
  const auto& state = self->state;
  auto s = make_status(service_name, service_name);
  s.mailbox = self->mailbox().size();
  s.last_error = state.last_error;
  if (!state.current || state.current->event == token_event::expired) {
    s.state = run_state::held;
    s.activity = state.current ? "login needed" : "no login yet";
  }
  if (!state.current) return s;
  s.show("last_event", std::string{to_string(state.current->event)});
  s.show("access_expires_at", state.current->access_expires_at);
  s.show("login_expires_at", state.current->refresh_expires_at);
  return s;
}

}  // namespace

tokens_actor::behavior_type tokens(pointer self, bridges::entity_seed seed, tokens_config config,
                                   tokens_ports outside) {
  auto& state = self->state;
  state.bridge = seed.bridge;
  state.config = config;
  state.policy = policy_of(config);
  state.outside = std::move(outside);
  if (const auto it = seed.changelog.find(changelog_key); it != seed.changelog.end()) {
    auto newest = codec::decode<token_update>(it->second);
    if (!newest) {
      // Going on without it would forget the login, and the account that is traded in.
      self->quit(caf::make_error(caf::sec::runtime_error, "changelog of tokens: " + newest.error().detail));
      return tokens_actor::behavior_type::make_empty_behavior();
    }
    state.current = std::move(newest->data);
    state.secret = open(*state.outside.vault, state.current->refresh_token);
  }
  state.outside.slot->put(self->address());
  self->attach_functor([slot = state.outside.slot, me = self->address()] { slot->remove(me); });
  self->send(self, tell_atom::value, wake{state.round});
  return {
      [](handle_atom, const slice_ptr&) { return step_ptr{std::make_shared<step>()}; },
      [](committed_atom, std::uint64_t) {},
      [=](status_atom) { return status_of(self); },
      [=](ask_atom, const login_code& login) { return finish_login(self, login); },
      [=](ask_atom) { return begin_login(self); },
      [=](tell_atom, const access_rejected&) { rejected(self); },
      [=](tell_atom, const tokens_answer& answer) { answered(self, answer); },
      [=](tell_atom, const accounts_answer& answer) { take_account(self, answer); },
      [=](tell_atom, const wake& timer) {
        if (timer.round != self->state.round) return;
        check(self);
        set_timer(self);
      },
  };
}

bridges::service tokens_service(tokens_config config, tokens_ports outside) {
  bridges::service s = services::service_of(description);
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
