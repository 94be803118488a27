// GET /metrics of the program as its user runs it: every line, the figures against what was done, and the manual's
// table against what is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

#include "runtime/node/registry.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/prometheus_page.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

/// Every service that has a bridge.
std::vector<std::string> bridged_services() {
  std::vector<std::string> names;
  for (const auto& service : node::all_services())
    if (!service.inputs.empty()) names.emplace_back(service.name);
  return names;
}

using names = std::set<std::string>;

std::string file_text(const std::string& path) {
  std::ifstream in{test::source_folder() + "/" + path};
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A row of the manual: | `name` | type | labels | meaning |
struct documented {
  std::string type;
  names labels;
  std::string meaning;
};

std::map<std::string, documented> manual() {
  static const std::regex row{R"(\| `(hedgerow_[a-z0-9_]+)` \| ([a-z]+) \| ([a-z_, ]*) \| ([^|]+) \|)"};
  static const std::regex word{"[a-z_]+"};
  const auto text = file_text("docs/operations.md");
  std::map<std::string, documented> rows;
  for (std::sregex_iterator it{text.begin(), text.end(), row}, end; it != end; ++it) {
    const std::string labels = (*it)[3];
    documented d{(*it)[2], {}, (*it)[4]};
    for (std::sregex_iterator l{labels.begin(), labels.end(), word}; l != end; ++l) d.labels.insert(l->str());
    EXPECT_TRUE(rows.emplace((*it)[1], d).second) << (*it)[1] << " twice in the manual";
  }
  return rows;
}

prometheus_page page_of(stage& s, std::string& text, bool admin = false) {
  const auto answer = s.answer_of(0, "/metrics", admin);
  if (!answer || answer->status != 200) return {};
  EXPECT_EQ(http::find_header(answer->headers, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  text = answer->body;
  auto page = read_prometheus(text);
  EXPECT_TRUE(page) << page.error();
  return page ? *page : prometheus_page{};
}

/// What the manual and the page do not agree on.
std::string differences(const prometheus_page& page, bool kafka) {
  std::string found;
  auto rows = manual();
  for (const auto& [name, family] : page.families) {
    const auto row = rows.find(name);
    if (row == rows.end()) {
      found += name + " is not in the manual\n";
      continue;
    }
    if (row->second.type != family.type) found += name + " is a " + family.type + "\n";
    if (row->second.meaning != family.help) found += name + " means: " + family.help + "\n";
    for (const auto& [series, value] : family.samples) {
      names labels;
      for (const auto& [label, text] : series.second)
        if (label != "le") labels.insert(label);
      if (labels != row->second.labels) found += name + " has other labels\n";
    }
    rows.erase(row);
  }
  for (const auto& [name, row] : rows)
    if (kafka || !name.starts_with("hedgerow_kafka_")) found += name + " is not printed\n";
  return found;
}

/// Of several endpoints there are series of their own.
constexpr const char* one_endpoint = "chain_id = 31337\n";

/// A hedge, so that there is something to count.
void hedge_something(stage& s) {
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
}

void expect_figures(const prometheus_page& page) {
  const auto of = [&](const char* name, const std::string& service) {
    return page.number(name, {{"service", service}});
  };
  EXPECT_EQ(page.find("hedgerow_position_onchain_shares", {{"symbol", "AAPL"}}), "-1.2");
  EXPECT_EQ(page.find("hedgerow_position_hedged_shares", {{"symbol", "AAPL"}}), "1");
  EXPECT_EQ(page.find("hedgerow_position_exposure_shares", {{"symbol", "AAPL"}}), "-0.2");
  EXPECT_EQ(page.number("hedgerow_symbol_frozen", {{"symbol", "AAPL"}}), 0);
  EXPECT_EQ(page.number("hedgerow_executions_in_state", {{"state", "FILLED"}}), 1);
  EXPECT_EQ(page.number("hedgerow_trades_total"), 1);
  EXPECT_EQ(page.number("hedgerow_broker_token_valid"), 1);
  EXPECT_GE(page.number("hedgerow_broker_calls_total"), 2) << "placed, and looked after";
  for (const auto& service : bridged_services()) {
    EXPECT_EQ(of("hedgerow_service_up", service), 1) << service;
    EXPECT_EQ(of("hedgerow_service_restarts_total", service), 0) << service;
    EXPECT_GT(of("hedgerow_bridge_commits_total", service), 0) << service;
    EXPECT_GT(of("hedgerow_bridge_records_out_total", service), 0) << service;
    EXPECT_GT(of("hedgerow_bridge_partitions", service), 0) << service;
    EXPECT_EQ(page.sum("hedgerow_bridge_failures_total", {{"service", service}}), 0) << service;
  }
  EXPECT_EQ(of("hedgerow_bridge_entities", "accumulator"), 1);
  for (const char* source : {"actors", "lag", "read_model"})
    EXPECT_EQ(page.number("hedgerow_metrics_source_up", {{"source", source}}), 1) << source;
  const auto start = page.find("hedgerow_start_time_seconds");
  EXPECT_TRUE(start && std::stoll(*start) > 1'600'000'000);
}

void expect_no_secrets(stage& s, const std::string& text) {
  EXPECT_GT(text.size(), 1000U);
  // Keys and addresses of the harness: application secret, encryption key, chain, broker.
  for (const std::string& hidden : std::vector<std::string>{"secret", std::string(64, '7'), s.world().rpc_url(),
                                                            "127.0.0.1", "localhost", "://", "Bearer"})
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

/// The page, once it shows what is waited for.
prometheus_page page_when(stage& s, std::string& text, const std::function<bool(const prometheus_page&)>& good,
                          std::chrono::milliseconds limit = std::chrono::seconds{20}) {
  prometheus_page page;
  EXPECT_TRUE(eventually([&] { return good(page = page_of(s, text)); }, limit)) << text;
  return page;
}

/// The marks of transactions, of which there are some on Kafka, are nothing to do.
bool is_caught_up(const prometheus_page& p) {
  return p.families.contains("hedgerow_consumer_lag_records") &&
         p.sum("hedgerow_consumer_lag_records", {{"topic", "blockchain-events"}}) == 0 &&
         p.sum("hedgerow_consumer_lag_records", {{"topic", "onchain-trades"}}) == 0;
}

TEST(Metrics, TellWhatANodeDidAndWhatTheManualPromises) {
  stage s{{.name = "metrics", .chain = one_endpoint, .endpoints = {{"own", "?own"}}}};
  s.start_node();
  hedge_something(s);
  std::string text;
  auto page = page_when(s, text, is_caught_up);
  // Steps of an execution that a service does not care for are committed with the next one that it does.
  EXPECT_LE(page.sum("hedgerow_consumer_lag_records"), 10) << text;
  EXPECT_EQ(differences(page, false), "");
  expect_figures(page);
  expect_no_secrets(s, text);

  // A service that a person restarts is counted, and its sums go on.
  const series_labels accumulator{{"service", "accumulator"}};
  const auto before = page.number("hedgerow_bridge_records_in_total", accumulator);
  EXPECT_EQ(s.admin_post("/actors/accumulator/restart"), 202);
  page = page_when(s, text, [&](const auto& p) {
    return p.number("hedgerow_service_restarts_total", accumulator) == 1 &&
           p.number("hedgerow_service_up", accumulator) == 1;
  });
  EXPECT_GE(page.number("hedgerow_bridge_records_in_total", accumulator), before);

  // The admin endpoint has the node's own part.
  page = page_of(s, text, true);
  EXPECT_EQ(page.number("hedgerow_service_restarts_total", accumulator), 1);
  EXPECT_FALSE(page.families.contains("hedgerow_position_onchain_shares"));
  EXPECT_FALSE(page.families.contains("hedgerow_consumer_lag_records"));
  expect_no_secrets(s, text);
}

TEST(Metrics, TheAlertRulesNameWhatExists) {
  const auto rows = manual();
  static const std::regex name{"hedgerow_[a-z0-9_]+"};
  const auto rules = file_text("deploy/prometheus/alerts.yml");
  std::size_t found = 0;
  for (std::sregex_iterator it{rules.begin(), rules.end(), name}, end; it != end; ++it, ++found) {
    const auto wanted = it->str();
    const auto bucket = wanted.rfind("_bucket");
    const auto family = bucket == std::string::npos ? wanted : wanted.substr(0, bucket);
    EXPECT_TRUE(rows.contains(family)) << wanted;
    if (bucket == std::string::npos || !rows.contains(family)) continue;
    EXPECT_EQ(rows.at(family).type, "histogram") << wanted;
  }
  EXPECT_GT(found, 10U);
}

TEST(KafkaMetrics, TellOfTransactionsAndOfTheClients) {
  stage s{{.name = "metrics-kafka", .kafka = true, .chain = one_endpoint, .endpoints = {{"own", "?own"}}}};
  s.start_node();
  hedge_something(s);
  std::string text;
  constexpr std::chrono::seconds limit{60};
  // Every client has reported once.
  auto page = page_when(
      s, text,
      [](const auto& p) {
        for (const auto& service : bridged_services())
          for (const char* client : {"consumer", "producer"})
            if (p.number("hedgerow_kafka_client_sent_bytes_total", {{"service", service}, {"client", client}}) <= 0)
              return false;
        return is_caught_up(p);
      },
      limit);
  EXPECT_EQ(differences(page, true), "");
  expect_figures(page);
  expect_no_secrets(s, text);
  for (const auto& service : bridged_services()) {
    const series_labels of{{"service", service}};
    const auto committed = page.number("hedgerow_kafka_transactions_committed_total", of);
    EXPECT_EQ(page.number("hedgerow_kafka_transaction_seconds_count", of), committed) << service;
    EXPECT_EQ(page.number("hedgerow_kafka_transactions_failed_total", of), 0) << service;
    // The accumulator carries out what validation hands over.
    const bool hands_over = service == "validation";
    EXPECT_EQ(page.number("hedgerow_bridge_handed_over_total", of) > 0, hands_over) << service;
    if (hands_over) continue;
    EXPECT_GT(committed, 0) << service;
    EXPECT_NE(page.find("hedgerow_kafka_transaction_seconds_sum", of), "0") << service;
  }
  EXPECT_EQ(page.sum("hedgerow_kafka_transaction_records_total"), page.sum("hedgerow_bridge_records_out_total"));

  // Without the broker the page still answers, and tells what is wrong.
  const auto before = page.sum("hedgerow_kafka_broker_disconnects_total");
  s.kafka().kill_hard();
  page = page_when(
      s, text,
      [&](const auto& p) {
        return p.number("hedgerow_metrics_source_up", {{"source", "lag"}}) == 0 &&
               p.sum("hedgerow_kafka_broker_disconnects_total") >= before + 6 &&
               p.sum("hedgerow_kafka_broker_state", {{"state", "UP"}}) == 0;
      },
      limit);
  EXPECT_EQ(page.find("hedgerow_position_onchain_shares", {{"symbol", "AAPL"}}), "-1.2");
}

using spans = std::vector<std::chrono::milliseconds>;

/// What is wrong with an answer of /health while all is well; how long it took goes to `took`.
std::string fault_of_health(stage& s, std::size_t node, spans& took) {
  const auto begun = std::chrono::steady_clock::now();  // allow: how long an answer takes is what is tested
  const auto health = s.api_of(node, "/health");
  const auto end = std::chrono::steady_clock::now();  // allow: how long an answer takes is what is tested
  took.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(end - begun));
  if (!health.HasMember("problems")) return "no answer";
  for (const auto& p : health["problems"].GetArray())
    if (std::string_view{p.GetString()}.find("event log") != std::string_view::npos) return p.GetString();
  return "";
}

TEST(KafkaMetrics, HealthAnswersAtOnceWithoutAFalseAlarmAndTellsTheSameLagOnEveryNode) {
  stage s{{.name = "health-kafka", .kafka = true, .nodes = 2, .others_run = "api,tokens"}};
  spans took;
  for (std::size_t node = 0; node < 2; ++node) {
    s.start_node(node == 0, node);
    for (int times = 0; times < 20; ++times) EXPECT_EQ(fault_of_health(s, node, took), "") << node;
  }
  hedge_something(s);
  for (std::size_t node = 0; node < 2; ++node) {
    rapidjson::Document health;
    const auto has = [&](std::string_view service) { return health["lag"].HasMember(std::string{service}.c_str()); };
    EXPECT_TRUE(eventually([&] {
      health = s.api_of(node, "/health");
      const auto& all = node::all_services();
      return health.HasMember("lag") &&
             std::all_of(all.begin(), all.end(), [&](const auto& one) { return !one.reports_lag || has(one.name); }) &&
             std::string_view{health["lag"]["validation"].GetString()} == "0";
    })) << node;
    for (int times = 0; times < 20; ++times) EXPECT_EQ(fault_of_health(s, node, took), "") << node;
  }
  // Asked partition by partition each took more than a second.
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[took.size() / 2], std::chrono::milliseconds{100});
  EXPECT_LT(took.back(), std::chrono::milliseconds{1000});
}

}  // namespace
}  // namespace hedgerow::test
