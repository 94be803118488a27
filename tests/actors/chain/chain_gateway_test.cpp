// Questions to several endpoints, of which some fail, lag, refuse, lie or die.
#include "endpoints_fixture.hpp"

namespace hedgerow::chain {
namespace {

using namespace std::chrono_literals;
using ports::chain_error;
using ports::chain_failure;

class ChainGatewayTest : public EndpointsTest {};

/// What an answer consists of.
std::size_t count(const expected<ports::evm_logs, chain_error>& answer) {
  EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().detail);
  return answer ? answer->logs.size() : 0;
}

TEST_F(ChainGatewayTest, OneEndpointIsAskedWhereOneIsEnough) {
  start();
  mine({a_log(1)});
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(nodes[0]->asked.size(), 1U);
  EXPECT_EQ(nodes[1]->asked.size(), 0U);
}

TEST_F(ChainGatewayTest, AnotherIsAskedInPlaceOfOneThatFails) {
  start();
  mine({a_log(1)});
  for (const auto kind : {chain_failure::rpc_error, chain_failure::timed_out, chain_failure::range_too_wide,
                          chain_failure::throttled, chain_failure::malformed}) {
    nodes[0]->refuse_logs = [&](const auto&) { return chain_error{kind, "no"}; };
    EXPECT_EQ(count(logs(1, 1)), 1U) << to_string(kind);
  }
}

TEST_F(ChainGatewayTest, WhenAllFailTheMostTellingErrorIsTheAnswer) {
  start();
  mine();
  nodes[0]->refuse_logs = [](const auto&) { return chain_error{chain_failure::timed_out, "no answer"}; };
  nodes[1]->refuse_logs = [](const auto&) { return chain_error{chain_failure::range_too_wide, "too wide"}; };
  nodes[2]->disconnect();
  run();
  EXPECT_EQ(logs(1, 1).error().kind, chain_failure::range_too_wide);
}

TEST_F(ChainGatewayTest, AThrottledEndpointIsLeftAloneForItsPause) {
  start();
  mine();
  nodes[0]->refuse_logs = [](const auto&) { return chain_error{chain_failure::throttled, "429", 20s}; };
  ASSERT_TRUE(logs(1, 1));
  nodes[0]->refuse_logs = nullptr;
  pass(19s);
  ASSERT_TRUE(logs(1, 1));
  EXPECT_EQ(nodes[0]->asked.size(), 1U);
  EXPECT_EQ(member(0).activity, "throttled for 1 s");
  pass(1s);
  ASSERT_TRUE(logs(1, 1));
  EXPECT_EQ(nodes[0]->asked.size(), 2U);
}

TEST_F(ChainGatewayTest, WhenAllAreThrottledWhoAsksIsToldHowLong) {
  start();
  mine();
  for (std::size_t i = 0; i < 3; ++i)
    nodes[i]->refuse_logs = [i](const auto&) {
      return chain_error{chain_failure::throttled, "429", std::chrono::seconds{10 + i}};
    };
  EXPECT_EQ(logs(1, 1).error().kind, chain_failure::throttled);
  pass(4s);
  const auto why = logs(1, 1).error();
  EXPECT_EQ(why.kind, chain_failure::throttled);
  EXPECT_EQ(why.wait, 6s) << "until the first may be asked";
  EXPECT_EQ(nodes[0]->asked.size(), 1U);
}

TEST_F(ChainGatewayTest, TheWishOfOneEndpointIsNotTheWaitForAll) {
  config.quorum = 2;
  start();
  mine();
  nodes[0]->refuse_logs = [](const auto&) { return chain_error{chain_failure::throttled, "429", 300s}; };
  nodes[1]->refuse_logs = [](const auto&) { return chain_error{chain_failure::throttled, "429", 5s}; };
  nodes[2]->refuse_logs = [](const auto&) { return chain_error{chain_failure::timed_out, "no answer"}; };
  const auto why = logs(1, 1).error();
  EXPECT_EQ(why.kind, chain_failure::throttled);
  EXPECT_LE(why.wait.value_or(1h), 5s) << "the second may be asked then";
}

TEST_F(ChainGatewayTest, AnEndpointThatFailsAgainAndAgainIsAskedLast) {
  start();
  mine();
  nodes[0]->refuse_logs = [](const auto&) { return chain_error{chain_failure::timed_out, "no answer"}; };
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(logs(1, 1));
  EXPECT_LT(nodes[0]->asked.size(), 5U);
  nodes[1]->disconnect();
  nodes[2]->disconnect();
  nodes[0]->refuse_logs = nullptr;
  run();
  EXPECT_TRUE(logs(1, 1)) << "there is no other";
}

TEST_F(ChainGatewayTest, AQuorumSaysTheSameInWhateverOrder) {
  config.quorum = 2;
  start();
  mine({a_log(1), a_log(2), a_log(3)});
  nodes[1]->garble_logs = [](ports::evm_logs& a) {
    std::swap(a.logs[0], a.logs[2]);
    for (auto& l : a.logs) l.block_time = timestamp{1};
  };
  EXPECT_EQ(count(logs(1, 1)), 3U);
  EXPECT_EQ(nodes[2]->asked.size(), 0U);
  EXPECT_EQ(notices.all(), "");
}

TEST_F(ChainGatewayTest, OneThatHidesALogIsOutvotedAndSetAside) {
  config.quorum = 2;
  start();
  mine({a_log(1), a_log(2)});
  nodes[0]->hidden = {{1, 0}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(count(logs(1, 1)), 2U);
  EXPECT_EQ(notices.all(), "") << "a contradiction may be of a block that was just replaced";
  for (int i = 0; i < 2; ++i) {
    pass(2s);
    EXPECT_EQ(count(logs(1, 1)), 2U);
  }
  EXPECT_EQ(count(logs(1, 1)), 2U);
  EXPECT_EQ(notices.count("WARNING endpoint_set_aside a"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("the logs of block 1: it said 1 log up to block 1 0x")) << notices.all();
  EXPECT_TRUE(notices.has("where b and others said 2 logs")) << notices.all();
  EXPECT_EQ(member(0).state, protocol::run_state::waiting);
  const auto before = nodes[0]->asked.size();
  EXPECT_EQ(count(logs(1, 1)), 2U);
  EXPECT_EQ(nodes[0]->asked.size(), before) << "it is not asked";
  nodes[0]->hidden.clear();
  pass(31s);
  EXPECT_EQ(count(logs(1, 1)), 2U);
  EXPECT_GT(nodes[0]->asked.size(), before) << "it is tried again";
  EXPECT_EQ(member(0).state, protocol::run_state::running);
}

TEST_F(ChainGatewayTest, ALogThatOnlyOneHasIsNotBelieved) {
  config.quorum = 2;
  start();
  mine();
  nodes[0]->garble_logs = [](ports::evm_logs& a) {
    auto invented = a_log(9);
    invented.ref.block_number = 1;
    a.logs.push_back({invented, false, std::nullopt});
  };
  EXPECT_EQ(count(logs(1, 1)), 0U);
}

TEST_F(ChainGatewayTest, WhenNoQuorumAgreesNothingIsBelievedAndItIsAnAlarm) {
  config.quorum = 2;
  config.endpoints.resize(2);
  start();
  mine({a_log(1)});
  nodes[0]->hidden = {{1, 0}};
  for (int i = 0; i < 3; ++i) {
    const auto answer = logs(1, 1);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, chain_failure::rpc_error);
    EXPECT_NE(answer.error().detail.find("a says 0 logs up to block 1 0x"), std::string::npos) << answer.error().detail;
  }
  EXPECT_EQ(status().problems.size(), 1U);
  pass(10s);
  EXPECT_FALSE(logs(1, 1));
  EXPECT_EQ(notices.count("ALARM endpoints_disagree"), 1U) << notices.all();
  nodes[0]->hidden.clear();
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(status().problems.size(), 0U);
}

TEST_F(ChainGatewayTest, AnEndpointThatLagsHasNoSayAboutWhatItDoesNotHave) {
  config.quorum = 2;
  start();
  mine();
  for (const std::size_t i : {1U, 2U}) nodes[i]->mine({a_log(1)});
  run();
  EXPECT_EQ(count(logs(2, 2)), 1U);
  EXPECT_EQ(nodes[0]->asked.size(), 0U) << "its head is known to be below";
  // It tells nobody of its head.
  nodes[1]->silent_heads = nodes[2]->silent_heads = true;
  for (const std::size_t i : {1U, 2U}) nodes[i]->mine({a_log(1)});
  run();
  EXPECT_EQ(count(logs(3, 3)), 1U);
  EXPECT_EQ(notices.all(), "");
  EXPECT_EQ(member(0).state, protocol::run_state::running);
}

TEST_F(ChainGatewayTest, AnEmptyAnswerBeyondTheHeadOfItsEndpointIsNone) {
  config.endpoints.resize(1);
  start();
  mine();
  const auto answer = logs(1, 2);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().detail.find("it does not have block 2"), std::string::npos) << answer.error().detail;
}

TEST_F(ChainGatewayTest, ABlockThatOneDoesNotHaveYetIsNoContradiction) {
  config.quorum = 2;
  start();
  mine();
  for (const std::size_t i : {1U, 2U}) nodes[i]->mine();
  run();
  for (int i = 0; i < 3; ++i) {
    const auto block = said<std::optional<ports::chain_block>>([&](auto done) { client->block(2, std::move(done)); });
    ASSERT_TRUE(block && *block);
    EXPECT_EQ((*block)->number, 2U);
  }
  EXPECT_EQ(notices.all(), "");
}

TEST_F(ChainGatewayTest, TheHeadIsTheOneThatAQuorumHas) {
  config.quorum = 2;
  config.endpoints.resize(2);
  start();
  mine();
  nodes[0]->mine();
  run();
  const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
  ASSERT_TRUE(head);
  EXPECT_EQ(head->number, 1U);
}

TEST_F(ChainGatewayTest, AnEndpointThatIsABlockLateDoesNotHoldTheHeadBack) {
  config.quorum = 2;
  start();
  mine();
  for (const std::size_t i : {1U, 2U}) nodes[i]->mine();
  run();
  for (int i = 0; i < 3; ++i) {
    const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
    ASSERT_TRUE(head);
    EXPECT_EQ(head->number, 2U) << "two of three have it";
  }
  EXPECT_EQ(notices.all(), "");
}

TEST_F(ChainGatewayTest, AnEndpointThatAnswersWithAnOlderHeadThanItToldIsLate) {
  config.quorum = 2;
  start();
  mine();
  mine();
  // Behind one name another node answers.
  nodes[0]->silent_heads = true;
  nodes[0]->set_back(1);
  const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
  ASSERT_TRUE(head);
  EXPECT_EQ(head->number, 2U);
}

TEST_F(ChainGatewayTest, AHeadThatWentBackIsTheHead) {
  config.quorum = 2;
  start();
  mine();
  mine();
  mine();
  // Nobody is told of it.
  for (const auto& node : nodes) node->silent_heads = true;
  for (const auto& node : nodes) node->reorg_to(2, {{}});
  run();
  const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
  ASSERT_TRUE(head);
  EXPECT_EQ(head->number, 2U);
}

TEST_F(ChainGatewayTest, AHeadThatOnlyOneHasIsNotTheHead) {
  config.quorum = 2;
  start();
  mine();
  // The same height, another block: the first to answer is on a branch of its own.
  nodes[0]->reorg_to(1, {{}});
  run();
  const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
  ASSERT_TRUE(head);
  const auto known = said<std::optional<ports::chain_block>>([&](auto done) { client->block(1, std::move(done)); });
  ASSERT_TRUE(known && *known);
  EXPECT_EQ(head->hash, (*known)->hash);
  auto of_b =
      said<std::optional<ports::chain_block>>([&](auto done) { test::fake_chain{nodes[1]}.block(1, std::move(done)); });
  EXPECT_EQ(head->hash, (*of_b)->hash);
}

TEST_F(ChainGatewayTest, AListWithARemovedLogIsAnotherList) {
  config.quorum = 2;
  start();
  mine({a_log(1)});
  nodes[0]->garble_logs = [](ports::evm_logs& a) { a.logs[0].removed = true; };
  const auto answer = logs(1, 1);
  ASSERT_EQ(count(answer), 1U);
  EXPECT_FALSE(answer->logs[0].removed);
}

TEST_F(ChainGatewayTest, ATimeThatOnlyOneEndpointTellsIsNotPassedOn) {
  config.quorum = 2;
  start();
  mine({a_log(1)});
  nodes[0]->garble_logs = [](ports::evm_logs& a) { a.logs[0].block_time = timestamp{7}; };
  const auto answer = logs(1, 1);
  ASSERT_EQ(count(answer), 1U);
  EXPECT_FALSE(answer->logs[0].block_time) << "who needs it asks for the block";
}

TEST_F(ChainGatewayTest, TwoOnDifferentBranchesDoNotAgreeOnAnEmptyRange) {
  config.quorum = 2;
  config.endpoints.resize(2);
  start();
  mine();
  nodes[0]->reorg_to(1, {{}});
  run();
  EXPECT_FALSE(logs(1, 1)) << "no logs on either, but not the same block";
}

TEST_F(ChainGatewayTest, ADisagreementIsOneAlarmWhateverElseIsDecided) {
  config.quorum = 2;
  config.endpoints.resize(2);
  start();
  mine({a_log(1)});
  mine();
  nodes[0]->hidden = {{1, 0}};
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(logs(1, 1));
    EXPECT_TRUE(logs(2, 2));
    EXPECT_EQ(status().problems.size(), 1U);
    pass(3s);
  }
  EXPECT_EQ(notices.count("ALARM endpoints_disagree the logs of block 1"), 1U) << notices.all();
}

