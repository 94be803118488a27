// What the Kafka log counts, on a real broker: against what was really done.
#include <random>

#include "runtime/api/lag_meter.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/kafka_subject.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::test {
namespace {

class KafkaMetricsTest : public ::testing::Test {
 protected:
  KafkaMetricsTest() {
    options_.metrics = registry_;
    options_.statistics_interval = std::chrono::milliseconds{200};
    // Not used without SASL, but the clients know it.
    options_.properties["sasl.username"] = "gardener";
    options_.properties["sasl.password"] = "hunter2";
    log_ = open_fresh_kafka_log(options_, clock_);
  }

  prometheus_page page() {
    text_ = registry_->text();
    auto read = read_prometheus(text_);
    EXPECT_TRUE(read) << read.error();
    return read ? *read : prometheus_page{};
  }
  long long of(const std::string& name, const std::string& service) {
    return page().number("hedgerow_kafka_" + name, {{"service", service}});
  }
  long long of_client(const std::string& name, const std::string& service, const std::string& client) {
    return page().number("hedgerow_kafka_client_" + name, {{"service", service}, {"client", client}});
  }

  fake_clock clock_;
  std::string text_;
  std::shared_ptr<telemetry::metric_registry> registry_ = std::make_shared<telemetry::metric_registry>();
  adapters::kafka_options options_ = fresh_kafka_options();
  std::shared_ptr<ports::event_log> log_;
};

TEST_F(KafkaMetricsTest, EveryTransactionIsInTheHistogramAndEveryByteInTheStatistics) {
  constexpr int transactions = 5;
  constexpr int records = 20;
  auto writer = must_join(*log_, "writer", "w", {});
  for (int t = 0; t < transactions; ++t) {
    log_transaction what;
    for (int i = 0; i < records; ++i) {
      // Not to be made small by compression: each byte depends on where it stands.
      std::string body;
      std::minstd_rand random{static_cast<unsigned>(1 + t * records + i)};
      for (int n = 0; n < 1000; ++n) body += static_cast<char>(random() >> 8U);
      what.records.push_back(put(trades0, "k", body));
    }
    ASSERT_FALSE(commit_now(*writer, std::move(what)));
  }
  EXPECT_EQ(of("transactions_committed_total", "writer"), transactions);
  EXPECT_EQ(of("transactions_failed_total", "writer"), 0);
  EXPECT_EQ(of("transaction_records_total", "writer"), transactions * records);
  EXPECT_EQ(of("transaction_seconds_count", "writer"), transactions);

  auto reader = must_join(*log_, "reader", "r", {topic::onchain_trades});
  EXPECT_EQ(poll_until(*reader, transactions * records).records.size(), std::size_t{transactions * records});
  constexpr long long payload = transactions * records * 1000;
  // The producer is idle now: its reports come all the same.
  EXPECT_TRUE(eventually([&] { return of_client("sent_bytes_total", "writer", "producer") >= payload; })) << text_;
  EXPECT_TRUE(eventually([&] { return of_client("received_bytes_total", "reader", "consumer") >= payload; })) << text_;
  EXPECT_LT(of_client("sent_bytes_total", "writer", "producer"), 2 * payload);
  EXPECT_EQ(of_client("sent_records_total", "writer", "producer"), transactions * records);
  EXPECT_EQ(of_client("received_records_total", "reader", "consumer"), transactions * (records + 1)) << "and the marks";
  const auto now = page();
  EXPECT_GT(now.sum("hedgerow_kafka_client_requests_total", {{"service", "writer"}}), transactions);
  EXPECT_GE(now.number("hedgerow_kafka_broker_state",
                       {{"service", "writer"}, {"client", "producer"}, {"broker", "1"}, {"state", "UP"}}),
            1)
      << text_;
  EXPECT_GT(now.sum("hedgerow_kafka_broker_round_trips_total", {{"service", "writer"}, {"client", "producer"}}), 0);
  EXPECT_GE(of("rebalances_total", "reader"), 0);
  EXPECT_EQ(of("buffered_records", "reader"), 0);
}

TEST_F(KafkaMetricsTest, WhatWaitsForTheBridgeAndWhatIsNotCommittedIsSeen) {
  auto writer = must_join(*log_, "writer", "w", {});
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "1"), put(trades0, "k", "2"), put(trades0, "k", "3")}, {}}));
  auto reader = must_join(*log_, "reader", "r", {topic::onchain_trades});
  poll_changes(*reader, 4, 0);
  EXPECT_TRUE(eventually([&] { return of("buffered_records", "reader") == 3; })) << text_;
  api::lag_meter meter{log_, {{"reader", {topic::onchain_trades}}}, &clock_, {std::chrono::milliseconds{10}}};
  const auto lag_becomes = [&](std::int64_t records) {
    return eventually([&] {
      const auto found = meter.latest().lag;
      return found && found->front().records == records;
    });
  };
  EXPECT_TRUE(lag_becomes(3)) << "and not the mark of their transaction";
  EXPECT_EQ(poll_until(*reader, 3).records.size(), 3U);
  ASSERT_FALSE(commit_now(*reader, {{}, {{trades0, 2}}}));
  EXPECT_TRUE(lag_becomes(1));
  ASSERT_FALSE(commit_now(*reader, {{}, {{trades0, 3}}}));
  EXPECT_TRUE(lag_becomes(0)) << "the mark stays, and is nothing to do";
  EXPECT_EQ(of("buffered_records", "reader"), 0);
}

