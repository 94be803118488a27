// Validation against a chain and a log in memory.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "actors/bridges/bridge.hpp"
#include "actors/validation/validation_actor.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::validation {

/// One log of the shared vectors as ingestion would append it.
inline blockchain_event vector_event(const std::string& name, std::uint64_t sequence) {
  const auto vectors = test::load_vectors("take_order_v2.json");
  for (const auto& c : vectors["cases"].GetArray()) {
    if (test::text_of(c["name"]) != name) continue;
    blockchain_event e;
    e.sequence = sequence;
    e.chain_id = 8453;
    e.log.book = *address::parse(test::text_of(c["log"]["address"]));
    e.log.topics = {*hash32::parse(test::text_of(c["log"]["topics"][0]))};
    e.log.data = *parse_hex(test::text_of(c["log"]["data"]));
    e.log.ref.log_index = sequence;
    e.log.ref.block_number = 1000 + sequence;
    e.block_time = {1'700'000'000'000'000};
    return e;
  }
  ADD_FAILURE() << name;
  return {};
}

inline blockchain_event reversal(blockchain_event event, std::uint64_t sequence) {
  event.reverts = event.sequence;
  event.sequence = sequence;
  event.change = evm_log_change::reverted;
  return event;
}

inline bytes word(unsigned char value) {
  bytes w(32, 0);
  w.back() = value;
  return w;
}

/// Return data of symbol().
inline bytes symbol_answer(const std::string& text) {
  bytes out = word(0x20) + word(static_cast<unsigned char>(text.size()));
  bytes body(32, 0);
  std::copy(text.begin(), text.end(), body.begin());
  return out + body;
}

class ValidationTest : public test::actor_fixture {
 public:
  ValidationTest() {
    config.rules.owner = *address::parse("0x1234567890abcdef1234567890abcdef12345678");
    node->token_answers[*address::parse("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913")] = {symbol_answer("USDC"),
                                                                                          word(6)};
    node->token_answers[*address::parse("0xbbbb000000000000000000000000000000000002")] = {symbol_answer("NVDAs1"),
                                                                                          word(18)};
  }

  void start() {
    auto chain = std::make_shared<test::fake_chain>(node);
    bridges::bridge_config bridge;
    bridge.notices = &notices;
    running = own(protocol::spawn_class<bridges::bridge>(
        system, log, validation_service(config, chain, &clock, &notices), bridge, &clock));
    run();
  }

  void crash() {
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
  }

  /// A fill that is put aside, since the contracts of its pair are no tokens; afterwards they are.
  blockchain_event bury(std::uint64_t sequence) {
    const auto known = std::exchange(node->token_answers, {});
    start();
    auto event = vector_event("owner_sells_equity", sequence);
    append(event);
    EXPECT_EQ(reasons().size(), 1U);
    crash();
    node->token_answers = known;
    start();
    return event;
  }

  /// Moves both clocks, as time does.
  void pass(std::chrono::milliseconds by) {
    clock.advance(by);
    advance(by);
  }

  /// The offsets are forgotten: the next start reads everything again.
  void forget_offsets() {
    auto all = log->read({topic::blockchain_events, 0}, 0, 1000);
    std::vector<outgoing> again;
    for (auto& r : *all) again.push_back({{topic::blockchain_events, 0}, r.key, copy_of(r.value)});
    auto writer = log->join({"test-writer", "w", {}});
    (*writer)->commit({std::move(again), {}}, [](auto outcome) { EXPECT_TRUE(outcome); });
    run();
  }

  std::size_t remembered() {
    std::size_t count = 0;
    const auto newest = log->changelog({topic::validation_changelog, 0});
    for (const auto& r : *newest)
      if (r.key.starts_with("trades:")) count += codec::decode<written_trades>(*r.value)->data.trades.size();
    return count;
  }

  void append(const blockchain_event& event) {
    auto writer = log->join({"test-writer", "w", {}});
    const envelope meta{"log:" + std::to_string(event.sequence), event.block_time, clock.now(), {}, {}, {}};
    (*writer)->commit({{{{topic::blockchain_events, 0}, event.log.ref.key(), codec::encode(meta, event)}}, {}},
                      [](auto outcome) { EXPECT_TRUE(outcome); });
    run();
  }

  std::vector<onchain_trade> trades() {
    std::vector<onchain_trade> all;
    for (std::uint32_t p = 0; p < 4; ++p) {
      const auto records = log->read({topic::onchain_trades, p}, 0, 1000);
      for (const auto& r : *records) all.push_back(codec::decode<onchain_trade>(*r.value)->data);
    }
    return all;
  }

  std::vector<std::string> reasons() {
    std::vector<std::string> all;
    const auto records = log->read({topic::dead_letters, 0}, 0, 1000);
    for (const auto& r : *records) all.push_back(codec::decode<dead_letter>(*r.value)->data.reason);
    return all;
  }

  test::fake_clock clock;
  test::heard_notices notices;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  std::shared_ptr<test::fake_node> node = std::make_shared<test::fake_node>();
  validation_config config;
  protocol::bridge_actor running;
};

}  // namespace hedgerow::validation
