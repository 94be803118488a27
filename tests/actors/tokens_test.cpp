// The tokens actor over a log and a scripted token endpoint.
#include "actors/tokens/tokens_actor.hpp"

#include <gmock/gmock.h>

#include <deque>

#include "actors/bridges/bridge.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/credentials/token_vault.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::tokens {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using answer = expected<ports::oauth_tokens, broker_error>;

/// Keeps every question until the test answers it.
class fake_oauth final : public ports::oauth_api {
 public:
  std::string authorize_url(const std::string& state) const override { return "https://broker/?state=" + state; }
  void exchange_code(std::string code, ports::broker_callback<ports::oauth_tokens> done) override {
    codes.push_back(std::move(code));
    waiting.push_back(std::move(done));
  }
  void refresh(std::string token, ports::broker_callback<ports::oauth_tokens> done) override {
    refreshed_with.push_back(std::move(token));
    waiting.push_back(std::move(done));
  }

  void accounts(std::string access_token, ports::broker_callback<std::vector<ports::broker_account>> done) override {
    asked_with.push_back(std::move(access_token));
    done(covered);
  }

  expected<std::vector<ports::broker_account>, broker_error> covered =
      std::vector<ports::broker_account>{{"123456789", "A1"}};
  std::vector<std::string> asked_with;
  std::vector<std::string> codes;
  std::vector<std::string> refreshed_with;
  std::deque<ports::broker_callback<ports::oauth_tokens>> waiting;
};

answer failure(broker_failure kind, int status, std::string detail) {
  return unexpected(broker_error{kind, status, std::move(detail), {}});
}
/// What the adapter makes of a page of a firewall, and of the broker's own "invalid_grant".
answer firewall() { return failure(broker_failure::malformed, 403, "HTTP 403 without the broker's JSON"); }
answer dead() { return failure(broker_failure::refused, 400, "HTTP 400: invalid_grant"); }
answer outage() { return failure(broker_failure::server_error, 503, "HTTP 503"); }

class TokensTest : public test::actor_fixture {
 protected:
  void start(bridges::bridge_config how = {}) {
    bridge = own(protocol::spawn_class<bridges::bridge>(
        system, log, tokens_service(config, {oauth, vault, slot, &clock, &random, &notices}), how, &clock));
    run();
  }

  void answer_next(answer a) {
    ASSERT_FALSE(oauth->waiting.empty()) << "no call is under way";
    auto done = std::move(oauth->waiting.front());
    oauth->waiting.pop_front();
    done(std::move(a));
    run();
  }

  /// A person logs in; the broker takes `delay` to answer.
  void log_in(std::chrono::milliseconds delay = 0ms) {
    const auto url = ask<std::string>(slot->get(), protocol::beginlogin_atom::value);
    auto pending = self->request(slot->get(), 10s, protocol::endlogin_atom::value,
                                 login_code{"code", url.substr(url.find('=') + 1)});
    run();
    pass(delay);
    answer_next(ports::oauth_tokens{"access-0", "refresh-0", 1800s});
    pending.receive([](const login_result& r) { EXPECT_EQ(r.error, ""); }, [](const caf::error&) { FAIL(); });
  }

  answer fresh() { return ports::oauth_tokens{"access-" + std::to_string(++tokens_given), "refresh-0", 1800s}; }

  void pass(std::chrono::milliseconds by) {
    clock.advance(by);
    advance(by);
  }
  /// In steps of a second, so that timers that set timers come at their time.
  void live(std::chrono::seconds by) {
    for (auto i = 0s; i < by; ++i) pass(1s);
  }

  token_update newest() {
    const auto records = log->changelog({topic::token_updates, 0});
    EXPECT_TRUE(records && records->size() == 1);
    return codec::decode<token_update>(*records->front().value)->data;
  }

  login_secret secret() { return open(*vault, newest().refresh_token).value_or(login_secret{"wrong key", {}}); }

  void refuse_for_good() {
    live(25min + 1s);
    answer_next(dead());
    live(31s);
    answer_next(dead());
  }