TEST_F(KafkaMetricsTest, AMemberThatIsFencedCountsAFailureAndItsSuccessorGoesOn) {
  auto first = must_join(*log_, "writer", "w", {});
  ASSERT_FALSE(commit_now(*first, {{put(trades0, "k", "1")}, {}}));
  auto second = must_join(*log_, "writer", "w", {});
  ASSERT_FALSE(commit_now(*second, {{put(trades0, "k", "2")}, {}}));
  const auto failure = commit_now(*first, {{put(trades0, "k", "never")}, {}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, ports::log_errc::fenced);
  EXPECT_EQ(of("transactions_committed_total", "writer"), 2);
  EXPECT_EQ(of("transactions_failed_total", "writer"), 1);
  EXPECT_EQ(of("transaction_seconds_count", "writer"), 3) << "it was begun";
  first.reset();
  ASSERT_FALSE(commit_now(*second, {{put(trades0, "k", "3")}, {}}));
  EXPECT_EQ(of("transactions_committed_total", "writer"), 3);
}

TEST_F(KafkaMetricsTest, ARebalanceIsCountedAndNoAddressUserOrPasswordIsShown) {
  auto first = must_join(*log_, "reader", "a", {topic::onchain_trades});
  poll_changes(*first, 4, 0);
  const auto before = of("rebalances_total", "reader");
  auto second = must_join(*log_, "reader", "b", {topic::onchain_trades});
  EXPECT_TRUE(settle({{first.get(), topic::onchain_trades, {0, 1}}, {second.get(), topic::onchain_trades, {2, 3}}}));
  EXPECT_GT(of("rebalances_total", "reader"), before);
  EXPECT_TRUE(eventually([&] { return of_client("sent_bytes_total", "reader", "consumer") > 0; }));
  EXPECT_TRUE(eventually([&] { return of_client("sent_bytes_total", "reader", "producer") > 0; }));
  for (const auto& hidden : {std::string{"hunter2"}, std::string{"gardener"}, options_.bootstrap})
    EXPECT_EQ(text_.find(hidden), std::string::npos) << hidden;
}

TEST_F(KafkaMetricsTest, WithTheIntervalZeroTheClientsReportNothingAndTheRestIsCounted) {
  options_.statistics_interval = std::chrono::milliseconds{0};
  log_ = open_fresh_kafka_log(options_, clock_);
  auto writer = must_join(*log_, "writer", "w", {});
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "1")}, {}}));
  EXPECT_EQ(of("transactions_committed_total", "writer"), 1);
  EXPECT_FALSE(page().families.contains("hedgerow_kafka_client_sent_bytes_total"));
}

}  // namespace
}  // namespace hedgerow::test
