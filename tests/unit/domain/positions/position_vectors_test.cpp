// The sequences and pitfalls of accumulator.json. `position_after` is `available`, `open_exposure_after` is `exposure`;
// the vectors' execution names E1, E2, ... are given in order of appearance over all symbols.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "builders.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using hedgerow::test::load_vectors;
using hedgerow::test::text_of;

class sequence_runner {
 public:
  explicit sequence_runner(const rapidjson::Value& sequence) {
    policy_.one_in_flight = sequence["one_in_flight_per_symbol"].GetBool();
    policy_.max_order_shares = 1'000'000'000;
  }

  void step(const rapidjson::Value& step) {
    now_ = now_ + std::chrono::seconds{1};
    std::vector<schwab_command> commands;
    if (step.HasMember("trade")) commands = apply(step["trade"]);
    if (step.HasMember("filled")) commands = end(text_of(step["filled"]), execution_state::filled, nullptr);
    if (step.HasMember("failed"))
      commands = end(text_of(step["failed"]), execution_state::failed, &step["filled_quantity"]);
    if (step.HasMember("sweep")) commands = sweep(text_of(step["sweep"]));
    check_commands(step["commands"], commands);
    check_states(step);
  }

 private:
  position_update& book_of(const std::string& name) {
    return books_.try_emplace(name, empty_position(test::sym(name))).first->second;
  }

  std::vector<schwab_command> take(const std::string& name, position_decision decision) {
    EXPECT_EQ(check_invariants(decision.after), "");
    EXPECT_TRUE(decision.changed || decision.after == book_of(name));
    book_of(name) = std::move(decision.after);
    if (!decision.command) return {};
    names_.emplace("E" + std::to_string(names_.size() + 1), *decision.command);
    return {*decision.command};
  }

  std::vector<schwab_command> apply(const rapidjson::Value& json) {
    const std::string name = text_of(json["symbol"]);
    const std::string key = text_of(json["key"]);
    // Ingestion gives a log its sequence once; the same key comes back with the same sequence.
    const std::uint64_t sequence = sequences_.try_emplace(key, sequences_.size() + 1).first->second;
    const auto trade = test::trade(sequence, name, parse_side(text_of(json["onchain_direction"])).value(),
                                   test::qty(text_of(json["amount"])));
    auto decision = apply_trade(book_of(name), trade, policy_, now_, key);
    if (!booked_.insert(key).second) {
      EXPECT_FALSE(decision);
      EXPECT_EQ(decision.error(), position_fault::duplicate);
      return {};
    }
    return take(name, std::move(decision.value()));
  }

  std::vector<schwab_command> end(const std::string& id, execution_state state, const rapidjson::Value* filled) {
    const schwab_command& command = names_.at(id);
    const auto code = state == execution_state::failed ? execution_code::cancelled : execution_code::none;
    const auto e = test::report(command, state, filled ? text_of(*filled) : std::to_string(command.quantity), code);
    const std::string name = command.execution.symbol.str();
    return take(name, apply_execution(book_of(name), e, policy_, now_, id).value());
  }

  std::vector<schwab_command> sweep(const std::string& name) {
    const auto due = next_timer(book_of(name), policy_);
    EXPECT_TRUE(due);
    EXPECT_FALSE(apply_timer(book_of(name), policy_, *due - microseconds{1}).command);
    now_ = std::max(now_, *due);
    return take(name, apply_timer(book_of(name), policy_, now_));
  }

  void check_commands(const rapidjson::Value& expected, const std::vector<schwab_command>& commands) {
    ASSERT_EQ(expected.Size(), commands.size());
    for (rapidjson::SizeType i = 0; i < expected.Size(); ++i) {
      EXPECT_EQ(names_.at(text_of(expected[i]["execution"])).execution, commands[i].execution);
      EXPECT_EQ(text_of(expected[i]["symbol"]), commands[i].execution.symbol.str());
      EXPECT_EQ(text_of(expected[i]["direction"]), to_string(commands[i].side));
      EXPECT_EQ(text_of(expected[i]["shares"]), std::to_string(commands[i].quantity));
    }
  }

  void check_states(const rapidjson::Value& step) {
    for (const auto& [name, position] : step["position_after"].GetObject())
      EXPECT_EQ(book_of(text_of(name)).available().to_string(), text_of(position));
    for (const auto& [name, exposure] : step["open_exposure_after"].GetObject())
      EXPECT_EQ(book_of(text_of(name)).exposure().to_string(), text_of(exposure));
    std::map<std::string, std::set<execution_id>> pending;
    for (const auto& [name, ids] : step["pending_after"].GetObject())
      for (const auto& id : ids.GetArray()) pending[text_of(name)].insert(names_.at(text_of(id)).execution);
    for (const auto& [name, book] : books_) {
      std::set<execution_id> live;
      for (const auto& e : book.live) live.insert(e.execution);
      EXPECT_EQ(live, pending[name]);
    }
  }

  hedging_policy policy_;
  timestamp now_{1'700'000'000'000'000};
  std::map<std::string, position_update> books_;
  std::map<std::string, schwab_command> names_;
  std::map<std::string, std::uint64_t> sequences_;
  std::set<std::string> booked_;
};

TEST(PositionVectors, EverySequence) {
  const auto vectors = load_vectors("accumulator.json");
  std::size_t steps = 0;
  for (const auto& sequence : vectors["sequences"].GetArray()) {
    SCOPED_TRACE(text_of(sequence["name"]) + (sequence["one_in_flight_per_symbol"].GetBool() ? ", one in flight" : ""));
    sequence_runner runner{sequence};
    for (const auto& step : sequence["steps"].GetArray()) {
      SCOPED_TRACE("step " + std::to_string(++steps));
      runner.step(step);
    }
  }
  EXPECT_GE(steps, 23U);
}

TEST(PositionVectors, SumsThatBinaryFloatingPointGetsWrong) {
  const auto vectors = load_vectors("accumulator.json");
  for (const auto& pitfall : vectors["pitfalls_f64"].GetArray()) {
    SCOPED_TRACE(text_of(pitfall["name"]));
    std::vector<std::string> terms;
    for (const auto& term : pitfall["terms"].GetArray()) {
      const std::string text = text_of(term);
      if (text.starts_with('x'))  // "x100": the term before, that many times in all
        terms.assign(std::stoul(text.substr(1)), std::string{terms.back()});
      else
        terms.push_back(text);
    }
    position_update book = empty_position(test::sym("AAPL"));
    std::uint64_t sequence = 0;
    hedging_policy no_orders;
    no_orders.max_order_shares = 0;
    for (const auto& term : terms)
      book = apply_trade(book, test::trade(++sequence, "AAPL", side::buy, test::qty(term)), no_orders, {}, "t")->after;
    EXPECT_EQ(book.exposure().to_string(), text_of(pitfall["exact"]));
    EXPECT_EQ(book.exposure().whole_abs().str(), text_of(pitfall["exact_floor_abs"]));
    EXPECT_EQ(apply_timer(book, {}, {}).command.has_value(), pitfall["exact_triggers"].GetBool());
  }
}

}  // namespace
}  // namespace hedgerow::domain