  test::fake_clock clock;
  test::heard_notices notices;
  adapters::splitmix_random random{7};
  tokens_config config;
  std::shared_ptr<fake_oauth> oauth = std::make_shared<fake_oauth>();
  std::shared_ptr<ports::vault> vault = *credentials::make_vault(std::string(64, 'a'));
  std::shared_ptr<tokens_slot> slot = std::make_shared<tokens_slot>();
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 1);
  protocol::bridge_actor bridge;
  int tokens_given = 0;
};

TEST_F(TokensTest, ALoginIsSealedInTheLogAndLivesFromWhenItWasAskedFor) {
  start();
  const auto asked_at = clock.now();
  log_in(4s);
  const auto update = newest();
  EXPECT_EQ(update.event, token_event::logged_in);
  EXPECT_EQ(vault->open(update.access_token), "access-0");
  EXPECT_EQ(secret().refresh_token, "refresh-0");
  EXPECT_EQ(update.access_expires_at, asked_at + 30min);
  EXPECT_EQ(update.refresh_expires_at, asked_at + 7 * 24h);
  EXPECT_TRUE(notices.has("INFO logged_in"));
}

TEST_F(TokensTest, TheAccessTokenIsRefreshedFiveMinutesBeforeItsEndWithTheDefaults) {
  start();
  log_in(4s);
  live(25min - 5s);
  EXPECT_TRUE(oauth->refreshed_with.empty());
  live(2s);
  ASSERT_EQ(oauth->refreshed_with.size(), 1U);
  EXPECT_EQ(oauth->refreshed_with.front(), "refresh-0");
  const auto login_end = newest().refresh_expires_at;
  answer_next(fresh());
  EXPECT_EQ(newest().event, token_event::refreshed);
  EXPECT_EQ(newest().refresh_expires_at, login_end) << "a refresh never moves the seven days";
}

TEST_F(TokensTest, AFirewallsPageEndsNothingAndTheRefreshIsTriedAgain) {
  start();
  log_in();
  live(25min + 1s);
  answer_next(firewall());
  EXPECT_EQ(newest().event, token_event::logged_in);
  for (int i = 0; i < 5; ++i) {
    live(60s);
    if (!oauth->waiting.empty()) answer_next(firewall());
  }
  EXPECT_EQ(newest().event, token_event::logged_in);
  live(60s);
  answer_next(fresh());
  EXPECT_EQ(newest().event, token_event::refreshed);
}

TEST_F(TokensTest, OneRefusalIsAskedAgainAfterAPauseBeforeItCounts) {
  start();
  log_in();
  live(25min + 1s);
  answer_next(dead());
  EXPECT_EQ(newest().event, token_event::logged_in);
  live(29s);
  EXPECT_TRUE(oauth->waiting.empty());
  live(2s);
  answer_next(fresh());
  EXPECT_EQ(newest().event, token_event::refreshed);
  EXPECT_FALSE(notices.has("ALARM")) << notices.all();
}

TEST_F(TokensTest, ARepeatedRefusalIsAnAlarmAndKeepsWhatIsStillGoodByItsOwnTime) {
  start();
  log_in();
  refuse_for_good();
  const auto update = newest();
  EXPECT_EQ(update.event, token_event::expired);
  EXPECT_EQ(vault->open(update.access_token), "access-0") << "it is used until it ends or is refused";
  EXPECT_EQ(secret().refresh_token, "refresh-0");
  EXPECT_EQ(notices.count("ALARM login_refused"), 1U);
  EXPECT_THAT(notices.all(), HasSubstr("hedgerow auth"));
}

TEST_F(TokensTest, ALoginThatTheBrokerTakesAgainLivesOnWithoutAPerson) {
  start();
  log_in();
  refuse_for_good();
  live(301s);
  answer_next(dead());
  live(299s);
  EXPECT_TRUE(oauth->waiting.empty()) << "not more often than the tokens are looked at";
  live(2s);
  answer_next(fresh());
  EXPECT_EQ(newest().event, token_event::refreshed);
  EXPECT_EQ(notices.count("ALARM login_refused"), 1U);
  EXPECT_TRUE(notices.has("INFO refreshed_again"));
}

