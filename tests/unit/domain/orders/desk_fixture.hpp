// A desk on a hand-driven clock, with short names for what the broker can answer.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "actors/domain/orders/desk.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::test {

using namespace domain;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct desk_fixture {
  desk_policy policy;
  timestamp now{1'700'000'000'000'000};
  std::uint64_t epoch = 1;
  /// Decisions of persons so far.
  std::int64_t decisions = 0;
  gate_conditions gate;
  std::optional<desk> it;
  desk_step last;

  desk_fixture() {
    gate.token_available = true;
    gate.session = market_session{true, timestamp{0}, now + std::chrono::hours{1000}};
    execution_desk state;
    state.symbol = *symbol::parse("AAPL");
    state.baseline = shares::from_whole(100);
    state.baseline_at = now;
    it.emplace(state, policy);
  }

  [[nodiscard]] desk_context context() const { return {now, epoch, gate}; }
  [[nodiscard]] const execution_desk& state() const { return it->state(); }
  [[nodiscard]] static execution_id id(std::uint64_t n) { return {*symbol::parse("AAPL"), n}; }
  [[nodiscard]] intent_phase phase() const { return state().live.value().phase; }

  desk_step& command(std::uint64_t n, side way = side::buy, std::uint64_t quantity = 5) {
    return last = it->on_command({id(n), way, quantity, {}}, now, context());
  }
  desk_step& answered(const broker_answer<placement>& answer, std::uint64_t n = 1, std::uint32_t attempt = 1) {
    return last = it->on_placement(id(n), attempt, answer, context());
  }
  desk_step& failed(broker_failure kind, std::uint32_t attempt = 1) {
    return answered(unexpected(broker_error{kind, 0, "said so", milliseconds{0}}), 1, attempt);
  }
  desk_step& listed(std::vector<broker_order> orders, std::uint64_t n = 1) {
    return last = it->on_evidence(id(n), now, order_list{std::move(orders), {}}, context());
  }
  desk_step& listed_with(unreadable_order row, std::vector<broker_order> orders = {}) {
    return last = it->on_evidence(id(1), now, order_list{std::move(orders), {std::move(row)}}, context());
  }
  desk_step& positioned(std::int64_t whole) {
    return last = it->on_position(id(1), now, shares::from_whole(whole), context());
  }
  desk_step& looked_up(const std::string& order, const broker_answer<broker_order>& answer) {
    return last = it->on_order(id(1), *order_id::parse(order), answer, context());
  }
  desk_step& control(control_action action, std::string argument = {}) {
    return control_at({decisions++, now}, action, std::move(argument));
  }
  desk_step& control_at(const decision_mark& decision, control_action action, std::string argument = {}) {
    return last = it->on_control({"AAPL", action, std::move(argument), "because", "ana"}, decision, context());
  }
  desk_step& timer() { return last = it->on_timer(context()); }
  desk_step& recover() {
    it.emplace(execution_desk{state()}, policy);
    ++epoch;
    return last = it->on_recovery(context());
  }
  /// A 401 that comes when the size is not fresh any more.
  void late_401_is_asked_for_anew() {
    command(1);
    now = now + seconds{5};
    failed(broker_failure::unauthorized);
    now = *last.wake_at;
    timer();
    EXPECT_EQ(said(), "FAILED not_sent");
  }
  /// Lets time pass to where no request of ours can be under way, and shows empty lists until absence is shown.
  void show_absence() {
    now = std::max(now, state().live.value().not_after + policy.http_grace + policy.clock_skew);
    for (std::uint32_t i = 0; i < policy.evidence_lists; ++i, now = now + policy.evidence_spread) listed({});
  }

  [[nodiscard]] broker_order order(const std::string& number, side way = side::buy, std::int64_t quantity = 5) const {
    broker_order o;
    o.id = *order_id::parse(number);
    o.symbol = *symbol::parse("AAPL");
    o.side = way;
    o.quantity = shares::from_whole(quantity);
    o.entered_at = state().live ? state().live->leased_at + milliseconds{200} : now;
    o.status_text = "WORKING";
    return o;
  }
  static placement named(const std::string& number) { return {order_id::parse(number), "corr"}; }

  template <class Effect>
  [[nodiscard]] const Effect* effect() const {
    for (const auto& e : last.effects)
      if (const auto* found = std::get_if<Effect>(&e)) return found;
    return nullptr;
  }
  [[nodiscard]] bool alarmed(desk_alarm_code code) const {
    for (const auto& a : last.alarms)
      if (a.code == code) return true;
    return false;
  }
  /// State and code of the last event, like "FAILED absent"; empty when there is none.
  [[nodiscard]] std::string said() const {
    if (last.events.empty()) return {};
    const auto& e = last.events.back();
    return std::string{to_string(e.state)} + " " + std::string{to_string(e.code)};
  }
  schwab_execution report(execution_state state, std::int64_t filled, const std::string& order_number = "7",
                          std::uint64_t n = 1) const {
    schwab_execution e;
    e.execution = id(n);
    e.side = side::buy;
    e.quantity = 5;
    e.state = state;
    e.order = order_id::parse(order_number);
    e.filled = shares::from_whole(filled);
    e.filled_notional = usd::from_whole(filled * 200);
    return e;
  }
  desk_step& heard(const schwab_execution& event) { return last = it->on_execution(event, context()); }
};

class Desk : public ::testing::Test, protected desk_fixture {};

}  // namespace hedgerow::test
