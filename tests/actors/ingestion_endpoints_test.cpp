// Ingestion with several endpoints: one that dies, lags, hides logs or follows a branch of its own costs nothing.
#include "actors/chain/chain_gateway.hpp"
#include "actors/chain/gateway_client.hpp"
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;

class IngestionEndpointsTest : public IngestionTest {
 public:
  IngestionEndpointsTest() {
    for (std::size_t i = 0; i < 3; ++i) nodes.push_back(std::make_shared<test::fake_node>());
    endpoints.quorum = 2;
    endpoints.chain_id = nodes[0]->id;
    config.backfill.rescan_interval = 5s;
    config.retry = 100ms;
  }

  void start_gateway() {
    endpoints.endpoints.clear();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      chain::endpoint_config one;
      one.name = std::string(1, static_cast<char>('a' + i));
      one.connect = [node = nodes[i]] { return std::make_shared<test::fake_chain>(node); };
      endpoints.endpoints.push_back(one);
    }
    gateway = own(protocol::spawn_class<chain::chain_gateway>(
        system, endpoints, chain::chain_gateway_ports{users, &clock, &jitter, &notices}));
    run();
  }

  void start_all() {
    start_gateway();
    start_on([this] { return chain::make_gateway_client(users); });
  }

  /// The same block on the chains of all, or of these.
  void mine(const std::vector<raw_evm_log>& logs = {}, const std::set<std::size_t>& of = {0, 1, 2}) {
    for (const auto i : of) nodes[i]->mine(logs);
    run();
  }

  void pass(std::chrono::milliseconds time) {
    for (std::chrono::milliseconds gone{0}; gone < time; gone += 100ms) {
      clock.advance(100ms);
      advance(100ms);
    }
  }

  std::vector<std::shared_ptr<test::fake_node>> nodes;
  chain::chain_gateway_config endpoints;
  std::shared_ptr<chain::chain_users> users = std::make_shared<chain::chain_users>();
  chain::chain_gateway_actor gateway;
};

TEST_F(IngestionEndpointsTest, ReadingKeepsUpWhenThePreferredEndpointIsAlwaysABlockLate) {
  for (const auto& node : nodes) node->silent_logs = true;
  start_all();
  mine({}, {1, 2});
  for (unsigned char i = 1; i <= 4; ++i) {
    const auto next = take(i);
    if (i == 1)
      mine({}, {0});
    else
      mine({take(static_cast<unsigned char>(i - 1))}, {0});
    mine({next}, {1, 2});
    pass(3s);
    EXPECT_EQ(canonical().size(), i) << "the fill of the newest block that two of three have";
  }
}

TEST_F(IngestionEndpointsTest, EachFillIsBookedOnceHoweverManyTellIt) {
  mine({take(1)});
  start_all();
  mine({take(2), take(3)});
  pass(6s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {2, 3}}));
  EXPECT_EQ(events().size(), 3U);
  EXPECT_EQ(notices.count("WARNING") + notices.count("ALARM"), 0U) << notices.all();
}

TEST_F(IngestionEndpointsTest, AnEndpointThatDiesInterruptsNothing) {
  start_all();
  mine({take(1)});
  nodes[0]->disconnect();
  run();
  mine({take(2)}, {1, 2});
  pass(6s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
  EXPECT_EQ(shown("checkpoint"), 2);
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(notices.count("chain_away"), 0U) << notices.all();
}

TEST_F(IngestionEndpointsTest, BelowAQuorumNothingIsReadUntilThereIsOneAgain) {
  start_all();
  mine({take(1)});
  nodes[0]->disconnect("refused");
  nodes[1]->disconnect("refused");
  run();
  mine({take(2)}, {2});
  pass(6s);
  EXPECT_EQ(canonical(), (fills{{1, 1}}));
  EXPECT_NE(entity().state, protocol::run_state::running);
  EXPECT_NE(entity().last_error.find("2 endpoints must agree, and 1 of 3 are connected; a: refused; b: refused"),
            std::string::npos)
      << entity().last_error;
  mine({take(2)}, {0, 1});
  nodes[1]->connect();
  run();
  pass(2s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
}

TEST_F(IngestionEndpointsTest, ALogThatOneEndpointHidesIsFoundByTheOthers) {
  start_all();
  for (const auto& node : nodes) node->silent_logs = true;
  nodes[0]->garble_logs = [](ports::evm_logs& a) { a.logs.clear(); };
  for (int i = 1; i <= 4; ++i) {
    mine({take(static_cast<unsigned char>(i))});
    pass(3s);
  }
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {3, 3}, {4, 4}}));
  EXPECT_GE(notices.count("WARNING endpoint_set_aside a"), 1U) << notices.all();
}

