#include "actors/tokens/tokens_actor.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "actors/domain/resilience/backoff.hpp"
#include "actors/entity/changelog.hpp"
#include "actors/entity/entity.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/tokens/tokens_service.hpp"
#include "messages/events/names.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

using domain::token_need;
using domain::token_warning;
using ports::notice_level;
constexpr const char* changelog_key = "singleton";

}  // namespace

tokens::tokens(pointer self, bridges::entity_seed seed, tokens_config config, tokens_ports outside)
    : self_{self}, seed_{std::move(seed)}, config_{std::move(config)}, outside_{std::move(outside)} {}

tokens::interface::behavior_type tokens::start() {
  auto newest = entity::restore<token_update>(seed_, changelog_key);
  // Going on without it would forget the login, and the account that is traded in.
  if (!newest) return refuse_start(self_, newest.error());
  if (*newest) {
    current_ = std::move((*newest)->data);
    secret_ = open(*outside_.vault, current_->refresh_token);
  }
  outside_.slot->put(self_->address());
  self_->attach_functor([slot = outside_.slot, me = self_->address()] { slot->remove(me); });
  check();
  set_timer();
  return {
      [](handle_atom, const slice_ptr&) {
        return entity::outbox{service_name, {}}.finish(true);
      },
      [](committed_atom, std::uint64_t) {},
      [this](status_atom) { return status(); },
      [this](beginlogin_atom) { return begin_login(); },
      [this](endlogin_atom, const login_code& login) { return finish_login(login); },
      [this](reject_atom) { rejected(); },
      [this](gottokens_atom, const tokens_answer& answer) { answered(answer); },
      [this](gotaccount_atom, const accounts_answer& answer) { take_account(answer); },
      [this](tick_atom, std::uint64_t round) { tick(round); },
  };
}

void tokens::tell(notice_level level, std::string_view code, const std::string& text) const {
  outside_.notices->raise(level, service_name, code, "login", text);
}

void tokens::publish(token_update update) {
  if (secret_) update.refresh_token = seal(*outside_.vault, *secret_);
  entity::outbox out{service_name, outside_.clock->now()};
  out.append({topic::token_updates, 0}, changelog_key,
             "token:" + std::to_string(out.now().us) + ":" + std::to_string(++updates_), update,
             {out.now(), service_name});
  current_ = std::move(update);
  entity::emit(self_, seed_.bridge, out.finish(false));
}

void tokens::tick(std::uint64_t round) {
  if (!timer_.rings(round)) return;
  check();
  set_timer();
}

void tokens::set_timer() {
  if (!current_) return;
  const auto now = outside_.clock->now();
  auto next = domain::next_check(domain::times_of(*current_), config_.policy, now);
  if (retry_at_ && *retry_at_ > now) next = std::min(next, *retry_at_);
  entity::set_timer(self_, timer_, next, now);
}

ports::broker_callback<ports::oauth_tokens> tokens::bring_back(bool by_login) const {
  return [by_login, tell = sends_to<interface>(self_->address(), gottokens_atom::value)](auto answer) {
    tell(tokens_answer{by_login, std::move(answer)});
  };
}

void tokens::refresh() {
  const auto now = outside_.clock->now();
  if (call_under_way_ || !current_ || (retry_at_ && now < *retry_at_)) return;
  if (!secret_) {
    last_error_ = "the stored tokens were sealed with another key; log in again";
    if (!std::exchange(told_failing_, true)) tell(notice_level::alarm, "tokens_not_opened", last_error_);
    return;
  }
  if (secret_->refresh_token.empty()) return;
  call_under_way_ = true;
  asked_at_ = now;
  outside_.oauth->refresh(secret_->refresh_token, bring_back(false));
}

void tokens::end_login(std::string detail) {
  const auto now = outside_.clock->now();
  token_update ended = *current_;
  ended.event = token_event::expired;
  if (!domain::access_valid(domain::times_of(ended), now)) ended.access_token.clear();
  if (!domain::refresh_valid(domain::times_of(ended), now) && secret_) secret_->refresh_token.clear();
  ended.detail = std::move(detail);
  publish(std::move(ended));
}

