#include "actors/domain/orders/risk_gate.hpp"

#include <gtest/gtest.h>

#include "actors/domain/orders/order_rate.hpp"

namespace hedgerow::domain {
namespace {

constexpr timestamp noon{1'700'000'000'000'000};

gate_conditions good() {
  gate_conditions c;
  c.token_available = true;
  c.session = market_session{true, noon - std::chrono::hours{1}, noon + std::chrono::hours{1}};
  return c;
}

std::optional<gate_refusal> ask(const gate_conditions& c, bool halted = false, std::uint64_t quantity = 5) {
  return check_gate(c, {}, halted, quantity, noon);
}

TEST(RiskGate, OpensWhenEverythingIsGood) { EXPECT_FALSE(ask(good())); }

TEST(RiskGate, EveryRefusalSaysWhyAndWhenToRetry) {
  const auto refused = [](auto change, execution_code code, bool halted = false, std::uint64_t quantity = 5) {
    gate_conditions c = good();
    change(c);
    const auto refusal = ask(c, halted, quantity);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, code) << refusal->detail;
    EXPECT_GT(refusal->retry_at, noon);
    EXPECT_FALSE(refusal->detail.empty());
  };
  const auto same = [](gate_conditions&) {};
  refused([](auto& c) { c.halted_global = true; }, execution_code::halted);
  refused([](auto& c) { c.breaker_open = true; }, execution_code::halted);
  refused(same, execution_code::halted, true);
  refused([](auto& c) { c.token_available = false; }, execution_code::no_token);
  refused([](auto& c) { c.session.reset(); }, execution_code::market_closed);
  refused([](auto& c) { c.session->open_today = false; }, execution_code::market_closed);
  refused([](auto& c) { c.session->end = noon; }, execution_code::market_closed);
  refused([](auto& c) { c.session->start = noon + microseconds{1}; }, execution_code::market_closed);
  refused([](auto& c) { c.next_order_at = noon + microseconds{1}; }, execution_code::risk_limit);
  refused(same, execution_code::risk_limit, false, 0);
  refused(same, execution_code::risk_limit, false, 10'001);
  refused(same, execution_code::risk_limit, false, 0x1'0000'0000ULL);
}

TEST(RiskGate, AClosedMarketIsTriedAgainWhenItOpens) {
  gate_conditions c = good();
  c.session->start = noon + std::chrono::minutes{5};
  EXPECT_EQ(ask(c)->retry_at, c.session->start);
  EXPECT_FALSE(ask(c)->passing) << "fills net meanwhile";
  c.session->start = noon - std::chrono::hours{8};
  c.session->end = noon - std::chrono::hours{1};
  EXPECT_EQ(ask(c)->retry_at, *parse_time("2023-11-14T22:30:00Z")) << "the next day's hours are told on that day";
}

TEST(RiskGate, ADayThatTheBrokerCallsClosedIsLookedAtSoonAgainAndThenLessAndLessOften) {
  gate_conditions c = good();
  c.session = market_session{};
  c.closed_since = noon;
  EXPECT_EQ(ask(c)->retry_at, noon + gate_policy{}.recheck_closed);
  c.closed_since = noon - std::chrono::minutes{4};
  EXPECT_EQ(ask(c)->retry_at, noon + std::chrono::minutes{4});
  c.closed_since = noon - std::chrono::hours{4};
  EXPECT_EQ(ask(c)->retry_at, *parse_time("2023-11-14T22:30:00Z"));
  c.closed_since = noon + std::chrono::hours{4};
  EXPECT_EQ(ask(c)->retry_at, noon + gate_policy{}.recheck_closed) << "the clock was set back";
}

TEST(RiskGate, WhatCanComeAtAnyMomentIsWaitedFor) {
  gate_conditions no_token = good();
  no_token.token_available = false;
  gate_conditions no_session = good();
  no_session.session.reset();
  for (const auto& c : {no_token, no_session}) {
    EXPECT_TRUE(ask(c).value().passing);
    EXPECT_EQ(ask(c).value().retry_at, noon + gate_policy{}.recheck_passing);
  }
  gate_conditions too_many = good();
  too_many.next_order_at = noon + std::chrono::milliseconds{1234};
  EXPECT_TRUE(ask(too_many).value().passing);
  EXPECT_EQ(ask(too_many).value().retry_at, too_many.next_order_at) << "when there is a place, and not a minute later";
  EXPECT_FALSE(ask(good(), true).value().passing) << "a person's decision is not waited for";
  EXPECT_EQ(ask(good(), true).value().retry_at, noon + gate_policy{}.recheck);
}

TEST(RiskGate, NothingIsWrittenShortlyBeforeTheClose) {
  gate_conditions c = good();
  c.session->end = noon + gate_policy{}.session_margin + microseconds{1};
  EXPECT_FALSE(ask(c));
  c.session->end = noon + gate_policy{}.session_margin;
  EXPECT_EQ(ask(c).value().code, execution_code::market_closed);
  EXPECT_GT(ask(c).value().retry_at, c.session->end);
}

TEST(RiskGate, NothingIsWrittenAfterTheLeaseByEitherClock) {
  const auto write = [](const deadline& lease) {
    return check_write(good(), {}, false, 5, lease, std::chrono::hours{1}, noon);
  };
  const monotonic_time soon = std::chrono::hours{1} + std::chrono::nanoseconds{1};
  EXPECT_FALSE(write({soon, noon + microseconds{1}}));
  for (const auto& over : {deadline{std::chrono::hours{1}, noon + microseconds{1}}, deadline{soon, noon}}) {
    EXPECT_EQ(write(over).value().code, execution_code::lease_expired);
    EXPECT_TRUE(write(over).value().passing);
  }
}

TEST(OrderRate, NoMinuteHasMoreThanTheLimit) {
  using std::chrono::seconds;
  order_rate rate;
  for (int s = 0; s < 3; ++s) rate.add(seconds{s});
  EXPECT_EQ(rate.next_allowed(4, seconds{3}), seconds{3});
  EXPECT_EQ(rate.next_allowed(3, seconds{3}), seconds{60});
  EXPECT_EQ(rate.next_allowed(2, seconds{3}), seconds{61});
  EXPECT_EQ(rate.next_allowed(3, seconds{60}), seconds{60});
  EXPECT_EQ(rate.next_allowed(0, seconds{3}), seconds{62}) << "a part of nothing is one";
}

}  // namespace
}  // namespace hedgerow::domain
