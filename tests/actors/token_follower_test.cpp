// A node's access token follows the log, with any set of services.
#include "actors/tokens/token_follower.hpp"

#include <gmock/gmock.h>

#include "actors/tokens/login_secret.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/token_update.hpp"
#include "runtime/adapters/credentials/token_vault.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/unsteady_log.hpp"

namespace hedgerow::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::shared_ptr<ports::vault> vault_of(char digit) { return *credentials::make_vault(std::string(64, digit)); }

class TokenFollower : public test::actor_fixture {
 protected:
  void start() {
    follower = own(
        protocol::spawn_class<token_follower>(system, follower_ports{log, vault_of('a'), holder, &clock, &notices}));
    run();
  }

  void log_in(const std::string& token, const std::shared_ptr<ports::vault>& sealed_with = vault_of('a')) {
    token_update update;
    update.access_token = sealed_with->seal(token);
    update.refresh_token = seal(*sealed_with, {"refresh", account});
    update.access_expires_at = clock.now() + 30min;
    const auto now = clock.now();
    log_transaction t;
    t.records.push_back({{topic::token_updates, 0},
                         "singleton",
                         codec::encode({"token:" + token, now, now, "tokens", {}, {}}, update)});
    writer->commit(std::move(t), [](const auto& done) { ASSERT_TRUE(done); });
    run();
  }

  protocol::actor_status status() { return ask<protocol::actor_status>(follower, protocol::status_atom::value); }

  test::fake_clock clock;
  test::heard_notices notices;
  std::shared_ptr<test::unsteady_log::weather> weather = std::make_shared<test::unsteady_log::weather>();
  std::shared_ptr<ports::event_log> inner = adapters::make_memory_log(clock, 1);
  std::shared_ptr<ports::event_log> log = std::make_shared<test::unsteady_log>(inner, weather);
  std::unique_ptr<ports::log_member> writer = std::move(*inner->join({"tokens", "t", {}}));
  std::shared_ptr<ports::token_holder> holder = credentials::make_token_holder();
  protocol::observable_actor follower;
  std::optional<std::string> account;
};

TEST_F(TokenFollower, MayBeStartedAgainAsOftenAsItDies) {
  start();
  for (int i = 0; i < 40; ++i) {
    caf::anon_send_exit(follower, caf::exit_reason::kill);
    run();
    start();
  }
  log_in("after forty restarts");
  EXPECT_EQ(holder->get(), "after forty restarts");
}

/// The log announces only topics that were read, and without a first login there is nothing to read.
TEST_F(TokenFollower, TheFirstLoginOfAHistoryReachesAnEmptyLogsFollower) {
  start();
  EXPECT_EQ(holder->get(), std::nullopt);
  log_in("first");
  EXPECT_EQ(holder->get(), "first");
  log_in("second");
  EXPECT_EQ(holder->get(), "second");
  EXPECT_EQ(status().activity, "token valid");
}

TEST_F(TokenFollower, AReadThatFailsIsMadeAgain) {
  log_in("first");
  weather->reads_fail = 3;
  start();
  EXPECT_EQ(holder->get(), std::nullopt);
  EXPECT_THAT(status().last_error, HasSubstr("no answer"));
  for (int i = 0; i < 4; ++i) advance(1s);
  EXPECT_EQ(holder->get(), "first");
  EXPECT_THAT(status().last_error, IsEmpty());
}

TEST_F(TokenFollower, TheAccountOfTheLoginReachesTheBrokerAdapterAndOutlivesTheToken) {
  start();
  EXPECT_EQ(holder->account(), std::nullopt);
  account = "123456789";
  log_in("first");
  EXPECT_EQ(holder->account(), "123456789");
  clock.advance(30min);
  advance(1s);
  EXPECT_EQ(holder->get(), std::nullopt);
  EXPECT_EQ(holder->account(), "123456789");
}

TEST_F(TokenFollower, ATokenIsDroppedWhenItExpires) {
  start();
  log_in("first");
  clock.advance(30min);
  advance(1s);
  EXPECT_EQ(holder->get(), std::nullopt);
  EXPECT_EQ(status().activity, "no valid token");
}

TEST_F(TokenFollower, TokensThatWereSealedWithAnotherKeyAreAnAlarmOnceThatNamesTheKey) {
  start();
  log_in("first", vault_of('b'));
  log_in("second", vault_of('b'));
  EXPECT_EQ(holder->get(), std::nullopt);
  EXPECT_EQ(status().activity, "wrong key");
  EXPECT_THAT(status().last_error, HasSubstr("oauth.encryption_key"));
  EXPECT_EQ(notices.count("ALARM tokens_not_opened"), 1U);
  log_in("third");
  EXPECT_EQ(holder->get(), "third");
  EXPECT_THAT(status().last_error, IsEmpty());
}

}  // namespace
}  // namespace hedgerow::tokens
