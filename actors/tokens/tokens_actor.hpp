// Keeps the OAuth tokens alive: refreshes before expiry, takes a person's login, says when a login is due. The rule of
// actors/domain/hedging/token_lifecycle.hpp decides when to do what. One live instance in the cluster: the owner of
// the partition of token-updates, which is also its changelog.
#pragma once

#include <deque>

#include "actors/bridges/service.hpp"
#include "actors/domain/hedging/account_choice.hpp"
#include "actors/domain/hedging/token_lifecycle.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"
#include "actors/ports/random.hpp"
#include "actors/tokens/login_secret.hpp"
#include "messages/events/token_update.hpp"
#include "messages/protocol/login.hpp"
#include "messages/protocol/slot.hpp"

namespace hedgerow::tokens {

using protocol::login_code;
using protocol::login_result;

/// The broker did not accept the access token.
struct access_rejected {};

/// What an asynchronous call to the broker came to.
struct tokens_answer {
  bool by_login = false;
  expected<ports::oauth_tokens, broker_error> tokens;
};

/// The accounts that the login covers.
struct accounts_answer {
  bool by_login = false;
  expected<std::vector<ports::broker_account>, broker_error> accounts;
};

/// The actor's timer. Only the one that was set last counts.
struct wake {
  std::uint64_t round = 0;
};

using tokens_actor =
    protocol::entity_actor::extend<caf::replies_to<protocol::ask_atom, login_code>::with<login_result>,
                                   caf::replies_to<protocol::ask_atom>::with<std::string>,
                                   caf::reacts_to<protocol::tell_atom, access_rejected>,
                                   caf::reacts_to<protocol::tell_atom, tokens_answer>,
                                   caf::reacts_to<protocol::tell_atom, accounts_answer>,
                                   caf::reacts_to<protocol::tell_atom, wake>>;
using tokens_slot = protocol::slot<tokens_actor>;

struct tokens_config {
  /// Look at least this often; more often where refresh_ahead asks for it.
  std::chrono::milliseconds check_interval{300'000};
  /// Refresh this long before the access token expires.
  std::chrono::milliseconds refresh_ahead{300'000};
  std::chrono::milliseconds retry_min{1'000};
  std::chrono::milliseconds retry_max{60'000};
  /// The account of the login to trade in.
  domain::account_wish account;
};

/// What the actor needs of the world. All of it outlives the actor system or is shared.
struct tokens_ports {
  std::shared_ptr<ports::oauth_api> oauth;
  std::shared_ptr<ports::vault> vault;
  std::shared_ptr<tokens_slot> slot;
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  ports::notices* notices = nullptr;
};

/// Logins that may be in progress at once: a page that begins one must not end that of a person.
inline constexpr std::size_t logins_at_once = 16;
/// How long a person may take at the broker's login page.
inline constexpr std::chrono::minutes login_lifetime{15};

/// `state` of a login, which its callback must carry.
struct begun_login {
  std::string state;
  timestamp begun_at;
};

struct tokens_state {
  static inline const char* name = "tokens";
  /// The newest update; its tokens are sealed.
  std::optional<token_update> current;
  /// The opened secret; nullopt if it was sealed with another key.
  std::optional<login_secret> secret = login_secret{};
  /// Not the first member: CAF would try to construct the state from the actor's own handle.
  protocol::emitter_actor bridge;
  tokens_config config;
  tokens_ports outside;
  domain::token_policy policy;
  std::uint64_t updates = 0;
  bool call_under_way = false;
  /// When the call under way was begun: the lives of its tokens count from here.
  timestamp asked_at;
  /// When the current access token came.
  timestamp received_at;
  /// Failures in a row, and the time before which no refresh is tried again.
  std::uint32_t failures = 0;
  std::optional<timestamp> retry_at;
  /// The first time that the broker refused the refresh token since it last worked.
  std::optional<timestamp> refused_at;
  /// The highest warning that was raised since the login.
  domain::token_warning warned = domain::token_warning::none;
  /// Failing refreshes have been reported.
  bool told_failing = false;
  /// The last text that was reported about the account.
  std::string told_account;
  /// Number of the timer that was set last.
  std::uint64_t round = 0;
  /// Logins in progress, oldest first.
  std::deque<begun_login> logins;
  caf::typed_response_promise<login_result> login;
  std::string last_error;
};

tokens_actor::behavior_type tokens(tokens_actor::stateful_pointer<tokens_state> self, bridges::entity_seed seed,
                                   tokens_config config, tokens_ports outside);

[[nodiscard]] bridges::service tokens_service(tokens_config config, tokens_ports outside);

}  // namespace hedgerow::tokens

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::access_rejected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::tokens_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::accounts_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::wake)