TEST_F(TokensTest, RefreshesThatFailAreOneChainThatKeepsItsBackOff) {
  start();
  log_in();
  live(25min + 1s);
  std::size_t answered = 0;
  for (int second = 0; second < 3600; ++second) {
    while (!oauth->waiting.empty()) {
      ++answered;
      answer_next(outage());
    }
    // A call that is refused meanwhile asks for a fresh token, too.
    if (second % 3 == 0 && slot->get()) self->send(slot->get(), protocol::reject_atom::value);
    live(1s);
  }
  // 1, 2, 4, ... 60 seconds with equal jitter: between 60 and 126 in an hour.
  EXPECT_GE(answered, 60U);
  EXPECT_LE(answered, 130U);
  EXPECT_EQ(notices.count("ALARM refresh_fails"), 1U) << "once the access token has ended";
  EXPECT_EQ(newest().event, token_event::logged_in);
}

TEST_F(TokensTest, TheBrokersWishToWaitIsHonoured) {
  start();
  log_in();
  live(25min + 1s);
  answer_next(unexpected(broker_error{broker_failure::throttled, 429, "HTTP 429", 120s}));
  live(119s);
  EXPECT_TRUE(oauth->waiting.empty());
  live(2s);
  EXPECT_FALSE(oauth->waiting.empty());
}

TEST_F(TokensTest, ARejectedAccessTokenIsRefreshedOnceHoweverOftenItIsReported) {
  start();
  log_in();
  live(10s);
  for (int i = 0; i < 3; ++i) self->send(slot->get(), protocol::reject_atom::value);
  run();
  ASSERT_EQ(oauth->refreshed_with.size(), 1U);
  answer_next(fresh());
  // Calls that were under way with the old token come back late.
  self->send(slot->get(), protocol::reject_atom::value);
  run();
  EXPECT_EQ(oauth->refreshed_with.size(), 1U);
  live(3s);
  self->send(slot->get(), protocol::reject_atom::value);
  run();
  EXPECT_EQ(oauth->refreshed_with.size(), 2U) << "the new one is not accepted either";
}

TEST_F(TokensTest, TheEndOfTheLoginIsAnAlarmADayBeforeTwoHoursBeforeAndWhenItComes) {
  start();
  log_in();
  const auto until = [&](timestamp moment) {
    while (clock.now() < moment) {
      pass(10s);
      if (!oauth->waiting.empty()) answer_next(fresh());
    }
  };
  const auto end = newest().refresh_expires_at;
  until(end - 24h - 1min);
  EXPECT_FALSE(notices.has("ALARM")) << notices.all();
  until(end - 24h + 1min);
  EXPECT_EQ(notices.count("ALARM login_ends_soon"), 1U);
  until(end - 2h + 1min);
  EXPECT_EQ(notices.count("ALARM login_ends_soon"), 2U);
  until(end + 1min);
  EXPECT_EQ(notices.count("ALARM login_ended"), 1U);
  EXPECT_EQ(newest().event, token_event::expired);
  EXPECT_EQ(secret().refresh_token, "");
  EXPECT_EQ(secret().account, "123456789") << "the account outlives the login";
  log_in();
  EXPECT_EQ(newest().event, token_event::logged_in);
  EXPECT_EQ(newest().refresh_expires_at, clock.now() + 7 * 24h);
}

TEST_F(TokensTest, ARestartGoesOnWithTheLoginOfTheLog) {
  start();
  log_in();
  self->send_exit(bridge, caf::exit_reason::kill);
  run();
  live(26min);
  EXPECT_TRUE(oauth->refreshed_with.empty());
  start();
  ASSERT_EQ(oauth->refreshed_with.size(), 1U);
  answer_next(fresh());
  EXPECT_EQ(newest().event, token_event::refreshed);
}

TEST_F(TokensTest, ALoginThatWasNotBegunHereIsRefused) {
  start();
  const auto result = ask<login_result>(slot->get(), protocol::endlogin_atom::value, login_code{"code", "forged"});
  EXPECT_THAT(result.error, HasSubstr("/auth/login"));
  EXPECT_TRUE(oauth->codes.empty());
}

