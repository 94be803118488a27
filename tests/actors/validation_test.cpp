#include "actors/validation/validation_actor.hpp"

#include <gtest/gtest.h>

#include <random>

#include "actors/bridges/bridge.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
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
    e.log.ref.block_number = 1000 + sequence;
    e.block_time = {1'700'000'000'000'000};
    return e;
  }
  ADD_FAILURE() << name;
  return {};
}

blockchain_event reversal(blockchain_event event, std::uint64_t sequence) {
  event.sequence = sequence;
  event.change = evm_log_change::reverted;
  return event;
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
    node->token_answers[*address::parse("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913")] = {symbol_answer("USDC"),
                                                                                          word(6)};
    node->token_answers[*address::parse("0xbbbb000000000000000000000000000000000002")] = {symbol_answer("NVDAs1"),
                                                                                          word(18)};
  }

  void start() {
    auto chain = std::make_shared<test::fake_chain>(node);
    running = own(protocol::spawn_class<bridges::bridge>(
        system, log, validation_service(config, chain, &clock, &notices), bridges::bridge_config{}, &clock));
    run();
  }

  void crash() {
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
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
  for (int i = 0; i < 20; ++i) advance(config.rules.retry);
  EXPECT_TRUE(trades().empty());
  EXPECT_TRUE(reasons().empty());
  node->connect();
  // The pause between two tries has grown.
  pass(config.token_retry_max);
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ValidationTest, APassingErrorOfTheNodeDelaysAFillAndBuriesNone) {
  for (const auto failure : {ports::chain_failure::rpc_error, ports::chain_failure::throttled,
                             ports::chain_failure::malformed, ports::chain_failure::timed_out}) {
    node->failing_calls = 2;
    node->call_failure = failure;
    if (!running) start();
    const auto sequence = trades().size() + 1;
    append(vector_event("owner_sells_equity", sequence));
    pass(config.rules.retry);
    pass(2 * config.rules.retry);
    EXPECT_EQ(trades().size(), sequence) << to_string(failure);
  }
  EXPECT_TRUE(reasons().empty());
}

