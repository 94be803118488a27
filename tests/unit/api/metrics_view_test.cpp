#include "runtime/api/metrics_view.hpp"

#include <gtest/gtest.h>

#include "tests/support/kept_rows.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::api {
namespace {

const symbol aapl = *symbol::parse("AAPL");

test::prometheus_page read(const std::string& text) {
  auto page = test::read_prometheus(text);
  EXPECT_TRUE(page) << page.error();
  return page ? *page : test::prometheus_page{};
}

enveloped<schwab_execution> step(std::uint64_t sequence, execution_state state) {
  enveloped<schwab_execution> e;
  e.meta.event_id = std::to_string(sequence) + std::string{"/"} + std::to_string(static_cast<int>(state));
  e.data.execution = {aapl, sequence};
  e.data.state = state;
  e.data.quantity = 1;
  return e;
}

TEST(MetricsView, AmountsAreExactAndWhatIsOpenIsTold) {
  test::kept_rows model;
  enveloped<position_update> p;
  p.meta.recorded_at = {10'000'000};
  p.data.symbol = aapl;
  p.data.onchain = *shares::parse("-123456789012345678.000000000000000001");
  p.data.hedged = *shares::parse("123456789012345676");
  p.data.reserved = *shares::parse("2");
  p.data.frozen = true;
  model.apply(p);
  p.data = {};
  p.data.symbol = *symbol::parse("BRK.B");
  model.apply(p);
  const auto page = read(business_metrics(model.overview(), {12'500'000}));
  const auto value = [&](const char* name, const char* of) {
    return page.find(name, {{"symbol", of}}).value_or("none");
  };
  EXPECT_EQ(value("hedgerow_position_onchain_shares", "AAPL"), "-123456789012345678.000000000000000001");
  EXPECT_EQ(value("hedgerow_position_hedged_shares", "AAPL"), "123456789012345676");
  EXPECT_EQ(value("hedgerow_position_reserved_shares", "AAPL"), "2");
  EXPECT_EQ(value("hedgerow_position_exposure_shares", "AAPL"), "-2.000000000000000001");
  EXPECT_EQ(value("hedgerow_position_unhedged_seconds", "AAPL"), "2.5");
  EXPECT_EQ(value("hedgerow_symbol_frozen", "AAPL"), "1");
  EXPECT_EQ(value("hedgerow_position_unhedged_seconds", "BRK.B"), "0");
  EXPECT_EQ(value("hedgerow_symbol_frozen", "BRK.B"), "0");
}

TEST(MetricsView, ExecutionsAreCountedByState) {
  test::kept_rows model;
  model.apply(step(1, execution_state::submitted));
  model.apply(step(2, execution_state::held));
  model.apply(step(3, execution_state::submitted));
  model.apply(step(3, execution_state::filled));
  const auto page = read(business_metrics(model.overview(), {}));
  const auto in = [&](const char* state) { return page.number("hedgerow_executions_in_state", {{"state", state}}); };
  EXPECT_EQ(in("SUBMITTED"), 1);
  EXPECT_EQ(in("HELD"), 1);
  EXPECT_EQ(in("FILLED"), 1);
  EXPECT_EQ(in("PENDING"), 0);
  EXPECT_EQ(page.number("hedgerow_executions_total"), 3);
  EXPECT_EQ(page.number("hedgerow_trades_total"), 0);
}

TEST(MetricsView, ALoginIsToldByItsEndsAndNeverByItsTokens) {
  test::kept_rows model;
  const auto without = read(business_metrics(model.overview(), {}));
  EXPECT_EQ(without.number("hedgerow_broker_token_valid"), 0);
  EXPECT_FALSE(without.find("hedgerow_broker_login_expiry_timestamp_seconds"));
  enveloped<token_update> e;
  e.data.access_token = "sealed-access";
  e.data.refresh_token = "sealed-refresh";
  e.data.detail = "detail-text";
  e.data.access_expires_at = {1'800'000'000};
  e.data.refresh_expires_at = {604'800'000'000};
  model.apply(e);
  const auto text = business_metrics(model.overview(), {1'799'999'999});
  const auto page = read(text);
  EXPECT_EQ(page.number("hedgerow_broker_token_valid"), 1);
  EXPECT_EQ(page.find("hedgerow_broker_token_expiry_timestamp_seconds"), "1800");
  EXPECT_EQ(page.find("hedgerow_broker_login_expiry_timestamp_seconds"), "604800");
  EXPECT_EQ(read(business_metrics(model.overview(), {1'800'000'000})).number("hedgerow_broker_token_valid"), 0);
  for (const char* hidden : {"sealed", "detail-text"}) EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

TEST(MetricsView, ServicesThatAreDownShowAndErrorsDoNot) {
  using protocol::actor_status;
  actor_status tree{"node", "supervisor", "running", 0, 0, "", {}, {}};
  const actor_status entity{"AAPL", "entity", "running", 5, 0, "", {}, {}};
  tree.children.push_back({"accumulator", "bridge", "running", 2, 0, "", {}, {entity}});
  tree.children.push_back({"poller", "actor", "restarting", 0, 3, "https://user:password@broker", {}, {}});
  tree.children.push_back({"tokens", "actor", "not answering", 0, 0, "", {}, {}});
  tree.children.push_back({"broker-gateway", "gateway", "running", 0, 0, "unauthorized: bearer abc",
                           {{"calls_in_window", "12"}, {"waiting.status", "7"}, {"calls_allowed", "soon"}}, {}});
  const auto text = tree_metrics(tree);
  const auto page = read(text);
  const auto of = [&](const char* name, const char* service) { return page.number(name, {{"service", service}}); };
  EXPECT_EQ(of("hedgerow_service_up", "accumulator"), 1);
  EXPECT_EQ(of("hedgerow_service_up", "poller"), 0);
  EXPECT_EQ(of("hedgerow_service_up", "tokens"), 0);
  EXPECT_EQ(of("hedgerow_service_mailbox_messages", "accumulator"), 7);
  EXPECT_EQ(page.number("hedgerow_broker_calls_in_window"), 12);
  EXPECT_EQ(page.number("hedgerow_broker_calls_waiting", {{"class", "status"}}), 7);
  EXPECT_FALSE(page.find("hedgerow_broker_calls_allowed")) << "not a number";
  for (const char* hidden : {"password", "bearer"}) EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

TEST(MetricsView, TheChainIsToldWhereItIsRead) {
  using protocol::actor_status;
  actor_status tree{"node", "supervisor", "running", 0, 0, "", {}, {}};
  tree.children.push_back({"ingestion", "bridge", "running", 0, 0, "", {}, {}});
  const auto standing_by = read(tree_metrics(tree));
  EXPECT_FALSE(standing_by.find("hedgerow_chain_connected"));
  EXPECT_FALSE(standing_by.find("hedgerow_chain_head_block"));
  tree.children[0].children.push_back({"ingestion", "ingestion", "not connected", 0, 0, "wss://node/key",
                                       {{"connected", "0"}, {"head", "123"}, {"checkpoint", "120"},
                                        {"checkpoint_distance", "3"}, {"checkpoint_age_ms", "61999"},
                                        {"problem", "key"}}, {}});
  const auto text = tree_metrics(tree);
  EXPECT_EQ(read(text).number("hedgerow_chain_connected"), 0);
  EXPECT_EQ(read(text).number("hedgerow_chain_head_block"), 123);
  EXPECT_EQ(read(text).number("hedgerow_chain_checkpoint_block"), 120);
  EXPECT_EQ(read(text).number("hedgerow_chain_checkpoint_distance_blocks"), 3);
  EXPECT_EQ(read(text).number("hedgerow_chain_checkpoint_age_seconds"), 61);
  EXPECT_EQ(text.find("key"), std::string::npos);
}

TEST(MetricsView, LagIsToldPerServiceTopicAndPartition) {
  const auto page = read(lag_metrics({{"accumulator", {topic::onchain_trades, 3}, 17},
                                      {"poller", {topic::schwab_executions, 0}, 0}}));
  EXPECT_EQ(page.number("hedgerow_consumer_lag_records",
                        {{"service", "accumulator"}, {"topic", "onchain-trades"}, {"partition", "3"}}),
            17);
  EXPECT_EQ(page.sum("hedgerow_consumer_lag_records"), 17);
}

}  // namespace
}  // namespace hedgerow::api
