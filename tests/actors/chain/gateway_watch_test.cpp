// What the gateway tells of endpoints that contradict each other, stand still or stay away.
#include "endpoints_fixture.hpp"

namespace hedgerow::chain {
namespace {

using namespace std::chrono_literals;
using ports::chain_failure;
using protocol::run_state;

class GatewayWatchTest : public EndpointsTest {
 public:
  GatewayWatchTest() { config.quorum = 2; }

  expected<bytes, ports::chain_error> symbol() {
    return said<bytes>([&](auto done) { client->call(a_book, bytes(1, 0x95), done); });
  }
  void answers_for_token(std::size_t at) { nodes[at]->token_answers[a_book] = {bytes(1, 7), bytes(1, 18)}; }
  void only(std::size_t endpoints) { config.endpoints.resize(endpoints); }
};

TEST_F(GatewayWatchTest, TheRefusalOfOneContractIsNotTheWordOfAQuorum) {
  start();
  mine();
  answers_for_token(1);
  nodes[2]->disconnect();
  run();
  const auto contradicted = symbol();
  ASSERT_FALSE(contradicted);
  EXPECT_EQ(contradicted.error().kind, chain_failure::rpc_error) << contradicted.error().detail;
  nodes[1]->failing_calls = 1;
  nodes[1]->call_failure = chain_failure::timed_out;
  const auto alone = symbol();
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().kind, chain_failure::timed_out);
  nodes[1]->disconnect();
  run();
  EXPECT_EQ(symbol().error().kind, chain_failure::disconnected);
  EXPECT_EQ(notices.count("endpoints_disagree"), 0U) << "the first may be late";
}

TEST_F(GatewayWatchTest, WhatAQuorumSaysOfAContractCounts) {
  start();
  mine();
  answers_for_token(2);
  const auto refused = symbol();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, chain_failure::reverted);
  answers_for_token(1);
  EXPECT_EQ(symbol(), bytes(1, 7)) << "the first alone refuses";
  EXPECT_EQ(member(0).state, run_state::running);
}

TEST_F(GatewayWatchTest, AContractThatOneDoesNotHaveYetIsNoContradiction) {
  only(2);
  start();
  mine();
  nodes[0]->token_answers[a_book] = {bytes(), bytes()};
  answers_for_token(1);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(symbol().error().kind, chain_failure::rpc_error);
    pass(5s);
  }
  EXPECT_EQ(notices.all(), "");
}

TEST_F(GatewayWatchTest, WhereOneIsEnoughTheHeadIsTheNewest) {
  config.quorum = 1;
  start();
  mine();
  for (const std::size_t i : {1U, 2U}) nodes[i]->mine();
  run();
  const auto head = said<ports::chain_block>([&](auto done) { client->head(std::move(done)); });
  ASSERT_TRUE(head);
  EXPECT_EQ(head->number, 2U) << "the first is a block late";
}

TEST_F(GatewayWatchTest, TheWishOfOneEndpointDoesNotBindOneThatFailedOnce) {
  config.quorum = 1;
  only(2);
  start();
  mine();
  nodes[0]->refuse_logs = [](const auto&) { return ports::chain_error{chain_failure::throttled, "429", 300s}; };
  nodes[1]->refuse_logs = [](const auto&) { return ports::chain_error{chain_failure::timed_out, "no answer"}; };
  const auto why = logs(1, 1).error();
  EXPECT_LE(why.wait.value_or(1h), 5s);
  nodes[1]->refuse_logs = nullptr;
  EXPECT_TRUE(logs(1, 1));
}

TEST_F(GatewayWatchTest, TheHeadsOfAnEndpointThatIsSetAsideDoNotCount) {
  std::vector<std::uint64_t> heads;
  ports::chain_listener listener;
  listener.up = [] {};
  listener.down = [](const std::string&) {};
  listener.log = [](const auto&) {};
  listener.malformed = [](const auto&) {};
  listener.head = [&](const ports::chain_block& head) { heads.push_back(head.number); };
  const auto listens = client->subscribe({}, listener);
  start();
  mine({a_log(1)});
  nodes[0]->hidden = {{1, 0}};
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(logs(1, 1));
    pass(2s);
  }
  ASSERT_EQ(notices.count("WARNING endpoint_set_aside a"), 1U) << notices.all();
  for (const std::size_t at : {0U, 1U}) nodes[at]->mine();
  run();
  EXPECT_EQ(heads, std::vector<std::uint64_t>{1}) << "only one of those that can be asked has it";
  nodes[2]->mine();
  run();
  EXPECT_EQ(heads, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(GatewayWatchTest, ALogThatCannotBeReadIsComparedByItsTransaction) {
  only(2);
  start();
  mine({a_log(1)});
  for (const std::size_t at : {0U, 1U})
    nodes[at]->garble_logs = [at](ports::evm_logs& a) {
      a.malformed.push_back({"odd", at == 0 ? "{\"a\":1}" : "{\"b\":2}", a_book, std::nullopt, hash32{}});
    };
  EXPECT_TRUE(logs(1, 1)) << "each writes it in its own way";
  nodes[0]->garble_logs = [](ports::evm_logs& a) {
    hash32 other;
    other.value.fill(9);
    a.malformed.push_back({"odd", "{}", a_book, std::nullopt, other});
  };
  EXPECT_FALSE(logs(1, 1));
}

TEST_F(GatewayWatchTest, ADisputeThatIsSettledInAMomentIsToldToNobodyAndHidesNoOther) {
  only(2);
  start();
  mine({a_log(1)});
  mine({a_log(2)});
  nodes[0]->hidden = {{1, 0}};
  EXPECT_FALSE(logs(1, 1));
  pass(1s);
  nodes[0]->hidden.clear();
  EXPECT_TRUE(logs(1, 1));
  EXPECT_EQ(notices.all(), "");
  nodes[0]->hidden = {{2, 0}};
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(logs(2, 2));
    EXPECT_EQ(notices.count("ALARM endpoints_disagree the logs of block 2"), i < 4 ? 0U : 1U) << i;
    pass(3s);
  }
  nodes[0]->hidden.clear();
  EXPECT_TRUE(logs(2, 2));
  nodes[0]->hidden = {{1, 0}};
  EXPECT_FALSE(logs(1, 1));
  pass(10s);
  EXPECT_FALSE(logs(1, 1));
  EXPECT_EQ(notices.count("ALARM endpoints_disagree the logs of block 1"), 1U) << notices.all();
}

