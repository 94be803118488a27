#include "actors/validation/validation_actor.hpp"

#include <gtest/gtest.h>

#include "actors/bridges/bridge_actor.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::validation {
namespace {

/// One log of the shared vectors as ingestion would append it.
blockchain_event vector_event(const std::string& name, std::uint64_t sequence) {
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
    e.block_time = {1'700'000'000'000'000};
    return e;
  }
  ADD_FAILURE() << name;
  return {};
}

bytes word(unsigned char value) {
  bytes w(32, 0);
  w.back() = value;
  return w;
}

/// Return data of symbol().
bytes symbol_answer(const std::string& text) {
  bytes out = word(0x20) + word(static_cast<unsigned char>(text.size()));
  bytes body(32, 0);
  std::copy(text.begin(), text.end(), body.begin());
  return out + body;
}

class ValidationTest : public test::actor_fixture {
 public:
  ValidationTest() {
    config.rules.owner = *address::parse("0x1234567890abcdef1234567890abcdef12345678");
    node->token_answers[*address::parse("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913")] = {symbol_answer("USDC"), word(6)};
    node->token_answers[*address::parse("0xbbbb000000000000000000000000000000000002")] = {symbol_answer("NVDAs1"), word(18)};
  }

  void start() {
    auto chain = std::make_shared<test::fake_chain>(node);
    running = own(system.spawn(bridges::bridge_actor, std::shared_ptr<ports::event_log>{log},
                               validation_service(config, chain, &clock), bridges::bridge_config{}, &clock));
    run();
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
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  std::shared_ptr<test::fake_node> node = std::make_shared<test::fake_node>();
  validation_config config;
  protocol::bridge_actor running;
};

TEST_F(ValidationTest, UnknownTokensAreAskedForOnceAndRemembered) {
  start();
  append(vector_event("owner_sells_equity", 1));
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(trades()[0].symbol.str(), "NVDA");
  EXPECT_EQ(trades()[0].amount.to_string(), "0.374");
  EXPECT_EQ(trades()[0].notional.to_string(), "64.169234");
  EXPECT_EQ(trades()[0].side, side::sell);
  caf::anon_send_exit(running, caf::exit_reason::kill);
  run();
  node->disconnect();
  start();
  append(vector_event("owner_sells_equity", 2));
  EXPECT_EQ(trades().size(), 2U) << "what tokens are called comes from the changelog";
}

TEST_F(ValidationTest, ASilentNodeDelaysAndLosesNothing) {
  node->disconnect();
  start();
  append(vector_event("owner_sells_equity", 1));
  for (int i = 0; i < 20; ++i) advance(config.token_retry);
  EXPECT_TRUE(trades().empty());
  EXPECT_TRUE(reasons().empty());
  node->connect();
  advance(config.token_retry);
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ValidationTest, NonsenseBecomesADeadLetterAndTheRestGoesOn) {
  start();
  auto broken = vector_event("owner_sells_equity", 1);
  broken.log.data.resize(100);
  append(broken);
  append(vector_event("zero_usdc_nonzero_equity", 2));
  append(vector_event("taker_is_owner_but_order_is_not", 3));
  append(vector_event("owner_sells_equity", 4));
  EXPECT_EQ(trades().size(), 1U);
  EXPECT_EQ(reasons().size(), 2U);
}

TEST_F(ValidationTest, AContractThatIsNoTokenIsADeadLetter) {
  node->token_answers.clear();
  start();
  append(vector_event("owner_sells_equity", 1));
  EXPECT_EQ(reasons(), std::vector<std::string>{"not_a_token"});
}

}  // namespace
}  // namespace hedgerow::validation
