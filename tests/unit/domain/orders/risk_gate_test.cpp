#include "actors/domain/orders/risk_gate.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

constexpr timestamp noon{1'700'000'000'000'000};

gate_conditions good() {
  gate_conditions c;
  c.token_available = true;
  c.session = ports::market_session{true, noon - std::chrono::hours{1}, noon + std::chrono::hours{1}};
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
  refused([](auto& c) { c.orders_last_minute = 60; }, execution_code::risk_limit);
  refused(same, execution_code::risk_limit, false, 0);
  refused(same, execution_code::risk_limit, false, 10'001);
  refused(same, execution_code::risk_limit, false, 0x1'0000'0000ULL);
}

TEST(RiskGate, AClosedMarketIsTriedAgainWhenItOpens) {
  gate_conditions c = good();
  c.session->start = noon + std::chrono::minutes{5};
  EXPECT_EQ(ask(c)->retry_at, c.session->start);
  c.session->start = noon - std::chrono::hours{8};
  c.session->end = noon - std::chrono::hours{1};
  EXPECT_EQ(ask(c)->retry_at, noon + gate_policy{}.recheck) << "nothing better is known";
  c.next_session = noon + std::chrono::hours{17};
  EXPECT_EQ(ask(c)->retry_at, c.next_session);
}

TEST(RiskGate, JustAfterAStartWhatIsNotKnownYetIsAskedSoonAgain) {
  gate_conditions no_token = good();
  no_token.token_available = false;
  gate_conditions no_session = good();
  no_session.session.reset();
  for (auto c : {no_token, no_session}) {
    EXPECT_EQ(ask(c).value().retry_at, noon + gate_policy{}.recheck);
    c.started = noon - gate_policy{}.start_time;
    EXPECT_EQ(ask(c).value().retry_at, noon + gate_policy{}.recheck);
    c.started = c.started + microseconds{1};
    EXPECT_EQ(ask(c).value().retry_at, noon + gate_policy{}.recheck_at_start);
  }
  gate_conditions halted = good();
  halted.started = noon;
  EXPECT_EQ(ask(halted, true).value().retry_at, noon + gate_policy{}.recheck) << "a person's decision is known";
}

}  // namespace
}  // namespace hedgerow::domain