TEST_F(IngestionEndpointsTest, ALogInAReadRangeThatOneEndpointInventsIsNotBooked) {
  start_all();
  nodes[0]->garble_logs = [this](ports::evm_logs& a) {
    auto invented = take(9);
    invented.ref.block_number = 1;
    invented.ref.block_hash = nodes[0]->logs_of(1).empty() ? hash32{} : nodes[0]->logs_of(1)[0].ref.block_hash;
    invented.ref.log_index = 7;
    a.logs.push_back({invented, false, std::nullopt});
  };
  mine({take(1)});
  pass(12s);
  EXPECT_EQ(canonical(), (fills{{1, 1}}));
}

TEST_F(IngestionEndpointsTest, WhileTheEndpointsDisagreeTheCheckpointStands) {
  nodes.pop_back();
  start_all();
  for (const auto& node : nodes) node->silent_logs = true;
  nodes[0]->garble_logs = [](ports::evm_logs& a) { a.logs.clear(); };
  mine({}, {0, 1});
  mine({take(1)}, {0, 1});
  mine({}, {0, 1});
  pass(30s);
  EXPECT_EQ(canonical(), fills{});
  EXPECT_LT(shown("checkpoint"), 2);
  EXPECT_EQ(notices.count("ALARM endpoints_disagree"), 1U) << notices.all();
  nodes[0]->garble_logs = nullptr;
  pass(70s);
  EXPECT_EQ(canonical(), (fills{{2, 1}}));
  EXPECT_EQ(shown("checkpoint"), 3);
}

TEST_F(IngestionEndpointsTest, ABranchThatOnlyThePreferredEndpointFollowsRevertsNothing) {
  start_all();
  mine({take(1)});
  mine({take(2)});
  pass(1s);
  nodes[0]->reorg_to(1, {{}, {}});
  run();
  pass(12s);
  EXPECT_EQ(events().size(), 2U) << "nothing was reverted";
  mine({take(3)}, {1, 2});
  pass(6s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {3, 3}}));
}

TEST_F(IngestionEndpointsTest, ALogThatOnlyOneEndpointToldLiveIsAnAlarm) {
  start_all();
  mine({take(1)});
  pass(1s);
  auto invented = take(9);
  invented.ref = nodes[0]->logs_of(1)[0].ref;
  invented.ref.log_index = 7;
  invented.ref.tx_hash.value.fill(9);
  nodes[0]->tell_log(invented);
  run();
  pass(30s);
  EXPECT_EQ(notices.count("ALARM live_log_unconfirmed a log 7 of block 1"), 1U) << notices.all();
}

TEST_F(IngestionEndpointsTest, ALiveLogOfABlockThatWasReplacedIsNoAlarm) {
  start_all();
  mine({take(1)});
  mine({take(2)}, {0});
  pass(1s);
  nodes[0]->reorg_to(1, {{take(3)}, {}});
  for (const std::size_t i : {1U, 2U}) {
    nodes[i]->mine();
    nodes[i]->reorg_to(1, {{take(3)}, {}});
  }
  run();
  pass(30s);
  EXPECT_EQ(notices.count("live_log_unconfirmed"), 0U) << notices.all();
}

TEST_F(IngestionEndpointsTest, AnEndpointThatIsSetAsideTellsNothingLive) {
  start_all();
  mine({take(1)});
  nodes[0]->hidden = {{1, 0}};
  for (const auto& node : nodes) node->silent_heads = true;
  pass(30s);
  ASSERT_GE(notices.count("WARNING endpoint_set_aside a"), 1U) << notices.all();
  auto invented = take(9);
  invented.ref = nodes[0]->logs_of(1)[0].ref;
  invented.ref.log_index = 7;
  nodes[0]->tell_log(invented);
  run();
  EXPECT_EQ(canonical(), (fills{{1, 1}}));
}

TEST_F(IngestionEndpointsTest, AReorgIsFollowedWhenAQuorumHasIt) {
  start_all();
  mine({take(1)});
  mine({take(2)});
  pass(2s);
  for (const std::size_t i : {1U, 2U, 0U}) {
    nodes[i]->reorg_to(1, {{take(3)}, {}});
    run();
    pass(1s);
  }
  pass(6s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 3}}));
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionEndpointsTest, AGatewayThatIsRestartedLosesNothing) {
  start_all();
  mine({take(1)});
  caf::anon_send_exit(gateway, caf::exit_reason::kill);
  run();
  mine({take(2)});
  pass(1s);
  start_gateway();
  pass(2s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
  // Only told, and not found by asking.
  for (const auto& node : nodes) node->garble_logs = [](ports::evm_logs& a) { a.logs.clear(); };
  mine({take(3)});
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {3, 3}}));
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionEndpointsTest, IngestionThatIsRestartedListensOnce) {
  start_all();
  mine({take(1)});
  crash();
  start_on([this] { return chain::make_gateway_client(users); });
  mine({take(2)});
  pass(2s);
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
  EXPECT_EQ(users->all().size(), 1U) << "nothing is left of the former one";
}

}  // namespace
}  // namespace hedgerow::ingestion
