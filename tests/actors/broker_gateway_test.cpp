#include "actors/broker/broker_gateway.hpp"

#include "gateway_fixture.hpp"
#include "runtime/adapters/system/call_file.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/prometheus_page.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::broker {
namespace {

TEST_F(GatewayTest, FewStatusQuestionsAreAskedOneByOne) {
  start();
  self->send(gateway, getorder_atom::value, status_of("1"));
  self->send(gateway, getorder_atom::value, status_of("2"));
  run();
  advance(config.gather);
  EXPECT_EQ(api->asked, (std::vector{id("1"), id("2")}));
  EXPECT_TRUE(api->lists.empty());
}

TEST_F(GatewayTest, WhatItCountsGoesOnWhenItIsStartedAgain) {
  const auto registry = std::make_shared<telemetry::metric_registry>();
  config.metrics = registry;
  for (int life = 1; life <= 2; ++life) {
    start();
    self->send(gateway, listorders_atom::value, list_call{});
    run();
    ASSERT_FALSE(api->lists.empty());
    fake_broker::answer_next(api->lists, expected<order_list, broker_error>{unexpected(broker_error{})});
    run();
    const auto page = test::read_prometheus(registry->text());
    ASSERT_TRUE(page) << page.error();
    EXPECT_EQ(page->number("hedgerow_broker_calls_total"), life);
    EXPECT_EQ(page->number("hedgerow_broker_call_failures_total"), life);
    caf::anon_send_exit(gateway, caf::exit_reason::kill);
    run();
  }
}

TEST_F(GatewayTest, ARestartDoesNotMakeMoreCallsThanTheBudget) {
  const test::temporary_directory folder;
  const auto memory = [&folder] { return *adapters::open_call_file(folder.file("calls"), 10); };
  config.budget.calls_per_minute = 4;
  for (int life = 1; life <= 3; ++life) {
    config.memory = memory();
    start();
    for (int i = 0; i < 2; ++i) self->send(gateway, place_atom::value, place_one());
    run();
    caf::anon_send_exit(gateway, caf::exit_reason::kill);
    run();
    clock.advance(std::chrono::seconds{10});
  }
  EXPECT_EQ(api->placed.size(), 4U);
  // The first life's calls are a minute old.
  clock.advance(std::chrono::seconds{30});
  config.memory = memory();
  start();
  for (int i = 0; i < 4; ++i) self->send(gateway, place_atom::value, place_one());
  run();
  EXPECT_EQ(api->placed.size(), 6U);
}

TEST_F(GatewayTest, ManyStatusQuestionsShareOneListAndTheMissingOneIsAskedByItself) {
  start();
  for (int i = 1; i <= 5; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  run();
  advance(config.gather);
  ASSERT_EQ(api->lists.size(), 1U);
  order_list found;
  found.orders.resize(4);
  for (std::size_t i = 0; i < 4; ++i) found.orders[i].id = id(std::to_string(i + 1));
  fake_broker::answer_next(api->lists, expected<order_list, broker_error>{found});
  run();
  EXPECT_EQ(api->asked, std::vector{id("5")});
}

TEST_F(GatewayTest, WhenAListFailsEachOrderIsAskedForByItselfAndListsThatGoOnFailingAreAnAlarm) {
  test::heard_notices notices;
  config.notices = &notices;
  start();
  for (unsigned round = 1; round <= config.list_alarm; ++round) {
    EXPECT_FALSE(notices.has("ALARM order_list_failed"));
    for (int i = 1; i <= 4; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
    run();
    advance(config.gather);
    ASSERT_EQ(api->lists.size(), 1U);
    fake_broker::answer_next(api->lists, expected<order_list, broker_error>{
                                             unexpected(broker_error{broker_failure::malformed, 200, "no array", {}})});
    run();
    for (int passed = 0; passed < 60 && api->asked.size() < 4; ++passed) {
      clock.advance(std::chrono::seconds{1});
      advance(std::chrono::seconds{1});
    }
    EXPECT_EQ(api->asked, (std::vector{id("1"), id("2"), id("3"), id("4")}));
    api->asked.clear();
    clock.advance(config.budget.window);
    advance(config.budget.window);
  }
  EXPECT_EQ(notices.count("ALARM order_list_failed"), 1U);
  EXPECT_TRUE(notices.has("no array"));
}

TEST_F(GatewayTest, AThrottledListIsNotReplacedByAsManyCallsAsOrders) {
  start();
  for (int i = 1; i <= 4; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  run();
  advance(config.gather);
  fake_broker::answer_next(
      api->lists, expected<order_list, broker_error>{unexpected(broker_error{broker_failure::throttled, 429, "", {}})});
  run();
  clock.advance(config.budget.window);
  advance(config.budget.window);
  EXPECT_TRUE(api->asked.empty());
}

TEST_F(GatewayTest, TimesAreTranslatedWhenTheBrokersClockIsAheadAndTheDifferenceIsAnAlarm) {
  test::heard_notices notices;
  config.notices = &notices;
  start();
  const auto theirs = clock.now() + std::chrono::seconds{90};
  api->clock_sample = clock_sample{clock.now(), clock.now(), theirs};
  self->send(gateway, getorder_atom::value, get_call{id("1"), clock.now(), get_reason::evidence});
  run();
  broker_order seen;
  seen.id = id("1");
  seen.entered_at = theirs;
  fake_broker::answer_next(api->gets, expected<broker_order, broker_error>{seen});
  run();
  std::optional<get_result> answer;
  self->receive([&](const get_result& r) { answer = r; }, caf::after(std::chrono::seconds{0}) >> [] {});
  ASSERT_TRUE(answer && answer->value);
  EXPECT_LE(std::chrono::abs(*answer->value->entered_at - clock.now()), std::chrono::seconds{1});
  EXPECT_TRUE(notices.has("ALARM clock_offset broker this machine's clock is 90 s behind")) << notices.all();
  self->send(gateway, listorders_atom::value, list_call{clock.now(), clock.now()});
  run();
  ASSERT_EQ(api->windows.size(), 1U);
  EXPECT_LE(std::chrono::abs(api->windows.front().first - theirs), std::chrono::seconds{1});
  EXPECT_EQ(notices.count("clock_offset"), 1U);
  for (int i = 2; i <= 5; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  run();
  advance(config.gather);
  ASSERT_EQ(api->windows.size(), 2U) << "one list for all";
  EXPECT_LE(std::chrono::abs(api->windows.back().first - theirs), std::chrono::seconds{1});
  EXPECT_LE(std::chrono::abs(api->windows.back().second - theirs), std::chrono::seconds{1});
}

TEST_F(GatewayTest, ADayThatWasCalledClosedIsAskedForSoonAgain) {
  start();
  const auto asks_after = [this](std::chrono::milliseconds time) {
    clock.advance(time);
    self->send(gateway, session_atom::value);
    run();
    const bool asked = !api->sessions.empty();
    if (asked) fake_broker::answer_next(api->sessions, expected<market_session, broker_error>{market_session{}});
    run();
    return asked;
  };
  EXPECT_TRUE(asks_after(std::chrono::milliseconds{0}));
  EXPECT_FALSE(asks_after(config.session.retry - std::chrono::milliseconds{1}));
  EXPECT_TRUE(asks_after(std::chrono::milliseconds{1}));
  EXPECT_FALSE(asks_after(config.session.retry - std::chrono::milliseconds{1}));
  EXPECT_TRUE(asks_after(config.session.cache));
  EXPECT_FALSE(asks_after(config.session.cache - std::chrono::milliseconds{1}));
}

TEST_F(GatewayTest, MoreLooksThanCallsShareOneList) {
  config.budget.calls_per_minute = 8;
  config.list_from = 100;
  start();
  for (int i = 1; i <= 3; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  run();
  advance(config.gather);
  EXPECT_EQ(api->lists.size(), 1U) << "one call is in pace";
  EXPECT_TRUE(api->asked.empty());
}

TEST_F(GatewayTest, OldOrdersAreNotListedTogetherWithYoungOnes) {
  start();
  for (int i = 1; i <= 4; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  auto old = status_of("5");
  old.entered_after = timestamp{old.entered_after.us - 3'600'000'000};
  self->send(gateway, getorder_atom::value, old);
  run();
  advance(config.gather);
  ASSERT_EQ(api->windows.size(), 1U);
  EXPECT_EQ(api->windows.front().first, clock.now());
  EXPECT_EQ(api->asked, std::vector{id("5")});
}

TEST_F(GatewayTest, TheSessionDoesNotWaitForWhatIsKeptForPlacements) {
  start();
  for (unsigned i = 0; i < 100; ++i) self->send(gateway, position_atom::value, position_call{*symbol::parse("AAPL")});
  run();
  EXPECT_EQ(api->positions.size(), 90U);
  self->send(gateway, session_atom::value);
  run();
  EXPECT_EQ(api->sessions.size(), 1U);
}

TEST_F(GatewayTest, APlacementGoesBeforeWhatWaitsForTheBudget) {
  config.budget.calls_per_minute = 4;
  config.budget.kept_for_placement = 1;
  start();
  for (int i = 1; i <= 4; ++i) self->send(gateway, position_atom::value, position_call{*symbol::parse("AAPL")});
  run();
  EXPECT_EQ(api->positions.size(), 3U);
  self->send(gateway, place_atom::value, place_one());
  run();
  EXPECT_EQ(api->placed.size(), 1U);
  EXPECT_EQ(api->positions.size(), 3U);
  clock.advance(config.budget.window + std::chrono::milliseconds{1});
  advance(config.budget.window + std::chrono::milliseconds{1});
  EXPECT_EQ(api->positions.size(), 4U);
}

TEST_F(GatewayTest, ANodeCallsNoMoreThanItsPartOfTheAccountsBudget) {
  auto share = std::make_shared<account_share>();
  config.share = share;
  config.budget.calls_per_minute = 9;
  config.budget.kept_for_placement = config.budget.kept_for_evidence = config.budget.kept_for_status = 0;
  start();
  share->set(3, clock.monotonic());
  for (int i = 0; i < 20; ++i) self->send(gateway, place_atom::value, place_one());
  run();
  EXPECT_EQ(api->placed.size(), 3U);
  // Two nodes have gone: their calls count at the broker for another minute.
  share->set(1, clock.monotonic());
  clock.advance(config.budget.window - std::chrono::milliseconds{1});
  advance(config.budget.window - std::chrono::milliseconds{1});
  EXPECT_EQ(api->placed.size(), 3U);
  clock.advance(std::chrono::milliseconds{2});
  advance(std::chrono::milliseconds{2});
  EXPECT_EQ(api->placed.size(), 12U);
}

TEST_F(GatewayTest, TheSessionIsAskedOnceAndRemembered) {
  start();
  self->send(gateway, session_atom::value);
  self->send(gateway, session_atom::value);
  run();
  ASSERT_EQ(api->sessions.size(), 1U);
  const market_session open{true, clock.now() - std::chrono::hours{1}, clock.now() + std::chrono::hours{1}};
  fake_broker::answer_next(api->sessions, expected<market_session, broker_error>{open});
  run();
  const auto answer = ask<session_result>(gateway, session_atom::value);
  EXPECT_TRUE(answer.value && answer.value->open_today);
  EXPECT_TRUE(api->sessions.empty());
  clock.advance(config.session.cache);
  self->send(gateway, session_atom::value);
  run();
  EXPECT_EQ(api->sessions.size(), 1U);
}

TEST_F(GatewayTest, ASessionThatTheBrokerDoesNotTellIsNotAskedForAtOnceAgain) {
  start();
  self->send(gateway, session_atom::value);
  run();
  const broker_error failed{broker_failure::server_error, 503, "", {}};
  fake_broker::answer_next(api->sessions, expected<market_session, broker_error>{unexpected(failed)});
  run();
  const auto again = ask<session_result>(gateway, session_atom::value);
  ASSERT_FALSE(again.value);
  EXPECT_EQ(again.value.error().http_status, 503);
  EXPECT_TRUE(api->sessions.empty());
  clock.advance(config.session.retry);
  self->send(gateway, session_atom::value);
  run();
  EXPECT_EQ(api->sessions.size(), 1U);
}

TEST_F(GatewayTest, A401IsToldAndA429StopsAllCallsForAsLongAsTheBrokerSays) {
  start();
  self->send(gateway, position_atom::value, position_call{*symbol::parse("AAPL")});
  run();
  fake_broker::answer_next(api->positions, expected<shares, broker_error>{
                                               unexpected(broker_error{broker_failure::unauthorized, 401, "", {}})});
  run();
  EXPECT_EQ(rejections, 1);
  self->send(gateway, position_atom::value, position_call{*symbol::parse("AAPL")});
  run();
  const broker_error slow_down{broker_failure::throttled, 429, "", std::chrono::seconds{5}};
  fake_broker::answer_next(api->positions, expected<shares, broker_error>{unexpected(slow_down)});
  run();
  self->send(gateway, place_atom::value, place_one());
  run();
  EXPECT_TRUE(api->placed.empty());
  clock.advance(std::chrono::seconds{6});
  advance(std::chrono::seconds{6});
  EXPECT_EQ(api->placed.size(), 1U);
}

}  // namespace
}  // namespace hedgerow::broker
