// Ingestion against a chain and a log in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "../unit/domain/fills/abi_encoder.hpp"
#include "actors/bridges/bridge.hpp"
#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "messages/codec/codec.hpp"
#include "messages/faults/fault_plan.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::ingestion {

using protocol::actor_status;

inline const address book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");

/// A take with nothing but its identity: ingestion does not decode takes.
inline raw_evm_log take(unsigned char mark) {
  raw_evm_log log;
  log.book = book;
  log.topics = {domain::topics_of(orderbook_version::v4).take};
  log.data = bytes(32, mark);
  return log;
}

/// Of the Clears and AfterClears that are made here.
inline hash32 clearing_tx() {
  hash32 tx;
  tx.value.fill(0x77);
  return tx;
}

/// A Clear of an order of `owner`.
inline raw_evm_log clear_of(const address& owner) {
  domain::test::clear_spec spec;
  spec.alice.owner = owner;
  raw_evm_log log;
  log.book = book;
  log.topics = {domain::topics_of(orderbook_version::v4).clear};
  log.data = domain::test::encode(orderbook_version::v4, spec);
  log.ref.tx_hash = clearing_tx();
  return log;
}

inline raw_evm_log after_clear(unsigned char mark) {
  raw_evm_log log;
  log.book = book;
  log.topics = {domain::topics_of(orderbook_version::v4).after_clear};
  log.data = bytes(160, mark);
  log.ref.tx_hash = clearing_tx();
  return log;
}

/// As long as it lives, answers of the node are lost.
using lost_answers = std::unique_ptr<faults::armed_plan>;

inline lost_answers lose_answers(const std::vector<std::string>& rules, std::uint64_t seed = 1) {
  return std::make_unique<faults::armed_plan>(faults::parse_fault_plan(rules, seed).value());
}

inline const std::vector<std::string> one_of_four{"chain.logs.after_send:fail%25", "chain.receipt.after_send:fail%25",
                                                  "chain.request.after_send:fail%25"};

class fixed_random final : public ports::random {
 public:
  [[nodiscard]] std::uint64_t next() override { return value; }
  std::uint64_t value = 0;
};

class IngestionTest : public test::actor_fixture {
 public:
  /// (block, mark) of each fill.
  using fills = std::multiset<std::pair<std::uint64_t, int>>;

  IngestionTest() {
    config.books = {{book, orderbook_version::v4}};
    // The chain of these tests is a year older than their clock (first_start_test has the question).
    config.hedge_history = true;
    config.backfill.max_batch = 10;
    config.reorg_window_blocks = 64;
  }

  void start() {
    start_on([this]() -> std::shared_ptr<ports::chain_client> { return std::make_shared<test::fake_chain>(node); });
  }

  void start_on(chain_client_factory connect) {
    running = own(protocol::spawn_class<bridges::bridge>(
        system, log, ingestion_service(config, std::move(connect), &clock, &notices, nullptr, &jitter),
        bridges::bridge_config{}, &clock));
    run();
  }

  void crash() {
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
  }

  void settle() {
    for (int i = 0; i < 10; ++i) advance(std::chrono::milliseconds{1100});
  }

  /// The live instance in the actor tree.
  actor_status entity() {
    const auto tree = ask<actor_status>(running, protocol::status_atom::value);
    EXPECT_EQ(tree.children.size(), 1U) << tree.last_error;
    return tree.children.empty() ? actor_status{} : tree.children.front();
  }

  /// A number, or a span in milliseconds, that the live instance shows.
  std::int64_t shown(const std::string& field) {
    const auto status = entity();
    if (const auto* span = status.field<std::chrono::milliseconds>(field)) return span->count();
    const auto* value = status.field<std::int64_t>(field);
    EXPECT_NE(value, nullptr) << field;
    return value == nullptr ? -1 : *value;
  }

  /// What is wrong, each with a line end.
  std::string problems() {
    std::string all;
    for (const auto& problem : entity().problems) all += problem + "\n";
    return all;
  }

  std::vector<blockchain_event> events() {
    std::vector<blockchain_event> all;
    const auto records = log->read({topic::blockchain_events, 0}, 0, 1'000'000);
    for (const auto& r : *records) all.push_back(codec::decode<blockchain_event>(*r.value)->data);
    return all;
  }

  /// The events left after all reverts; also checks that sequences have no gap.
  fills canonical() {
    fills left;
    std::uint64_t expected = 1;
    for (const auto& e : events()) {
      EXPECT_EQ(e.sequence, expected++);
      const std::pair<std::uint64_t, int> id{e.log.ref.block_number, e.log.data[0]};
      if (e.change == evm_log_change::applied)
        left.insert(id);
      else if (const auto it = left.find(id); it != left.end())
        left.erase(it);
      else
        ADD_FAILURE() << "reverted without having been applied";
    }
    return left;
  }

  std::vector<dead_letter> letters() {
    std::vector<dead_letter> all;
    const auto records = log->read({topic::dead_letters, 0}, 0, 1000);
    for (const auto& r : *records) all.push_back(codec::decode<dead_letter>(*r.value)->data);
    return all;
  }

  /// What getLogs would give of the whole chain now.
  fills truth() {
    fills all;
    for (std::uint64_t n = 0; n <= node->head(); ++n)
      for (const auto& l : node->logs_of(n)) all.emplace(n, l.data[0]);
    return all;
  }

  test::fake_clock clock;
  test::heard_notices notices;
  fixed_random jitter;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  std::shared_ptr<test::fake_node> node = std::make_shared<test::fake_node>();
  ingestion_config config;
  protocol::bridge_actor running;
};

}  // namespace hedgerow::ingestion
