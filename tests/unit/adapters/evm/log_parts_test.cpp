// A block with more logs than the node puts into one answer, read contract by contract and event by event.
#include "runtime/adapters/evm/log_parts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace hedgerow::evm {
namespace {

using ports::chain_error;
using ports::chain_failure;
using ports::evm_log_query;
using ports::evm_logs;

address contract(std::uint8_t n) {
  address a;
  a.value.back() = n;
  return a;
}

hash32 hash(std::uint8_t n) {
  hash32 h;
  h.value.back() = n;
  return h;
}

/// Answers at once, never with more than `most` logs.
struct small_node {
  std::vector<ports::evm_log> all;
  std::size_t most = 3;
  /// The hash of block 7.
  hash32 block = hash(1);
  /// A refused answer ends the connection, like one larger than the largest frame.
  bool breaks = false;
  bool connected = true;
  /// Sends all logs of the contracts, whatever event was asked for.
  bool careless = false;
  /// Called before each answer.
  std::function<void()> before = [] {};
  std::size_t asked = 0;

  void put(std::uint8_t book, std::uint8_t topic) {
    ports::evm_log l;
    l.log.book = contract(book);
    l.log.topics = {hash(topic)};
    l.log.ref.block_number = 7;
    l.log.ref.log_index = all.size();
    all.push_back(l);
  }

  /// A log that cannot be read, but for its contract and perhaps its topic.
  void put_malformed(std::uint8_t book, std::optional<hash32> topic, std::string text) {
    broken.push_back({"no data", std::move(text), contract(book), topic, hash(9)});
  }
  std::vector<ports::malformed_evm_log> broken;

  expected<evm_logs, chain_error> answer(const evm_log_query& q, const hash32* of) {
    before();
    ++asked;
    if (!connected) return unexpected(chain_error{chain_failure::disconnected, "no connection"});
    if (of != nullptr && *of != block) return unexpected(chain_error{chain_failure::rpc_error, "unknown block"});
    const auto asked_for = [&](const hash32& topic) { return q.topic0.empty() || std::ranges::count(q.topic0, topic); };
    std::size_t counted = 0;
    evm_logs out;
    for (auto l : all) {
      if (std::ranges::count(q.books, l.log.book) == 0) continue;
      l.log.ref.block_hash = block;
      if (asked_for(l.log.topics[0])) ++counted;
      if (careless || asked_for(l.log.topics[0])) out.logs.push_back(l);
    }
    for (const auto& bad : broken)
      if (std::ranges::count(q.books, *bad.book) > 0) out.malformed.push_back(bad);
    if (counted <= most) return out;
    connected = !breaks;
    return unexpected(chain_error{chain_failure::range_too_wide, "too many"});
  }

  log_questions questions() {
    log_questions q;
    q.logs = [this](const evm_log_query& query, const hash32* of, auto done) { done(answer(query, of)); };
    q.header = [this](std::uint64_t number, auto done) {
      before();
      if (!connected) return done(unexpected(chain_error{chain_failure::disconnected, "no connection"}));
      if (block == hash32{}) return done(std::optional<ports::chain_block>{});
      done(std::optional{ports::chain_block{number, block, {}, {}}});
    };
    return q;
  }
};

class LogPartsTest : public ::testing::Test {
 protected:
  const evm_log_query whole{7, 7, {contract(1), contract(2)}, {hash(11), hash(12), hash(13)}};

  expected<evm_logs, chain_error> read(const evm_log_query& query) {
    std::optional<expected<evm_logs, chain_error>> said;
    ask_in_parts(node.questions(), refused, query, [&](auto answer) {
      EXPECT_FALSE(said.has_value()) << "called twice";
      said = std::move(answer);
    });
    EXPECT_TRUE(said.has_value()) << "never called";
    return said.value_or(unexpected(chain_error{}));
  }

  /// Positions of the logs, in the order of the block.
  static std::vector<std::uint64_t> indexes(const expected<evm_logs, chain_error>& answer) {
    std::vector<std::uint64_t> all;
    if (!answer) ADD_FAILURE() << answer.error().detail;
    if (answer)
      for (const auto& l : answer->logs) all.push_back(l.log.ref.log_index);
    std::ranges::sort(all);
    return all;
  }