TEST_F(ValidationTest, AnEmptyAnswerIsThatOfANodeThatLagsBehind) {
  const auto known = node->token_answers;
  for (auto& [token, answers] : node->token_answers) answers = {};
  start();
  append(vector_event("owner_sells_equity", 1));
  pass(config.rules.retry);
  EXPECT_TRUE(reasons().empty());
  node->token_answers = known;
  pass(config.token_retry_max);
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ValidationTest, FillsThatWaitForATokenAreAnAlarm) {
  node->failing_calls = 1'000'000;
  start();
  append(vector_event("owner_sells_equity", 1));
  pass(config.rules.retry);
  EXPECT_EQ(notices.all(), "");
  for (int i = 0; i < 8; ++i) pass(config.token_retry_max);
  EXPECT_EQ(notices.count("ALARM token_unknown"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("rpc_error"));
}

TEST_F(ValidationTest, AContractThatWasNoTokenIsAskedAgain) {
  const auto known = node->token_answers;
  node->token_answers.clear();
  start();
  append(vector_event("owner_sells_equity", 1));
  EXPECT_TRUE(notices.has("ALARM not_booked")) << notices.all();
  node->token_answers = known;
  append(vector_event("owner_sells_equity", 2));
  EXPECT_EQ(trades().size(), 0U) << "not at once";
  pass(config.token_ask_again);
  append(vector_event("owner_sells_equity", 3));
  EXPECT_EQ(trades().size(), 1U);
  EXPECT_EQ(notices.count("ALARM not_booked"), 1U) << "one alarm of a kind within minutes";
}

TEST_F(ValidationTest, TheReversalOfABuriedFillTakesNothingBack) {
  const auto known = node->token_answers;
  node->token_answers.clear();
  start();
  const auto event = vector_event("owner_sells_equity", 1);
  append(event);
  ASSERT_EQ(reasons().size(), 1U);
  crash();
  node->token_answers = known;
  start();
  append(reversal(event, 2));
  EXPECT_TRUE(trades().empty());
}

TEST_F(ValidationTest, AReversalTakesBackWhatWasWrittenWhateverTheRulesSayNow) {
  start();
  const auto event = vector_event("owner_sells_equity", 1);
  append(event);
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(remembered(), 1U);
  crash();
  config.rules.owner = address{};
  config.rules.allow_unlisted = false;
  node->disconnect();
  start();
  append(reversal(event, 2));
  ASSERT_EQ(trades().size(), 2U);
  auto expected = trades()[0];
  expected.change = evm_log_change::reverted;
  expected.sequence = 2;
  EXPECT_EQ(trades()[1], expected);
  EXPECT_EQ(remembered(), 0U);
  append(reversal(event, 3));
  EXPECT_EQ(trades().size(), 2U) << "once";
}

TEST_F(ValidationTest, TradesThatNoReorgReachesAreForgotten) {
  config.remembered_blocks = 10;
  start();
  for (std::uint64_t i = 1; i <= 100; ++i) append(vector_event("owner_sells_equity", i));
  EXPECT_EQ(trades().size(), 100U);
  EXPECT_EQ(remembered(), 11U);
}

TEST_F(ValidationTest, AnEventThatIsReadAgainIsHandledOnce) {
  start();
  const auto first = vector_event("owner_sells_equity", 1);
  append(first);
  append(vector_event("owner_sells_equity", 2));
  append(reversal(first, 3));
  forget_offsets();
  crash();
  start();
  forget_offsets();
  EXPECT_EQ(trades().size(), 3U);
}

TEST_F(ValidationTest, AReversalOfWhatAVersionWithoutMemoryWroteIsJudged) {
  start();
  append(reversal(vector_event("owner_sells_equity", 5), 8));
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(trades()[0].change, evm_log_change::reverted);
  crash();
  start();
  append(reversal(vector_event("owner_sells_equity", 4), 9));
  EXPECT_EQ(trades().size(), 2U);
  append(reversal(vector_event("owner_sells_equity", 6), 10));
  EXPECT_EQ(trades().size(), 2U) << "of a block that came after the upgrade";
}

/// After any failures in between, each event that is not reverted counts as it was written, and a reverted one counts
/// nothing.
TEST_F(ValidationTest, ReversalsAfterAnyHistoryOfFailuresLeaveTheSumOfWhatStands) {
  const auto known = node->token_answers;
  const auto owner = config.rules.owner;
  std::mt19937_64 random{20260107};
  start();
  std::vector<blockchain_event> standing;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 600; ++i) {
    switch (random() % 8) {
      case 0: node->failing_calls = static_cast<int>(random() % 4); break;
      case 1: node->token_answers = random() % 2 == 0 ? known : std::map<address, std::pair<bytes, bytes>>{}; break;
      case 2:
        crash();
        config.rules.owner = random() % 3 == 0 ? address{} : owner;
        config.rules.usdc = random() % 3 == 0 ? std::optional{address{}} : std::nullopt;
        start();
        break;
      case 3: forget_offsets(); break;
      case 4:
        if (standing.empty()) break;
        append(reversal(standing.back(), ++sequence));
        standing.pop_back();
        break;
      default: standing.push_back(vector_event("owner_sells_equity", ++sequence)); append(standing.back());
    }
    pass(config.token_retry_max);
    pass(config.token_retry_max);
  }
  std::map<evm_log_ref, int> booked;
  std::map<evm_log_ref, onchain_trade> written;
  for (const auto& t : trades()) {
    booked[t.ref] += t.change == evm_log_change::applied ? 1 : -1;
    if (t.change == evm_log_change::applied) {
      written[t.ref] = t;
      continue;
    }
    ASSERT_TRUE(written.contains(t.ref)) << "a reversal of what was never written";
    EXPECT_EQ(t.amount, written[t.ref].amount);
    EXPECT_EQ(t.side, written[t.ref].side);
  }
  for (const auto& event : standing) {
    EXPECT_EQ(booked[event.log.ref], written.contains(event.log.ref) ? 1 : 0);
    booked.erase(event.log.ref);
  }
  for (const auto& [ref, sum] : booked) EXPECT_EQ(sum, 0) << "reverted";
  EXPECT_GT(written.size(), 20U);
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
