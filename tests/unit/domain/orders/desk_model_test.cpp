// Thousands of seeded runs of the desk against the broker model. A failure prints the seed and the fewest faults with
// which it still fails, and the trace of that run.
#include <gtest/gtest.h>

#include <cstdlib>

#include "desk_world.hpp"
#include "messages/codec/codec.hpp"

namespace hedgerow::test {
namespace {

/// Runs a world; what is wrong with it, or nothing.
std::string failure_of(desk_world& world, const world_options& options) {
  const std::string wrong = world.run();
  // An execution that evidence decides is not held; only look-alikes of foreign orders make evidence ambiguous.
  if (wrong.empty() && !options.foreign_orders && world.saw("HELD")) return "held without need";
  return wrong;
}

std::string explain(world_options options, std::uint32_t faults) {
  // Runs are cheap: find the smallest number of leading faults that still fails.
  for (std::uint32_t limit = 0; limit <= faults; ++limit) {
    options.fault_limit = limit;
    desk_world smaller{options};
    const std::string wrong = failure_of(smaller, options);
    if (wrong.empty()) continue;
    std::string text = "seed " + std::to_string(options.seed) + ", first " + std::to_string(limit) + " faults: ";
    text += wrong;
    for (const auto& line : smaller.trace()) text += "\n  " + line;
    return text;
  }
  return "seed " + std::to_string(options.seed);
}

/// HEDGEROW_MODEL_RUNS multiplies the number of seeds, for a long search.
std::uint64_t factor() {
  const char* text =
      std::getenv("HEDGEROW_MODEL_RUNS");  // allow: how long, or whether files are written, is chosen from outside
  return text == nullptr ? 1 : std::max<std::uint64_t>(1, std::strtoull(text, nullptr, 10));
}

/// Runs `count` seeds; `wanted` must have been seen in at least one of them, so that the runs prove something.
void expect_sound(world_options options, std::uint64_t count, const std::vector<std::string>& wanted) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= count * factor(); ++seed) {
    options.seed = seed;
    options.fault_limit = 1'000'000;
    desk_world world{options};
    const std::string wrong = failure_of(world, options);
    ASSERT_TRUE(wrong.empty()) << wrong << "\n" << explain(options, world.faults());
    for (const auto& what : wanted) seen[what] += world.saw(what) ? 1 : 0;
  }
  for (const auto& what : wanted) EXPECT_GT(seen[what], 0) << "no run showed " << what;
}

TEST(DeskModel, WhatIsWrittenOnlyWhenItSaysSomethingSurvivesTheCodec) {
  schwab_execution event;
  event.execution = *execution_id::parse("AAPL:12");
  event.order_quantity = 2;
  pending_order order;
  order.execution = event.execution;
  order.order = *order_id::parse("7");
  const auto round = [](const auto& value) {
    const auto back = codec::decode<std::decay_t<decltype(value)>>(codec::encode({}, value));
    return back && back->data == value;
  };
  EXPECT_TRUE(round(event));
  EXPECT_TRUE(round(order));
  order.order_quantity = 2;
  order.cause = "desk:AAPL:3";
  EXPECT_TRUE(round(order));
  execution_desk desk;
  desk.symbol = event.execution.symbol;
  desk.live.emplace().execution = event.execution;
  EXPECT_TRUE(round(desk));
  desk.live->order_quantity = desk.live->unwritten = desk.live->unclear_lists = 3;
  desk.live->gate_wait = timestamp{5};
  EXPECT_TRUE(round(desk));
}

TEST(DeskModel, WithoutFaultsEverythingFills) {
  world_options options;
  options.fault_limit = 0;
  for (options.seed = 1; options.seed <= 200; ++options.seed) {
    desk_world world{options};
    ASSERT_EQ(world.run(), "") << options.seed;
    EXPECT_FALSE(world.saw("FAILED") || world.saw("UNKNOWN") || world.saw("HELD")) << options.seed;
  }
}

TEST(DeskModel, BrokerFaultsAndCrashes) {
  expect_sound({}, 2000, {"UNKNOWN", "absent", "broker_refused", "no_token", "cancelled", "FILLED", "wrong_order"});
}

TEST(DeskModel, ManyCrashes) {
  world_options options;
  options.crash_percent = 20;
  options.broker.place_percent = 30;
  expect_sound(options, 1500, {"UNKNOWN", "absent", "FILLED"});
}

TEST(DeskModel, OrdersThatTurnUpMinutesLater) {
  world_options options;
  options.broker.very_late = true;
  options.crash_percent = 1;
  expect_sound(options, 1500, {"absent", "late_evidence", "FILLED"});
}

TEST(DeskModel, SomebodyElseTradesTheAccount) {
  world_options options;
  options.foreign_orders = true;
  expect_sound(options, 1000, {"HELD", "UNKNOWN", "FILLED"});
}

}  // namespace
}  // namespace hedgerow::test