  using positions = std::vector<std::uint64_t>;
  small_node node;
  std::shared_ptr<refused_questions> refused = std::make_shared<refused_questions>();
};

TEST_F(LogPartsTest, WhatTheNodeAnswersIsAskedForOnce) {
  node.put(1, 11);
  EXPECT_EQ(indexes(read(whole)), positions{0});
  EXPECT_EQ(node.asked, 1U);
}

TEST_F(LogPartsTest, ARefusedBlockIsReadContractByContractAndEventByEvent) {
  for (int i = 0; i < 3; ++i) node.put(1, 11), node.put(1, 12), node.put(1, 13);
  node.put(2, 12);
  EXPECT_EQ(indexes(read(whole)), (positions{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(node.asked, 6U) << "the whole, the first contract, its three events, the second contract";
}

TEST_F(LogPartsTest, ManyContractsAreHalved) {
  evm_log_query many{7, 7, {}, {hash(11)}};
  for (std::uint8_t n = 1; n <= 40; ++n) many.books.push_back(contract(n));
  for (int i = 0; i < 3; ++i) node.put(1, 11), node.put(40, 11);
  EXPECT_EQ(indexes(read(many)), (positions{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(node.asked, 3U);
}

TEST_F(LogPartsTest, EveryEventOfAContractIsRead) {
  for (int i = 0; i < 2; ++i) node.put(1, 11), node.put(2, 12);
  EXPECT_EQ(indexes(read({7, 7, {contract(1), contract(2)}, {}})), (positions{0, 1, 2, 3}));
}

TEST_F(LogPartsTest, ARangeOfBlocksIsNotReadInParts) {
  for (int i = 0; i < 4; ++i) node.put(1, 11);
  auto wide = whole;
  wide.to = 8;
  EXPECT_EQ(read(wide).error().kind, chain_failure::range_too_wide);
  EXPECT_EQ(node.asked, 1U);
}

TEST_F(LogPartsTest, AllLogsOfABlockAreNotReadInParts) {
  std::size_t asked = 0;
  auto questions = node.questions();
  questions.logs = [&](const evm_log_query&, const hash32*, auto done) {
    ++asked;
    done(unexpected(chain_error{chain_failure::range_too_wide, "too many"}));
  };
  std::optional<chain_error> said;
  ask_in_parts(questions, refused, {7, 7, {}, {}}, [&](auto answer) { said = answer.error(); });
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, chain_failure::range_too_wide);
  EXPECT_EQ(asked, 1U);
}

TEST_F(LogPartsTest, AnEventThatIsTooMuchAloneIsRefusedByName) {
  for (int i = 0; i < 4; ++i) node.put(2, 13);
  const auto got = read(whole);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, chain_failure::range_too_wide);
  EXPECT_EQ(got.error().detail, "block 7 in parts: logs of contract " + contract(2).to_string() + " with topic " +
                                    hash(13).to_string() + ": too many");
}

TEST_F(LogPartsTest, APartThatFailsFailsTheWhole) {
  for (int i = 0; i < 3; ++i) node.put(1, 11), node.put(1, 12);
  node.before = [this] { node.connected = node.asked < 3; };
  const auto got = read(whole);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, chain_failure::disconnected);
}

TEST_F(LogPartsTest, AfterAnAnswerThatBrokeTheConnectionTheNextTryBeginsWithParts) {
  for (int i = 0; i < 3; ++i) node.put(1, 11), node.put(1, 12), node.put(2, 11);
  node.breaks = true;
  EXPECT_EQ(read(whole).error().kind, chain_failure::disconnected);
  node.connected = true;
  EXPECT_EQ(read(whole).error().kind, chain_failure::disconnected) << "the first contract is too much as well";
  node.connected = true;
  node.asked = 0;
  EXPECT_EQ(indexes(read(whole)).size(), 9U);
  EXPECT_EQ(node.asked, 4U) << "three events of the first contract, and the second contract";
}

TEST_F(LogPartsTest, ManyRefusalsAreRemembered) {
  evm_log_query many{7, 7, {}, {hash(11), hash(12)}};
  for (std::uint8_t n = 1; n <= 50; ++n) {
    many.books.push_back(contract(n));
    for (int i = 0; i < 2; ++i) node.put(n, 11), node.put(n, 12);
  }
  node.breaks = true;
  int tries = 1;
  while (!read(many)) {
    ASSERT_LT(++tries, 400);
    node.connected = true;
  }
  EXPECT_EQ(indexes(read(many)).size(), 200U);
}

TEST_F(LogPartsTest, ALogThatIsSentWithoutBeingAskedForComesOnce) {
  for (int i = 0; i < 2; ++i) node.put(1, 11), node.put(1, 12);
  node.careless = true;
  EXPECT_EQ(indexes(read({7, 7, {contract(1)}, {hash(11), hash(12)}})), (positions{0, 1, 2, 3}));
}

TEST_F(LogPartsTest, ALogThatCannotBeReadComesOnce) {
  for (int i = 0; i < 2; ++i) node.put(1, 11), node.put(1, 12);
  node.put_malformed(1, std::nullopt, "{}");
  node.put_malformed(1, hash(12), "{\"data\":5}");
  const auto got = read(whole);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->malformed.size(), 2U);
}

TEST_F(LogPartsTest, ABlockThatIsReplacedBetweenTwoPartsIsNotReadFromBoth) {
  for (int i = 0; i < 4; ++i) node.put(1, 12);
  node.most = 4;
  node.put(2, 12);
  node.before = [this] {
    if (node.asked == 2) node.block = hash(2);
  };
  const auto got = read(whole);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, chain_failure::rpc_error);
  EXPECT_EQ(indexes(read(whole)).size(), 5U) << "the next try reads the new one";
}

TEST_F(LogPartsTest, ABlockWithoutAHeaderIsNotEmpty) {
  for (int i = 0; i < 4; ++i) node.put(1, 12);
  node.before = [this] { node.block = hash32{}; };
  const auto got = read(whole);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, chain_failure::rpc_error);
  EXPECT_EQ(got.error().detail, "block 7 in parts: the node does not have the block");
}

TEST_F(LogPartsTest, ALogOfAnotherBlockIsNotTaken) {
  for (int i = 0; i < 2; ++i) node.put(1, 11), node.put(1, 12);
  auto questions = node.questions();
  questions.logs = [this](const evm_log_query& query, const hash32* of, auto done) {
    auto said = node.answer(query, of);
    if (said) said->logs.front().log.ref.block_hash = hash(3);
    done(std::move(said));
  };
  std::optional<expected<evm_logs, chain_error>> said;
  ask_in_parts(questions, refused, {7, 7, {contract(1)}, {hash(11), hash(12)}}, [&](auto answer) { said = answer; });
  ASSERT_TRUE(said);
  ASSERT_FALSE(*said);
  EXPECT_EQ(said->error().kind, chain_failure::malformed);
}

}  // namespace
}  // namespace hedgerow::evm
