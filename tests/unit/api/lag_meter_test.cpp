#include "runtime/api/lag_meter.hpp"

#include <gtest/gtest.h>

#include <future>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::api {
namespace {

const input_groups groups{{"reader", {topic::onchain_trades}}};

known_lag measured(lag_meter& meter) {
  auto answer = std::make_shared<std::promise<known_lag>>();
  auto future = answer->get_future();
  meter.measure([answer](const known_lag& found) { answer->set_value(found); });
  return future.wait_for(std::chrono::seconds{20}) == std::future_status::ready ? future.get() : nullptr;
}

void commit(ports::log_member& member, log_transaction what) {
  std::promise<bool> done;
  member.commit(std::move(what), [&](const auto& outcome) { done.set_value(outcome.has_value()); });
  ASSERT_TRUE(done.get_future().get());
}

TEST(LagMeter, TellsWhatIsNotHandledYetByPartition) {
  test::fake_clock clock;
  const std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 2);
  lag_meter meter{log, groups};
  EXPECT_EQ(meter.latest(), nullptr);
  auto writer = log->join({"writer", "w", {}});
  ASSERT_TRUE(writer);
  for (int i = 0; i < 3; ++i) commit(**writer, {{{{topic::onchain_trades, 1}, "AAPL", "x"}}, {}});
  auto found = measured(meter);
  ASSERT_NE(found, nullptr);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).records, 0);
  EXPECT_EQ(found->at(1).group, "reader");
  EXPECT_EQ(found->at(1).source, (topic_partition{topic::onchain_trades, 1}));
  EXPECT_EQ(found->at(1).records, 3);
  auto reader = log->join({"reader", "r", {topic::onchain_trades}});
  ASSERT_TRUE(reader);
  std::size_t got = 0;
  ASSERT_TRUE(test::eventually([&] { return (got += (*reader)->poll(10)->records.size()) == 3; }));
  commit(**reader, {{}, {{{topic::onchain_trades, 1}, 2}}});
  found = measured(meter);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->at(1).records, 1);
  EXPECT_EQ(meter.latest(), found);
}

/// Answers when it is told to; whoever asks waits.
class slow_log final : public ports::event_log {
 public:
  std::uint32_t partitions(topic) const override { return 1; }
  expected<std::unique_ptr<ports::log_member>, ports::log_error> join(ports::member_options) override {
    return unexpected(ports::log_error{});
  }
  expected<std::vector<record>, ports::log_error> read(topic_partition, std::int64_t, std::size_t) override {
    return {};
  }
  expected<std::size_t, ports::log_error> count(topic_partition, std::int64_t from, std::size_t most) override {
    ++counted;
    EXPECT_EQ(from, 4);
    EXPECT_EQ(most, static_cast<std::size_t>(end - 4));
    if (cannot_count) return unexpected(ports::log_error{});
    return 0;
  }
  expected<std::vector<record>, ports::log_error> changelog(topic_partition) override { return {}; }
  expected<std::int64_t, ports::log_error> end_offset(topic_partition) override { return end; }
  expected<std::optional<std::int64_t>, ports::log_error> committed(const std::string&, topic_partition) override {
    ++asked;
    EXPECT_TRUE(test::eventually([this] { return open.load(); }));
    if (fails) return unexpected(ports::log_error{});
    return std::optional<std::int64_t>{4};
  }
  void on_append(std::function<void()>) override {}
  expected<void, ports::log_error> maintain(timestamp) override { return {}; }

  std::atomic<bool> open{false};
  std::atomic<bool> fails{false};
  std::atomic<bool> cannot_count{false};
  std::atomic<std::int64_t> end{5};
  std::atomic<int> counted{0};
  std::atomic<int> asked{0};
};

TEST(LagMeter, ASlowLogKeepsNobodyWaitingAndIsAskedOnceForAllWhoCameMeanwhile) {
  const auto log = std::make_shared<slow_log>();
  lag_meter meter{log, groups};
  std::atomic<int> answers{0};
  const auto count = [&](const known_lag& found) { answers += found ? 1 : 0; };
  meter.measure(count);
  ASSERT_TRUE(test::eventually([&] { return log->asked == 1; }));
  for (int i = 0; i < 10; ++i) meter.measure(count);
  EXPECT_EQ(answers, 0);
  EXPECT_EQ(meter.latest(), nullptr);
  log->open = true;
  EXPECT_TRUE(test::eventually([&] { return answers == 11; }));
  EXPECT_EQ(log->asked, 2);
  log->fails = true;
  EXPECT_EQ(measured(meter), nullptr) << "a part of it would look like all of it";
}

TEST(LagMeter, OffsetsThatAreNoRecordsAreNoLagAndAreCountedOnceWhereFewAreLeft) {
  const auto log = std::make_shared<slow_log>();
  log->open = true;
  lag_meter meter{log, groups};
  const auto records = [&] {
    const auto found = measured(meter);
    return found ? found->front().records : -1;
  };
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(log->counted, 1);
  log->end = 20;
  log->cannot_count = true;
  EXPECT_EQ(records(), 16) << "what the offsets say";
  log->cannot_count = false;
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(log->counted, 3);
  log->end = 21;
  EXPECT_EQ(records(), 17) << "so many are not counted";
  EXPECT_EQ(log->counted, 3);
}

}  // namespace
}  // namespace hedgerow::api