TEST_F(ChainGatewayTest, AnEndpointIsNotAskedBeforeItsChainIsKnown) {
  nodes[0]->disconnect();
  start();
  mine({a_log(1)});
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(nodes[0]->asked.size(), 0U);
  nodes[0]->connect();
  run();
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(nodes[0]->asked.size(), 1U) << "it is preferred again";
}

TEST_F(ChainGatewayTest, AllQuestionsAreAnswered) {
  config.quorum = 2;
  for (const auto& node : nodes) node->token_answers[a_book] = {bytes(1, 7), bytes(1, 18)};
  start();
  mine({a_log(1)});
  const auto tx = nodes[0]->logs_of(1)[0].ref.tx_hash;
  EXPECT_EQ(said<std::uint64_t>([&](auto done) { client->chain_id(std::move(done)); }), 31337U);
  const auto receipt = said<std::optional<ports::evm_logs>>([&](auto done) { client->receipt_logs(tx, done); });
  ASSERT_TRUE(receipt && *receipt);
  EXPECT_EQ((*receipt)->logs.size(), 1U);
  EXPECT_EQ(said<bytes>([&](auto done) { client->call(a_book, bytes(1, 0x95), done); }), bytes(1, 7));
  EXPECT_EQ(said<bytes>([&](auto done) { client->code(a_book, done); }), bytes(1, 0x60));
}

TEST_F(ChainGatewayTest, AnEndpointOfAnotherChainIsNotUsed) {
  config.chain_id = 31337;
  nodes[0]->id = 1;
  start();
  mine({a_log(1)});
  EXPECT_EQ(notices.count("ALARM endpoint_wrong_chain a it is on chain 1, not 31337"), 1U) << notices.all();
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(nodes[0]->asked.size(), 0U);
  EXPECT_EQ(status().problems.size(), 1U);
}

TEST_F(ChainGatewayTest, QuestionsOfAnEndpointThatDiesGoToAnother) {
  start();
  mine({a_log(1)});
  nodes[0]->refuse_logs = [&](const auto&) -> std::optional<chain_error> {
    throw std::runtime_error{"a fault of the adapter"};
  };
  EXPECT_EQ(count(logs(1, 1)), 1U);
  EXPECT_EQ(notices.count("WARNING endpoint_restarted a"), 1U) << notices.all();
  nodes[0]->refuse_logs = nullptr;
  pass(2s);
  EXPECT_EQ(member(0).restarts, 1U);
  EXPECT_EQ(member(0).state, protocol::run_state::running);
}

}  // namespace
}  // namespace hedgerow::chain
