#include "runtime/api/metrics_view.hpp"

#include <gtest/gtest.h>

#include "tests/support/kept_rows.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::api {
namespace {

using protocol::make_status;
using protocol::run_state;

const symbol aapl = *symbol::parse("AAPL");
constexpr broker_capabilities with_login{.login = true};

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

TEST(MetricsView, ABrokerWithoutALoginHasNoMetricsOfOne) {
  const test::kept_rows model;
  EXPECT_EQ(business_metrics(model.overview(), {.login = false}, {}).find("hedgerow_broker_"), std::string::npos);
  EXPECT_NE(business_metrics(model.overview(), with_login, {}).find("hedgerow_broker_token_valid"), std::string::npos);
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
  const auto page = read(business_metrics(model.overview(), with_login, {12'500'000}));
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
  const auto page = read(business_metrics(model.overview(), with_login, {}));
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
  const auto without = read(business_metrics(model.overview(), with_login, {}));
  EXPECT_EQ(without.number("hedgerow_broker_token_valid"), 0);
  EXPECT_FALSE(without.find("hedgerow_broker_login_expiry_timestamp_seconds"));
  enveloped<token_update> e;
  e.data.access_token = "sealed-access";
  e.data.refresh_token = "sealed-refresh";
  e.data.detail = "detail-text";
  e.data.access_expires_at = {1'800'000'000};
  e.data.refresh_expires_at = {604'800'000'000};
  model.apply(e);
  const auto text = business_metrics(model.overview(), with_login, {1'799'999'999});
  const auto page = read(text);
  EXPECT_EQ(page.number("hedgerow_broker_token_valid"), 1);
  EXPECT_EQ(page.find("hedgerow_broker_token_expiry_timestamp_seconds"), "1800");
  EXPECT_EQ(page.find("hedgerow_broker_login_expiry_timestamp_seconds"), "604800");
  EXPECT_EQ(read(business_metrics(model.overview(), with_login, {1'800'000'000})).number("hedgerow_broker_token_valid"),
            0);
  for (const char* hidden : {"sealed", "detail-text"}) EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

TEST(MetricsView, ServicesThatAreDownShowAndErrorsDoNot) {
  auto tree = make_status("node", "supervisor");
  auto& hosting = tree.children.emplace_back(make_status("accumulator", "bridge"));
  hosting.mailbox = 2;
  hosting.children.push_back(make_status("AAPL", "entity"));
  hosting.children[0].mailbox = 5;
  tree.children.push_back(make_status("poller", "actor", run_state::restarting));
  tree.children.back().last_error = "https://user:password@broker";
  tree.children.push_back(make_status("tokens", "actor", run_state::not_answering));
  const auto text = tree_metrics(tree);
  const auto page = read(text);
  const auto of = [&](const char* name, const char* service) { return page.number(name, {{"service", service}}); };
  EXPECT_EQ(of("hedgerow_service_up", "accumulator"), 1);
  EXPECT_EQ(of("hedgerow_service_up", "poller"), 0);
  EXPECT_EQ(of("hedgerow_service_up", "tokens"), 0);
  EXPECT_EQ(of("hedgerow_service_mailbox_messages", "accumulator"), 7);
  EXPECT_EQ(text.find("password"), std::string::npos) << text;
}

TEST(MetricsView, AFieldWithAGaugeIsASeriesWhereverItsActorIs) {
  static constexpr protocol::status_gauge flag{"hedgerow_t_flag", "A flag."};
  static constexpr protocol::status_gauge count{"hedgerow_t_count", "A count.", "class"};
  static constexpr protocol::status_gauge age{"hedgerow_t_age_seconds", "An age."};
  auto tree = make_status("node", "supervisor");
  auto& entity = tree.children.emplace_back(make_status("one", "bridge")).children.emplace_back();
  EXPECT_FALSE(read(tree_metrics(tree)).find("hedgerow_t_flag"));
  entity.show("flag", true, &flag);
  entity.show("count.a", 7, &count, "a");
  entity.show("count.b", 9, &count, "b");
  entity.show("age_ms", std::chrono::milliseconds{61'999}, &age);
  entity.show("url", std::string{"wss://node/key"});
  entity.problems.push_back("key");
  const auto text = tree_metrics(tree);
  const auto page = read(text);
  EXPECT_EQ(page.number("hedgerow_t_flag"), 1);
  EXPECT_EQ(page.number("hedgerow_t_count", {{"class", "a"}}), 7);
  EXPECT_EQ(page.number("hedgerow_t_count", {{"class", "b"}}), 9);
  EXPECT_EQ(page.find("hedgerow_t_age_seconds"), "61.999");
  EXPECT_EQ(text.find("key"), std::string::npos) << "text is no series";
}

TEST(MetricsView, LagIsToldPerServiceTopicAndPartition) {
  const auto page = read(
      lag_metrics({{"accumulator", {topic::onchain_trades, 3}, 17}, {"poller", {topic::schwab_executions, 0}, 0}}));
  EXPECT_EQ(page.number("hedgerow_consumer_lag_records",
                        {{"service", "accumulator"}, {"topic", "onchain-trades"}, {"partition", "3"}}),
            17);
  EXPECT_EQ(page.sum("hedgerow_consumer_lag_records"), 17);
}

}  // namespace
}  // namespace hedgerow::api
