// Keeps the OAuth tokens alive: refreshes before expiry, takes a person's login, says when a login is due. The rule of
// actors/domain/broker/token_lifecycle.hpp decides when to do what. One live instance in the cluster: the owner of
// the partition of token-updates, which is also its changelog.
#pragma once

#include <deque>

#include "actors/bridges/service.hpp"
#include "actors/domain/broker/account_choice.hpp"
#include "actors/domain/broker/token_lifecycle.hpp"
#include "actors/entity/timer.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"
#include "actors/ports/random.hpp"
#include "actors/tokens/login_secret.hpp"
#include "messages/events/token_update.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/protocol/login.hpp"
#include "messages/protocol/slot.hpp"

namespace hedgerow::tokens {

using protocol::login_code;
using protocol::login_result;

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

using tokens_slot = protocol::slot<protocol::tokens_actor>;

struct tokens_config {
  domain::token_policy policy;
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

/// Implements tokens_actor of messages/protocol/interfaces.hpp.
class tokens {
 public:
  /// With what the broker answered, and the timer of the next task.
  using interface = protocol::tokens_actor::extend<caf::reacts_to<protocol::gottokens_atom, tokens_answer>,
                                                   caf::reacts_to<protocol::gotaccount_atom, accounts_answer>,
                                                   caf::reacts_to<protocol::tick_atom, std::uint64_t>>;
  using pointer = protocol::pointer_to<tokens>;
  static inline const char* actor_name = "tokens";

  tokens(pointer self, bridges::entity_seed seed, tokens_config config, tokens_ports outside);
  interface::behavior_type start();

 private:
  // -- a person's login ----------------------------------------------------------------------------------------------
  /// Where the person logs in.
  std::string begin_login();
  caf::result<login_result> finish_login(const login_code& login);
  /// The login in progress with this `state`.
  [[nodiscard]] std::deque<begun_login>::iterator begun(const std::string& state);
  /// The login is over: a person has to log in. A token that has not expired stays: the broker may be wrong, or
  /// change its mind; only an expired token is certainly useless.
  void end_login(std::string detail);

  // -- the life of the tokens ----------------------------------------------------------------------------------------
  void tick(std::uint64_t round);
  void check();
  void warn(timestamp now);
  /// At most one at a time, and not before the pause after the last failure is over.
  void refresh();
  [[nodiscard]] ports::broker_callback<ports::oauth_tokens> bring_back(bool by_login) const;
  void rejected();
  void answered(const tokens_answer& answer);
  void accept(bool by_login, const ports::oauth_tokens& fresh);
  void refresh_failed(const broker_error& why);
  /// The broker itself said that it does not take the refresh token. Once may be a passing fault; twice is the end of
  /// the login, though the token is tried on in case it is not.
  void refused(timestamp now);
  /// Called after each login and each refresh: the accounts of the login may have changed.
  void ask_accounts(bool by_login, std::string access_token);
  /// Remembers the account in the log, or says what is wrong with it. Until that is mended the broker adapter, which
  /// follows the same rule, places nothing.
  void take_account(const accounts_answer& answer);

  // -- what is written -----------------------------------------------------------------------------------------------
  /// Writes `update` with the secret that is known.
  void publish(token_update update);
  void tell(ports::notice_level level, std::string_view code, const std::string& text) const;
  /// Sets the one timer to the next task. Without a login there is none.
  void set_timer();
  [[nodiscard]] protocol::actor_status status() const;

  pointer self_;
  bridges::entity_seed seed_;
  tokens_config config_;
  tokens_ports outside_;
  /// The newest update; its tokens are sealed.
  std::optional<token_update> current_;
  /// The opened secret; nullopt if it was sealed with another key.
  std::optional<login_secret> secret_ = login_secret{};
  std::uint64_t updates_ = 0;
  bool call_under_way_ = false;
  /// When the call under way was begun: the lives of its tokens count from here.
  timestamp asked_at_;
  /// When the current access token came.
  timestamp received_at_;
  /// Failures in a row, and the time before which no refresh is tried again.
  std::uint32_t failures_ = 0;
  std::optional<timestamp> retry_at_;
  /// The first time that the broker refused the refresh token since it last worked.
  std::optional<timestamp> refused_at_;
  /// The highest warning that was raised since the login.
  domain::token_warning warned_ = domain::token_warning::none;
  /// Failing refreshes have been reported.
  bool told_failing_ = false;
  /// The last text that was reported about the account.
  std::string told_account_;
  entity::timer timer_;
  /// Logins in progress, oldest first.
  std::deque<begun_login> logins_;
  caf::typed_response_promise<login_result> login_;
  std::string last_error_;
};

[[nodiscard]] bridges::service tokens_service(tokens_config config, tokens_ports outside);

}  // namespace hedgerow::tokens

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::tokens_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::tokens::accounts_answer)
