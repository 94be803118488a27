#include "runtime/telemetry/prometheus_text.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using enum ports::metric_kind;

constexpr ports::metric_family wishes{"hedgerow_wishes_total", "Wishes."};
constexpr ports::metric_family waiting{"hedgerow_waiting", "Who waits.", gauge};
constexpr ports::metric_family span{"hedgerow_span_seconds", "Spans.", histogram, ports::metric_unit::nanoseconds};
constexpr ports::metric_family spent{"hedgerow_spent_seconds_total", "Time.", counter, ports::metric_unit::nanoseconds};

TEST(PrometheusText, AFamilyHasItsHelpItsTypeAndItsSamples) {
  prometheus_text out;
  out.family(wishes);
  out.sample({}, 3);
  out.family(waiting);
  out.sample({{"service", "poller"}, {"class", "rest"}}, "-0.000000000000000001");
  EXPECT_EQ(out.take(),
            "# HELP hedgerow_wishes_total Wishes.\n"
            "# TYPE hedgerow_wishes_total counter\n"
            "hedgerow_wishes_total 3\n"
            "# HELP hedgerow_waiting Who waits.\n"
            "# TYPE hedgerow_waiting gauge\n"
            "hedgerow_waiting{service=\"poller\",class=\"rest\"} -0.000000000000000001\n");
}

TEST(PrometheusText, WhatWouldBreakALineIsEscaped) {
  prometheus_text out;
  out.family({"hedgerow_odd", "A \\ and\na \"quote\".", gauge});
  out.sample({{"symbol", "a\\b\"c\nd{},= é"}}, 1);
  const auto text = out.take();
  EXPECT_EQ(text,
            "# HELP hedgerow_odd A \\\\ and\\na \"quote\".\n"
            "# TYPE hedgerow_odd gauge\n"
            "hedgerow_odd{symbol=\"a\\\\b\\\"c\\nd{},= é\"} 1\n");
  const auto page = test::read_prometheus(text);
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->number("hedgerow_odd", {{"symbol", "a\\b\"c\nd{},= é"}}), 1);
}