TEST_F(TokensTest, ALoginInProgressOutlivesOthersThatAreBegunMeanwhile) {
  start();
  const auto begin = [this] {
    const auto url = ask<std::string>(slot->get(), protocol::beginlogin_atom::value);
    return url.substr(url.find('=') + 1);
  };
  const auto mine = begin();
  for (std::size_t i = 1; i < logins_at_once; ++i) begin();
  auto pending = self->request(slot->get(), 10s, protocol::endlogin_atom::value, login_code{"code", mine});
  run();
  answer_next(ports::oauth_tokens{"access-0", "refresh-0", 1800s});
  pending.receive([](const login_result& r) { EXPECT_EQ(r.error, ""); }, [](const caf::error&) { FAIL(); });

  const auto refused = [this](const std::string& state) {
    return ask<login_result>(slot->get(), protocol::endlogin_atom::value, login_code{"code", state}).error;
  };
  EXPECT_THAT(refused(mine), HasSubstr("/auth/login")) << "good for once";
  const auto oldest = begin();
  for (std::size_t i = 0; i < logins_at_once; ++i) begin();
  EXPECT_THAT(refused(oldest), HasSubstr("/auth/login")) << "they are bounded";
  const auto late = begin();
  clock.advance(login_lifetime + 1s);
  EXPECT_THAT(refused(late), HasSubstr("/auth/login")) << "and end";
  EXPECT_TRUE(oauth->waiting.empty());
}

TEST_F(TokensTest, TheAccountIsRememberedByItsNumberInWhateverOrderTheAccountsCome) {
  config.account.index = 0;
  start();
  log_in();
  EXPECT_EQ(oauth->asked_with, std::vector<std::string>{"access-0"});
  EXPECT_EQ(secret().account, "123456789");
  EXPECT_EQ(newest().refresh_token.find("123456789"), std::string::npos) << "sealed";
  oauth->covered = std::vector<ports::broker_account>{{"987654321", "B2"}, {"123456789", "A1"}};
  log_in();
  EXPECT_EQ(secret().account, "123456789");
  EXPECT_FALSE(notices.has("ALARM")) << notices.all();
}

TEST_F(TokensTest, ALoginThatDoesNotCoverTheRememberedAccountIsAnAlarmAndChangesNothing) {
  start();
  log_in();
  oauth->covered = std::vector<ports::broker_account>{{"987654321", "B2"}};
  log_in();
  EXPECT_EQ(secret().account, "123456789");
  EXPECT_EQ(notices.count("ALARM broker_account login"), 1U);
  EXPECT_FALSE(notices.has("987654321") || notices.has("123456789")) << notices.all();
  live(25min + 1s);
  answer_next(fresh());
  EXPECT_EQ(notices.count("ALARM broker_account login"), 1U) << "told once";
}

TEST_F(TokensTest, SeveralAccountsAndNoChoiceIsAnAlarmThatNamesTheKey) {
  oauth->covered = std::vector<ports::broker_account>{{"987654321", "B2"}, {"123456789", "A1"}};
  start();
  log_in();
  EXPECT_EQ(secret().account, std::nullopt);
  EXPECT_THAT(notices.all(), HasSubstr("broker.account_number"));
}

TEST_F(TokensTest, APersonChangesTheAccountByItsNumberAndANewLoginOnly) {
  start();
  log_in();
  self->send_exit(bridge, caf::exit_reason::kill);
  run();
  oauth->covered = std::vector<ports::broker_account>{{"987654321", "B2"}, {"123456789", "A1"}};
  config.account.number = "987654321";
  start();
  live(25min + 1s);
  answer_next(fresh());
  EXPECT_EQ(secret().account, "123456789") << "a refresh changes nothing";
  EXPECT_TRUE(notices.has("ALARM broker_account login")) << notices.all();
  log_in();
  EXPECT_EQ(secret().account, "987654321");
  EXPECT_EQ(notices.count("ALARM broker_account_changed"), 1U);
}

TEST_F(TokensTest, AnAccountListThatFailsCostsNoLogin) {
  oauth->covered = unexpected(broker_error{broker_failure::server_error, 503, "HTTP 503", {}});
  start();
  log_in();
  EXPECT_EQ(newest().event, token_event::logged_in);
  EXPECT_EQ(secret().account, std::nullopt);
  oauth->covered = std::vector<ports::broker_account>{{"123456789", "A1"}};
  live(25min + 1s);
  answer_next(fresh());
  EXPECT_EQ(secret().account, "123456789");
}

}  // namespace
}  // namespace hedgerow::tokens
