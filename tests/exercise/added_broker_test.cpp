// What follows from the row that the exercise adds to the list of brokers: this program has the changed copy. The
// contract of brokers runs here, too, as the page's toy_test.cpp is part of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/config.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/onchain_trade.hpp"
#include "messages/events/schwab_execution.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/world.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

using ::testing::HasSubstr;

/// A node that hedges with the added broker and is told nothing of a login.
constexpr std::string_view hedging_node = R"(
[node]
actors = ["accumulator", "execution", "poller"]
[log]
kind = "memory"
[admin]
port = 0
[broker]
kind = "toy"
)";

TEST(AddedBroker, IsInTheConfigurationAndItsPage) {
  const auto& program = world::catalogue();
  const auto loaded = config::load_text(hedging_node, "test.toml", program);
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  EXPECT_THAT(config::to_toml(loaded->values), HasSubstr("kind = \"toy\""));
  EXPECT_THAT(config::describe_markdown(program),
              HasSubstr("| `toy` | fills every order at once, in memory | – | none |"));
  const auto wrong = config::load_text("[broker]\nkind = \"tyo\"\n", "test.toml", program);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(config::to_string(wrong.error()), HasSubstr("allowed: schwab, toy; remedy: did you mean toy?"));
}

TEST(AddedBroker, LeavesTheServiceThatKeepsALoginOut) {
  auto values = config::load_text(hedging_node, "test.toml", world::catalogue()).value().values;
  values.node.actors = {"all"};
  const auto all = world::to_node_settings(values).actors;
  EXPECT_EQ(all.size(), world::catalogue().services.size() - 1);
  values.broker.kind = "schwab";
  EXPECT_EQ(world::to_node_settings(values).actors.size(), all.size() + 1);
}

/// Appends a trade, as validation would.
void append_trade(ports::event_log& log, const ports::clock& clock) {
  onchain_trade trade;
  trade.sequence = 1;
  trade.symbol = *symbol::parse("AAPL");
  trade.side = side::sell;
  trade.amount = *shares::parse("3.5");
  trade.notional = *usd::parse("350");
  const envelope meta{"test:1", clock.now(), clock.now(), {}, {}, {}};
  auto writer = log.join({"test-writer", "w", {}});
  ASSERT_TRUE(writer);
  (*writer)->commit({{{{topic::onchain_trades, partition_of_symbol("AAPL", 4)},
                       "AAPL:" + trade.ref.key(),
                       codec::encode(meta, trade)}},
                     {}},
                    [](auto outcome) { EXPECT_TRUE(outcome); });
}

/// The newest event of the only execution; nothing while there is none.
std::optional<schwab_execution> newest_execution(ports::event_log& log) {
  const auto records = log.read({topic::schwab_executions, partition_of_symbol("AAPL", 4)}, 0, 100);
  if (!records || records->empty()) return std::nullopt;
  const auto event = codec::decode<schwab_execution>(*records->back().value);
  return event ? std::optional{event->data} : std::nullopt;
}

TEST(AddedBroker, HedgesATrade) {
  auto loaded = config::load_text(hedging_node, "test.toml", world::catalogue());
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  world::machine machine;
  auto ports = world::make_ports(loaded->values, machine);
  ASSERT_TRUE(ports) << ports.error();
  EXPECT_FALSE(ports->oauth);
  EXPECT_FALSE(ports->vault);
  const auto log = ports->log;
  const auto broker = ports->broker;
  EXPECT_FALSE(world::to_node_settings(loaded->values).broker.login) << "health would miss one";
  const auto running = node::start_node(world::to_node_settings(loaded->values), std::move(*ports), [] {});
  append_trade(*log, machine.clock);
  EXPECT_TRUE(eventually([&] {
    const auto newest = newest_execution(*log);
    return newest && newest->state == execution_state::filled;
  })) << running->death();
  const auto newest = newest_execution(*log);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->filled, shares::from_whole(3));
  EXPECT_EQ(newest->filled_notional, usd::from_whole(300));
  std::optional<shares> held;
  broker->position(*symbol::parse("AAPL"), [&](auto answer) { held = answer.value(); });
  EXPECT_EQ(held, shares::from_whole(3));
  running->stop();
}

}  // namespace
}  // namespace hedgerow::test