TEST_F(GatewayWatchTest, AQuorumThatStandsWhileOneGoesOnIsAnAlarm) {
  only(2);
  start();
  mine();
  const auto go_on = [&](int times) {
    for (int i = 0; i < times; ++i) {
      nodes[1]->mine();
      run();
      pass(2s);
    }
  };
  go_on(30);
  EXPECT_EQ(notices.all(), "");
  go_on(10);
  EXPECT_EQ(notices.count("ALARM quorum_stands"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("Newest blocks: a 1, b ")) << notices.all();
  ASSERT_EQ(status().problems.size(), 1U);
  // It is late for ever, but it goes on.
  nodes[0]->mine();
  run();
  EXPECT_EQ(status().problems.size(), 0U);
  for (int i = 0; i < 40; ++i) {
    nodes[0]->mine();
    go_on(1);
  }
  EXPECT_EQ(notices.count("quorum_stands"), 1U) << notices.all();
}

TEST_F(GatewayWatchTest, HeadsOfAnEndpointThatIsFarBehindCount) {
  only(2);
  std::vector<std::uint64_t> heads;
  ports::chain_listener listener;
  listener.up = [] {};
  listener.down = [](const std::string&) {};
  listener.log = [](const auto&) {};
  listener.malformed = [](const auto&) {};
  listener.head = [&](const ports::chain_block& head) { heads.push_back(head.number); };
  const auto listens = client->subscribe({}, listener);
  start();
  for (int i = 0; i < 200; ++i) nodes[1]->mine();
  run();
  EXPECT_EQ(heads.size(), 0U);
  nodes[0]->mine();
  nodes[0]->mine();
  run();
  EXPECT_EQ(heads, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(GatewayWatchTest, AnEndpointThatStaysAwayIsTold) {
  start();
  mine();
  EXPECT_EQ(member(0).state, run_state::running);
  nodes[0]->disconnect("the cable was pulled");
  run();
  EXPECT_EQ(member(0).state, run_state::waiting);
  EXPECT_EQ(member(0).activity, "connecting");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(notices.all(), "");
    ASSERT_TRUE(logs(1, 1));
    pass(30s);
  }
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(logs(1, 1));
  EXPECT_EQ(notices.count("WARNING endpoint_away a"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("the cable was pulled")) << notices.all();
  nodes[0]->connect();
  run();
  EXPECT_EQ(member(0).state, run_state::running);
}

TEST_F(GatewayWatchTest, AnEndpointOfAnotherChainDoesNotRun) {
  nodes[0]->id = 1;
  start();
  EXPECT_EQ(member(0).state, run_state::waiting);
  EXPECT_EQ(member(0).activity, "on another chain");
}

TEST_F(GatewayWatchTest, AListenerIsNotDownBecauseTheFirstOfSeveralDoesNotConnect) {
  int downs = 0;
  int ups = 0;
  ports::chain_listener listener;
  listener.up = [&] { ++ups; };
  listener.down = [&](const std::string&) { ++downs; };
  listener.log = [](const auto&) {};
  listener.head = [](const auto&) {};
  listener.malformed = [](const auto&) {};
  nodes[0]->disconnect("refused");
  const auto listens = client->subscribe({}, listener);
  start();
  EXPECT_EQ(ups, 1);
  EXPECT_EQ(downs, 0);
  nodes[1]->disconnect("refused");
  run();
  EXPECT_EQ(downs, 1);
}

TEST_F(GatewayWatchTest, ALogThatAQuorumGetsInTheNextMomentIsNoAlarm) {
  start();
  for (const auto& node : nodes) node->silent_heads = true;
  std::vector<ports::evm_log> told;
  ports::chain_listener listener;
  listener.up = [] {};
  listener.down = [](const std::string&) {};
  listener.head = [](const auto&) {};
  listener.malformed = [](const auto&) {};
  listener.log = [&](const ports::evm_log& log) { told.push_back(log); };
  const auto listens = client->subscribe({{a_book}, {}}, listener);
  run();
  for (const std::size_t at : {1U, 2U}) {
    nodes[at]->silent_logs = true;
    nodes[at]->hidden = {{1, 0}, {1, 1}, {1, 2}};
  }
  mine({a_log(1), a_log(2), a_log(3)});
  EXPECT_EQ(told.size(), 3U);
  ASSERT_TRUE(logs(1, 1));
  for (const std::size_t at : {1U, 2U}) nodes[at]->hidden = {{1, 1}};
  const auto before = nodes[1]->asked.size();
  pass(10s);
  EXPECT_EQ(nodes[1]->asked.size(), before + 1) << "one question for all logs of a block";
  EXPECT_EQ(notices.count("live_log_unconfirmed"), 1U) << notices.all();
  EXPECT_EQ(notices.count("ALARM live_log_unconfirmed a log 1 of block 1"), 1U) << "the one that is still hidden";
}

}  // namespace
}  // namespace hedgerow::chain
