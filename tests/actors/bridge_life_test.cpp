// How entities of a bridge come, go and move, and what a bridge counts.
#include <set>

#include "bridge_fixture.hpp"

namespace hedgerow::bridges {
namespace {

using BridgeLife = BridgeTest;

TEST_F(BridgeLife, IdleEntitiesArePassivatedAndComeBackWithTheirState) {
  bridge_config config;
  config.idle_passivate = std::chrono::milliseconds{1000};
  auto b = start(config);
  append("AAPL", "x");
  run();
  clock.advance(std::chrono::seconds{2});
  advance(std::chrono::milliseconds{600});
  auto status = ask<actor_status>(b, status_atom::value);
  EXPECT_TRUE(status.children.empty());
  append("AAPL", "x");
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
}

TEST_F(BridgeLife, AGroupThatHasStateButNoOffsetsAnyMoreIsAnAlarmOnce) {
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  auto first = start(config);
  append("AAPL", "x");
  append("TSLA", "x");
  run();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  run();
  EXPECT_TRUE(notices.codes.empty()) << "neither a new group nor one that goes on";
  // Its offsets are gone: as if it had another name.
  auto lost = counting();
  lost.name = "counting-again";
  for (int life = 0; life < 2; ++life) {
    auto b = own(protocol::spawn_class<bridge>(system, log, lost, config, &clock));
    run();
    caf::anon_send_exit(b, caf::exit_reason::kill);
    run();
    EXPECT_EQ(notices.codes, strings{"offsets_lost"});
  }
}

TEST_F(BridgeLife, AnEmptyStepDoesNotTieLaterTransactionsToItsPartition) {
  const auto in_partition = [](std::uint32_t wanted) {
    std::string symbol = "AAA";
    while (partition_of_symbol(symbol, 4) != wanted) ++symbol.back();
    return symbol;
  };
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  config.instance = "a";
  auto first = start(config);
  append(in_partition(3), "effect, then nothing");
  run();
  config.instance = "b";
  auto second = start(config);
  run();
  append(in_partition(0), "x");
  run();
  EXPECT_EQ(notices.texts, strings{}) << "partition 3 belongs to b now, and a goes on";
  EXPECT_EQ(lag(), 0);
}

TEST_F(BridgeLife, AfterAPartitionThatCannotBeLoadedNoOtherOneIsLoaded) {
  auto first = start();
  for (const auto* symbol : {"AAPL", "NVDA", "META"}) append(symbol, "x");
  run();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  run();
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  auto broken = counting();
  std::set<std::uint32_t> read;
  int spawned = 0;
  broken.unreadable = [&](const record& r) {
    read.insert(r.from.partition);
    return read.size() == 1 ? std::string{} : std::string{"nonsense"};
  };
  broken.has_own_work = [](const auto&) { return true; };
  broken.spawn = [&](caf::actor_system& sys, entity_seed seed) {
    ++spawned;
    return sys.spawn(counter, std::move(seed));
  };
  append("AAPL", "x");
  own(protocol::spawn_class<bridge>(system, log, broken, config, &clock));
  run();
  EXPECT_EQ(read.size(), 2U) << "one that can be read, one that cannot, and one that nobody looks at";
  EXPECT_EQ(notices.codes, strings{"changelog_unreadable"});
  EXPECT_GE(spawned, 1);
  EXPECT_EQ(lag(), 1) << "nothing was handled";
}

TEST_F(BridgeLife, AnEntityThatHasEndedIsForgotten) {
  auto b = start();
  for (int i = 0; i < 50; ++i) {
    append("ORDER" + std::to_string(i), "x");
    append("ORDER" + std::to_string(i), "end");
  }
  append("AAPL", "x");
  run();
  EXPECT_EQ(fact(b, "entities"), 51U);
  clock.advance(std::chrono::minutes{1});
  advance(std::chrono::minutes{1});
  EXPECT_EQ(fact(b, "entities"), 1U);
  EXPECT_EQ(fact(b, "entities_live"), 1U);
  append("ORDER1", "x");
  run();
  EXPECT_EQ(values(topic::position_updates, "ORDER1"), (strings{"1", "1"}));
}

TEST_F(BridgeLife, PartitionsMoveBetweenNodesWithoutLossOrRepetition) {
  const std::vector<std::string> symbols{"AAPL", "TSLA", "NVDA", "MSFT", "AMZN", "META"};
  for (unsigned seed = 1; seed <= 30; ++seed) {
    order.seed(seed);
    log = adapters::make_memory_log(clock, 4);
    std::map<std::string, protocol::bridge_actor> nodes;
    std::map<std::string, std::size_t> appended;
    bridge_config config;
    config.batch_max = 3;
    for (int i = 0; i < 60; ++i) {
      const auto& symbol = symbols[order() % symbols.size()];
      append(symbol, order() % 4 == 0 ? "effect" : "x");
      ++appended[symbol];
      config.instance = std::string(1, static_cast<char>('a' + order() % 3));
      if (auto& node = nodes[config.instance]; !node && order() % 4 == 0)
        node = start(config);
      else if (node && order() % 6 == 0)
        caf::anon_send_exit(std::exchange(node, nullptr), caf::exit_reason::kill);
      if (order() % 3 == 0) run();
    }
    config.instance = "last";
    start(config);
    run();
    EXPECT_EQ(lag(), 0) << "seed " << seed;
    for (const auto& symbol : symbols) {
      strings counted;
      for (std::size_t n = 1; n <= appended[symbol]; ++n) counted.push_back(std::to_string(n));
      EXPECT_EQ(values(topic::position_updates, symbol), counted) << "seed " << seed;
    }
    for (auto& [name, node] : nodes)
      if (node) caf::anon_send_exit(node, caf::exit_reason::kill);
    run();
  }
}

TEST_F(BridgeLife, WhatItCountsGoesOnWhenItIsStartedAgain) {
  bridge_config config;
  const auto registry = std::make_shared<telemetry::metric_registry>();
  config.metrics = registry;
  const auto number = [&](const std::string& name, test::series_labels more = {}) {
    more.emplace("service", "counting");
    const auto page = test::read_prometheus(registry->text());
    EXPECT_TRUE(page) << page.error();
    return page ? page->number("hedgerow_bridge_" + name, more) : -1;
  };
  append("AAPL", "x");
  append("AAPL", "crash");
  append("TSLA", "x");
  start(config);
  run();
  try_again();
  EXPECT_EQ(number("records_in_total"), 3);
  EXPECT_EQ(number("records_out_total"), 3) << "two counts and a dead letter";
  EXPECT_EQ(number("dead_letters_total"), 1);
  EXPECT_EQ(number("entity_restarts_total"), 4);
  EXPECT_EQ(number("entities"), 2);
  EXPECT_EQ(number("entities_live"), 1) << "the one that crashed last waits for its next record";
  EXPECT_EQ(number("partitions"), 4);
  EXPECT_EQ(number("commits_in_flight"), 0);
  const auto commits = number("commits_total");
  EXPECT_GE(commits, 1);
  // A second member of its name throws it out.
  { ASSERT_TRUE(log->join({"counting", config.instance, {topic::onchain_trades}})); }
  run();
  EXPECT_EQ(number("failures_total", {{"reason", "replaced"}}), 1);
  for (const char* other : {"lost_partition", "timed_out", "io", "closed", "other"})
    EXPECT_EQ(number("failures_total", {{"reason", other}}), 0) << other;
  start(config);
  append("AAPL", "x");
  run();
  EXPECT_EQ(number("records_in_total"), 4);
  EXPECT_GT(number("commits_total"), commits);
  EXPECT_EQ(number("entities_live"), 1);
}

TEST_F(BridgeLife, DrainAnswersWhenEverythingIsCommitted) {
  auto b = start();
  append("AAPL", "x");
  ask<ok_atom>(b, drain_atom::value);
  append("AAPL", "x");
  run();
  EXPECT_LE(values(topic::position_updates, "AAPL").size(), 1U);
  start();
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
}

}  // namespace
}  // namespace hedgerow::bridges
