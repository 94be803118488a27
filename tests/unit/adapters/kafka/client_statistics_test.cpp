#include "runtime/adapters/kafka/client_statistics.hpp"

#include <gtest/gtest.h>

#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::adapters {
namespace {

/// A report as librdkafka 2.8.0 writes it, cut down to what is read and a little around it.
std::string report(int sent_bytes, int connects, const std::string& state, int round_trips, int round_trip_us) {
  const auto broker = [&](const std::string& name, int id, const std::string& source) {
    return "\"" + name + "\":{\"name\":\"" + name + "\",\"nodeid\":" + std::to_string(id) +
           ",\"nodename\":\"user:hunter2@kafka:9092\",\"source\":\"" + source + "\",\"state\":\"" + state +
           "\",\"connects\":" + std::to_string(connects) +
           ",\"req_timeouts\":2,\"rtt\":{\"min\":1,\"sum\":" + std::to_string(round_trip_us) +
           ",\"cnt\":" + std::to_string(round_trips) + "},\"req\":{\"Produce\":3}}";
  };
  return "{\"name\":\"hedgerow#producer-1\",\"type\":\"producer\",\"msg_cnt\":7,\"msg_size\":700,\"tx\":4,"
         "\"tx_bytes\":" +
         std::to_string(sent_bytes) + ",\"rx\":4,\"rx_bytes\":40,\"txmsgs\":9,\"rxmsgs\":0,\"brokers\":{" +
         broker("user:hunter2@kafka:9092/1", 1, "learned") + "," + broker("GroupCoordinator", -1, "logical") + "," +
         broker(":0/internal", -1, "internal") + "},\"topics\":{}}";
}

class ClientStatistics : public ::testing::Test {
 protected:
  test::prometheus_page page() {
    text = registry->text();
    auto read = test::read_prometheus(text);
    EXPECT_TRUE(read) << read.error();
    return read ? *read : test::prometheus_page{};
  }
  static test::series_labels labels(test::series_labels more = {}) {
    more.insert({{"service", "poller"}, {"client", "producer"}});
    return more;
  }

  std::string text;
  std::shared_ptr<telemetry::metric_registry> registry = std::make_shared<telemetry::metric_registry>();
  std::unique_ptr<client_statistics> statistics = std::make_unique<client_statistics>(registry, "poller", "producer");
};

TEST_F(ClientStatistics, SumsAreAddedOnceAndLevelsAreAsLastTold) {
  statistics->take(report(1000, 1, "UP", 10, 2500));
  statistics->take(report(1500, 1, "UP", 4, 1500));
  auto now = page();
  EXPECT_EQ(now.number("hedgerow_kafka_client_sent_bytes_total", labels()), 1500);
  EXPECT_EQ(now.number("hedgerow_kafka_client_requests_total", labels()), 4);
  EXPECT_EQ(now.number("hedgerow_kafka_client_queued_records", labels()), 7);
  EXPECT_EQ(now.number("hedgerow_kafka_broker_connects_total", labels({{"broker", "1"}})), 1);
  EXPECT_EQ(now.number("hedgerow_kafka_broker_timeouts_total", labels({{"broker", "1"}})), 2);
  EXPECT_EQ(now.number("hedgerow_kafka_broker_timeouts_total", labels({{"broker", "GroupCoordinator"}})), 2);
  EXPECT_EQ(now.number("hedgerow_kafka_broker_round_trips_total", labels({{"broker", "1"}})), 14);
  EXPECT_EQ(now.find("hedgerow_kafka_broker_round_trip_seconds_total", labels({{"broker", "1"}})), "0.004");
  EXPECT_EQ(text.find("internal"), std::string::npos);
}

TEST_F(ClientStatistics, AClientThatIsMadeAnewBeginsAtZeroAndTheSumsGoOn) {
  statistics->take(report(1000, 3, "UP", 1, 1));
  statistics = std::make_unique<client_statistics>(registry, "poller", "producer");
  statistics->take(report(200, 1, "UP", 1, 1));
  const auto now = page();
  EXPECT_EQ(now.number("hedgerow_kafka_client_sent_bytes_total", labels()), 1200);
  EXPECT_EQ(now.number("hedgerow_kafka_broker_connects_total", labels({{"broker", "1"}})), 4);
}

TEST_F(ClientStatistics, AConnectionIsInOneStateAndInNoneWhenItsClientIsGone) {
  const auto in = [&](const char* state) {
    return page().number("hedgerow_kafka_broker_state", labels({{"broker", "1"}, {"state", state}}));
  };
  statistics->take(report(1, 1, "CONNECT", 0, 0));
  EXPECT_EQ(in("CONNECT"), 1);
  statistics->take(report(1, 1, "UP", 0, 0));
  statistics->take(report(1, 1, "UP", 0, 0));
  EXPECT_EQ(in("CONNECT"), 0);
  EXPECT_EQ(in("UP"), 1);
  statistics->take(report(1, 1, "DOWN", 0, 0));
  EXPECT_EQ(in("UP"), 0);
  EXPECT_EQ(in("DOWN"), 1);
  statistics.reset();
  EXPECT_EQ(in("DOWN"), 0);
}

TEST_F(ClientStatistics, AddressesAndWhatIsInThemAreNotShown) {
  statistics->take(report(1000, 1, "UP", 1, 1));
  page();
  for (const char* hidden : {"hunter2", "user", "9092"}) EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

TEST_F(ClientStatistics, AReportThatCannotBeReadChangesNothingAndAnEmptyOneCountsNothing) {
  for (const char* bad : {"", "{", "[]", "null", "{\"brokers\":{\"a\":7}}", "{\"brokers\":[]}",
                          "{\"tx_bytes\":\"many\"}", "{\"tx_bytes\":1e300}", "{\"tx_bytes\":-5}"})
    statistics->take(bad);
  EXPECT_EQ(page().sum("hedgerow_kafka_client_sent_bytes_total"), 0);
  statistics->take(report(10, 0, "UP", 0, 0));
  EXPECT_EQ(page().number("hedgerow_kafka_client_sent_bytes_total", labels()), 10);
  client_statistics{nullptr, "poller", "producer"}.take(report(10, 0, "UP", 0, 0));
}

}  // namespace
}  // namespace hedgerow::adapters