void tokens::warn(timestamp now) {
  const auto warning = domain::warning_at(domain::times_of(*current_), config_.policy, now);
  if (warning <= warned_) return;
  warned_ = warning;
  if (warning == token_warning::expired)
    return tell(notice_level::alarm, "login_ended",
                "seven days since the last login: nothing can be placed until somebody logs in again (hedgerow auth)");
  tell(notice_level::alarm, "login_ends_soon",
       "the broker's login ends at " + to_rfc3339(current_->refresh_expires_at) +
           "; log in again before (hedgerow auth)");
}

void tokens::check() {
  if (!current_) return;
  const auto now = outside_.clock->now();
  warn(now);
  switch (domain::need_of(domain::times_of(*current_), config_.policy, now)) {
    case token_need::nothing: break;
    case token_need::refresh: refresh(); break;
    case token_need::login:
      if (current_->event != token_event::expired || (secret_ && !secret_->refresh_token.empty()))
        end_login("seven days since the last login; log in again");
      break;
  }
}

void tokens::ask_accounts(bool by_login, std::string access_token) {
  outside_.oauth->accounts(
      std::move(access_token),
      [by_login, tell = sends_to<interface>(self_->address(), gotaccount_atom::value)](auto answer) {
        tell(accounts_answer{by_login, std::move(answer)});
      });
}

void tokens::take_account(const accounts_answer& answer) {
  if (!answer.accounts) {
    last_error_ = "accounts: " + answer.accounts.error().detail;
    return;
  }
  if (!secret_ || !current_) return;
  std::vector<std::string> numbers;
  for (const auto& a : *answer.accounts) numbers.push_back(a.number);
  const auto place = domain::choose_account(numbers, secret_->account, config_.account, answer.by_login);
  if (!place) {
    last_error_ = "accounts: " + place.error();
    if (std::exchange(told_account_, place.error()) != place.error())
      tell(notice_level::alarm, "broker_account", "no order is placed: " + place.error());
    return;
  }
  told_account_.clear();
  const auto& number = numbers[*place];
  if (number.empty() || secret_->account == number) return;
  if (secret_->account)
    tell(notice_level::alarm, "broker_account_changed",
         "the login changed the account that is traded in from " + domain::mask_account(*secret_->account) + " to " +
             domain::mask_account(number) + ", as broker.account_number says");
  secret_->account = number;
  publish(*current_);
}

void tokens::accept(bool by_login, const ports::oauth_tokens& fresh) {
  const auto& policy = config_.policy;
  const auto times = by_login || !current_
                         ? domain::logged_in(policy, asked_at_, fresh.access_lifetime)
                         : domain::refreshed(domain::times_of(*current_), policy, asked_at_, fresh.access_lifetime);
  token_update update;
  update.event = by_login ? token_event::logged_in : token_event::refreshed;
  update.access_token = outside_.vault->seal(fresh.access_token);
  secret_ = login_secret{fresh.refresh_token, secret_ ? secret_->account : std::nullopt};
  update.access_fetched_at = times.access_fetched_at;
  update.access_expires_at = times.access_expires_at;
  update.refresh_issued_at = times.refresh_issued_at;
  update.refresh_expires_at = times.refresh_expires_at;
  if (by_login) {
    warned_ = token_warning::none;
    tell(notice_level::info, "logged_in", "the broker's login is good until " + to_rfc3339(times.refresh_expires_at));
  } else if (told_failing_) {
    tell(notice_level::info, "refreshed_again", "the access token could be refreshed again");
  }
  received_at_ = outside_.clock->now();
  failures_ = 0;
  retry_at_.reset();
  refused_at_.reset();
  told_failing_ = false;
  last_error_.clear();
  publish(std::move(update));
  ask_accounts(by_login, fresh.access_token);
}