TEST(PrometheusText, SecondsAreExact) {
  EXPECT_EQ(in_seconds(nanoseconds{0}), "0");
  EXPECT_EQ(in_seconds(nanoseconds{1}), "0.000000001");
  EXPECT_EQ(in_seconds(nanoseconds{1'500'000'000}), "1.5");
  EXPECT_EQ(in_seconds(milliseconds{10'000}), "10");
  EXPECT_EQ(in_seconds(nanoseconds{-1}), "-0.000000001");
  EXPECT_EQ(in_seconds(nanoseconds{-2'500'000'000}), "-2.5");
  EXPECT_EQ(in_seconds(nanoseconds::min()), "-9223372036.854775808");
  EXPECT_EQ(in_seconds(nanoseconds::max()), "9223372036.854775807");
}

TEST(PrometheusText, AHistogramIsCumulativeAndItsBoundsBelongToTheirBuckets) {
  ports::time_histogram h;
  for (const auto t : {nanoseconds{0}, nanoseconds{1'000'000}, nanoseconds{1'000'001}, nanoseconds{10'000'000'000},
                       nanoseconds{10'000'000'001}})
    h.observe(t);
  prometheus_text out;
  out.family(span);
  out.histogram({{"service", "s"}}, h);
  const auto page = test::read_prometheus(out.take());
  ASSERT_TRUE(page) << page.error();
  const auto bucket = [&](const std::string& le) {
    return page->number("hedgerow_span_seconds_bucket", {{"service", "s"}, {"le", le}});
  };
  EXPECT_EQ(bucket("0.001"), 2);
  EXPECT_EQ(bucket("0.0025"), 3);
  EXPECT_EQ(bucket("5"), 3);
  EXPECT_EQ(bucket("10"), 4);
  EXPECT_EQ(bucket("+Inf"), 5);
  EXPECT_EQ(page->number("hedgerow_span_seconds_count", {{"service", "s"}}), 5);
  EXPECT_EQ(page->find("hedgerow_span_seconds_sum", {{"service", "s"}}), "20.002000002");
}

TEST(MetricRegistry, OneFamilyAndSetOfLabelsIsOneCell) {
  metric_registry registry;
  const auto first = registry.value(wishes, {{"service", "a"}});
  EXPECT_EQ(first, registry.value(wishes, {{"service", "a"}}));
  EXPECT_NE(first, registry.value(wishes, {{"service", "b"}}));
  first->add(2);
  registry.value(wishes, {{"service", "a"}})->add();
  registry.value(waiting, {})->set(-4);
  registry.value(spent, {})->add(1'250'000'000);
  registry.histogram(span, {})->observe(milliseconds{3});
  const auto page = test::read_prometheus(registry.text());
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->number("hedgerow_wishes_total", {{"service", "a"}}), 3);
  EXPECT_EQ(page->number("hedgerow_wishes_total", {{"service", "b"}}), 0);
  EXPECT_EQ(page->find("hedgerow_waiting"), "-4");
  EXPECT_EQ(page->find("hedgerow_spent_seconds_total"), "1.25");
  EXPECT_EQ(page->find("hedgerow_span_seconds_sum"), "0.003");
  EXPECT_EQ(page->families.at("hedgerow_waiting").type, "gauge");
}

TEST(MetricRegistry, WithoutOneCellsStillCount) {
  const auto cell = ports::value_of(nullptr, wishes, {});
  cell->add(5);
  EXPECT_EQ(cell->get(), 5);
  const auto times = ports::histogram_of(nullptr, span, {});
  times->observe(milliseconds{1});
  EXPECT_EQ(times->sum(), milliseconds{1});
}

TEST(MetricRegistry, NothingIsLostWhenManyCountWhileItIsShown) {
  metric_registry registry;
  constexpr int times = 20'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      const auto own = registry.value(wishes, {});
      const auto seen = registry.histogram(span, {});
      for (int i = 0; i < times; ++i) {
        own->add();
        seen->observe(milliseconds{i % 20});
      }
    });
  for (int i = 0; i < 50; ++i) {
    const std::string head = "# HELP hedgerow_none Nothing.\n# TYPE hedgerow_none gauge\n";
    const auto page = test::read_prometheus(head + registry.text());
    EXPECT_TRUE(page) << page.error();
  }
  for (auto& t : threads) t.join();
  const auto page = test::read_prometheus(registry.text());
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->number("hedgerow_wishes_total"), 4 * times);
  EXPECT_EQ(page->number("hedgerow_span_seconds_count"), 4 * times);
}

TEST(PrometheusPage, TheReaderOfTheTestsRefusesWhatTheFormatForbids) {
  const std::string head = "# HELP hedgerow_a_total A.\n# TYPE hedgerow_a_total counter\n";
  EXPECT_TRUE(test::read_prometheus(head + "hedgerow_a_total 1\n"));
  for (const std::string bad :
       {"hedgerow_a_total 1", "hedgerow_b_total 1\n", "hedgerow_a_total -1\n", "hedgerow_a_total 1 \n",
        "hedgerow_a_total\n", "hedgerow_a_total{x=\"1\"}1\n", "hedgerow_a_total{x=1} 1\n",
        "hedgerow_a_total{x=\"1\",} 1\n", "hedgerow_a_total{x=\"\\t\"} 1\n", "hedgerow_a_total{x=\"1\",x=\"1\"} 1\n",
        "hedgerow_a_total NaN\n", "\n", "# note\n", "hedgerow_a_total 1\nhedgerow_a_total 2\n",
        "# HELP hedgerow_a_total A.\n", "# HELP hedgerow_b B.\nhedgerow_b 1\n",
        "# HELP hedgerow_b B.\n# TYPE hedgerow_b counter\n", "# TYPE hedgerow_a_total counter\n"})
    EXPECT_FALSE(test::read_prometheus(head + bad)) << bad;
}

}  // namespace
}  // namespace hedgerow::telemetry
