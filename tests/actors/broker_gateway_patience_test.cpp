// What waits for the call budget until nobody waits for it any more.
#include "gateway_fixture.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::broker {
namespace {

TEST_F(GatewayTest, AQuestionThatNobodyWaitsForAnyMoreIsNotCalled) {
  config.budget.calls_per_minute = 1;
  start();
  const get_call look{id("1"), clock.now(), get_reason::evidence};
  self->send(gateway, getorder_atom::value, look);
  for (int i = 0; i < 20; ++i) self->send(gateway, getorder_atom::value, look);
  run();
  wait_out_patience();
  const auto made = api->asked.size();
  EXPECT_LE(made, 4U);
  std::size_t refused = 0;
  self->receive_while([&] { return refused + made < 21; })(
      [&](const get_result& r) { refused += !r.value && r.value.error().kind == broker_failure::throttled ? 1 : 0; },
      caf::after(std::chrono::seconds{0}) >>
          [&] {
            ADD_FAILURE() << refused;
            refused = 21;
          });
  for (int i = 0; i < 30; ++i) {
    clock.advance(std::chrono::minutes{1});
    advance(std::chrono::minutes{1});
  }
  EXPECT_EQ(api->asked.size(), made);
}

TEST_F(GatewayTest, LooksThatNobodyWaitsForAnyMoreAreNotCalled) {
  config.budget.calls_per_minute = 3;
  config.budget.kept_for_placement = config.budget.kept_for_evidence = config.budget.kept_for_status = 0;
  start();
  constexpr std::size_t many = 50;
  for (std::size_t i = 1; i <= many; ++i) self->send(gateway, getorder_atom::value, status_of(std::to_string(i)));
  run();
  advance(config.gather);
  ASSERT_EQ(api->lists.size(), 1U);
  // Each is to be asked for by itself now, for which there are too few calls.
  fake_broker::answer_next(api->lists, expected<order_list, broker_error>{
                                           unexpected(broker_error{broker_failure::malformed, 200, "not JSON", {}})});
  run();
  wait_out_patience();
  const auto made = api->asked.size();
  EXPECT_LT(made, 10U);
  std::size_t refused = 0;
  bool more = true;
  self->receive_while([&] { return more; })(
      [&](const get_result& r) { refused += !r.value && r.value.error().kind == broker_failure::throttled ? 1 : 0; },
      caf::after(std::chrono::seconds{0}) >> [&] { more = false; });
  EXPECT_EQ(refused + made, many);
  clock.advance(std::chrono::minutes{30});
  advance(std::chrono::minutes{30});
  EXPECT_EQ(api->asked.size(), made);
}

TEST_F(GatewayTest, ASessionThatCannotBeAskedForInTimeIsAnsweredAndAskedForAgain) {
  start();
  self->send(gateway, place_atom::value, place_one());
  run();
  const auto hour = std::chrono::hours{1};
  fake_broker::answer_next(api->places, expected<placement, broker_error>{
                                            unexpected(broker_error{broker_failure::throttled, 429, "", hour})});
  run();
  for (int i = 0; i < 3; ++i) self->send(gateway, session_atom::value);
  run();
  clock.advance(question_patience + std::chrono::milliseconds{1});
  advance(question_patience + std::chrono::milliseconds{1});
  std::size_t answers = 0;
  bool more = true;
  self->receive_while([&] {
    return more;
  })([&](const session_result& r) { answers += !r.value && r.value.error().kind == broker_failure::throttled ? 1 : 0; },
     [](const place_result&) {}, caf::after(std::chrono::seconds{0}) >> [&] { more = false; });
  EXPECT_EQ(answers, 3U);
  self->send(gateway, session_atom::value);
  run();
  clock.advance(hour);
  advance(hour);
  EXPECT_TRUE(api->sessions.empty()) << "it waited for too long as well";
  self->send(gateway, session_atom::value);
  run();
  EXPECT_EQ(api->sessions.size(), 1U);
}

TEST_F(GatewayTest, APlacementWhoseLeaseEndsWhileItWaitsIsNotCalledAndAnsweredAtOnce) {
  config.budget.calls_per_minute = 1;
  const auto registry = std::make_shared<telemetry::metric_registry>();
  config.metrics = registry;
  start();
  self->send(gateway, place_atom::value, place_one());
  self->send(gateway, place_atom::value, place_one(std::chrono::seconds{10}));
  run();
  ASSERT_EQ(api->placed.size(), 1U);
  clock.advance(std::chrono::milliseconds{10'001});
  advance(std::chrono::milliseconds{10'001});
  std::optional<place_result> answer;
  self->receive([&](const place_result& r) { answer = r; },
                caf::after(std::chrono::seconds{0}) >> [] { ADD_FAILURE() << "no answer"; });
  ASSERT_TRUE(answer && !answer->value);
  EXPECT_EQ(answer->value.error().kind, broker_failure::throttled) << "it waited for the budget: no failure";
  EXPECT_GT(answer->value.error().retry_after, std::chrono::seconds{45});
  EXPECT_EQ(api->placed.size(), 1U);
  const auto page = test::read_prometheus(registry->text());
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->number("hedgerow_broker_calls_total"), 0) << "the first one has no answer yet";
  EXPECT_EQ(page->number("hedgerow_broker_calls_not_sent_total"), 1);
  EXPECT_EQ(page->number("hedgerow_broker_call_failures_total"), 0);
}

}  // namespace
}  // namespace hedgerow::broker