void tokens::refused(timestamp now) {
  const bool known_dead = current_->event == token_event::expired;
  const bool final = domain::refusal_is_final(refused_at_, config_.policy, now);
  if (!refused_at_) refused_at_ = now;
  retry_at_ = now + (final || known_dead ? microseconds{config_.policy.check_interval}
                                         : microseconds{config_.policy.confirm_refusal});
  if (!final && !known_dead) return;
  if (!std::exchange(told_failing_, true))
    tell(notice_level::alarm, "login_refused",
         "the broker no longer accepts the login: nothing can be placed once the access token has ended (" +
             to_rfc3339(current_->access_expires_at) + "); log in again (hedgerow auth). " + last_error_);
  if (!known_dead) end_login("the broker no longer accepts the refresh token; log in again");
}

void tokens::refresh_failed(const broker_error& why) {
  const auto now = outside_.clock->now();
  last_error_ = "refresh failed: " + why.detail;
  if (!current_) return;
  if (why.kind == broker_failure::refused) return refused(now);
  const auto wait = domain::backoff_delay(config_.retry_min, config_.retry_max, ++failures_, outside_.random->next());
  retry_at_ = now + std::max(wait, why.retry_after);
  if (!domain::access_valid(domain::times_of(*current_), now) && !std::exchange(told_failing_, true))
    tell(notice_level::alarm, "refresh_fails",
         "the access token has ended and cannot be refreshed: nothing can be placed. " + last_error_);
}

void tokens::answered(const tokens_answer& answer) {
  call_under_way_ = false;
  if (answer.tokens) accept(answer.by_login, *answer.tokens);
  if (answer.by_login) {
    if (!answer.tokens) last_error_ = "login failed: " + answer.tokens.error().detail;
    login_.deliver(login_result{answer.tokens ? "" : answer.tokens.error().detail});
  } else if (!answer.tokens) {
    refresh_failed(answer.tokens.error());
  }
  set_timer();
}

void tokens::rejected() {
  if (domain::rejection_counts(received_at_, config_.policy, outside_.clock->now())) refresh();
}

std::string tokens::begin_login() {
  bytes random;
  for (int word = 0; word < 2; ++word) {
    std::uint64_t value = outside_.random->next();
    for (int i = 0; i < 8; ++i, value >>= 8U) random.push_back(static_cast<unsigned char>(value & 0xffU));
  }
  logins_.push_back({to_hex(random).substr(2), outside_.clock->now()});
  if (logins_.size() > logins_at_once) logins_.pop_front();
  return outside_.oauth->authorize_url(logins_.back().state);
}

std::deque<begun_login>::iterator tokens::begun(const std::string& state) {
  const auto now = outside_.clock->now();
  return std::find_if(logins_.begin(), logins_.end(), [&](const begun_login& one) {
    return one.state == state && std::chrono::abs(now - one.begun_at) <= login_lifetime;
  });
}

caf::result<login_result> tokens::finish_login(const login_code& login) {
  const auto in_progress = begun(login.state);
  if (in_progress == logins_.end())
    return login_result{"this login was not begun here, or too long ago; start again at /auth/login"};
  if (login.code.empty()) return login_result{"the address carries no code; start again at /auth/login"};
  if (call_under_way_) return login_result{"another token call is under way; try again in a few seconds"};
  logins_.erase(in_progress);
  call_under_way_ = true;
  asked_at_ = outside_.clock->now();
  login_ = self_->make_response_promise<login_result>();
  outside_.oauth->exchange_code(login.code, bring_back(true));
  return login_;
}

actor_status tokens::status() const {
  auto s = make_status(service_name, service_name);
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  if (!current_ || current_->event == token_event::expired) {
    s.state = run_state::held;
    s.activity = current_ ? "login needed" : "no login yet";
  }
  if (!current_) return s;
  s.show("last_event", std::string{to_string(current_->event)});
  s.show("access_expires_at", current_->access_expires_at);
  s.show("login_expires_at", current_->refresh_expires_at);
  return s;
}

bridges::service tokens_service(tokens_config config, tokens_ports outside) {
  bridges::service s = services::service_of(description);
  s.unreadable = entity::why_unreadable<token_update>;
  s.route = [](const record&) { return std::nullopt; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.always_on = service_name;
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{spawn_class<tokens>(system, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::tokens
