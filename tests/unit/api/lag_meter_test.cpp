#include "runtime/api/lag_meter.hpp"

#include <gtest/gtest.h>

#include <future>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::api {
namespace {

const ports::input_groups groups{{"reader", {topic::onchain_trades}}};
constexpr lag_meter_options quick{std::chrono::milliseconds{1}};

/// Records by partition, once they are so.
bool comes_to(lag_meter& meter, const std::vector<std::int64_t>& records) {
  return test::eventually([&] {
    const auto found = meter.latest().lag;
    std::vector<std::int64_t> all;
    if (found)
      for (const auto& one : *found) all.push_back(one.records);
    return all == records;
  });
}

void commit(ports::log_member& member, log_transaction what) {
  std::promise<bool> done;
  member.commit(std::move(what), [&](const auto& outcome) { done.set_value(outcome.has_value()); });
  ASSERT_TRUE(done.get_future().get());
}

TEST(LagMeter, TellsWhatIsNotHandledYetByPartition) {
  test::fake_clock clock;
  const std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 2);
  lag_meter meter{log, groups, &clock, quick};
  EXPECT_TRUE(comes_to(meter, {0, 0}));
  auto writer = log->join({"writer", "w", {}});
  ASSERT_TRUE(writer);
  for (int i = 0; i < 3; ++i) commit(**writer, {{{{topic::onchain_trades, 1}, "AAPL", "x"}}, {}});
  ASSERT_TRUE(comes_to(meter, {0, 3}));
  EXPECT_EQ(meter.latest().lag->at(1).group, "reader");
  EXPECT_EQ(meter.latest().lag->at(1).source, (topic_partition{topic::onchain_trades, 1}));
  auto reader = log->join({"reader", "r", {topic::onchain_trades}});
  ASSERT_TRUE(reader);
  std::size_t got = 0;
  ASSERT_TRUE(test::eventually([&] { return (got += (*reader)->poll(10)->records.size()) == 3; }));
  commit(**reader, {{}, {{{topic::onchain_trades, 1}, 2}}});
  EXPECT_TRUE(comes_to(meter, {0, 1}));
}

/// Answers on command; callers wait until then.
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
    EXPECT_LE(most, 16U);
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
  ports::subscription on_append(std::function<void()>) override { return {}; }
  expected<void, ports::log_error> maintain(timestamp) override { return {}; }

  std::atomic<bool> open{false};
  std::atomic<bool> fails{false};
  std::atomic<bool> cannot_count{false};
  std::atomic<std::int64_t> end{5};
  std::atomic<int> counted{0};
  std::atomic<int> asked{0};
};

TEST(LagMeter, ASlowLogKeepsNobodyWaitingAndIsToldOnlyWhenItHasBeenSilentForLong) {
  test::fake_clock clock;
  const auto log = std::make_shared<slow_log>();
  lag_meter meter{log, groups, &clock, quick};
  ASSERT_TRUE(test::eventually([&] { return log->asked == 1; }));
  EXPECT_EQ(meter.latest().lag, nullptr);
  EXPECT_TRUE(meter.latest().log_answers) << "it was not asked for long";
  clock.advance(std::chrono::seconds{4});
  EXPECT_TRUE(meter.latest().log_answers);
  clock.advance(std::chrono::seconds{2});
  EXPECT_FALSE(meter.latest().log_answers);
  log->open = true;
  EXPECT_TRUE(test::eventually([&] { return meter.latest().log_answers && meter.latest().lag; }));

  log->fails = true;
  const int before = log->asked;
  ASSERT_TRUE(test::eventually([&] { return log->asked > before + 2; }));
  EXPECT_NE(meter.latest().lag, nullptr) << "what was found last, for a while";
  clock.advance(std::chrono::seconds{6});
  EXPECT_EQ(meter.latest().lag, nullptr);
  EXPECT_FALSE(meter.latest().log_answers);
  log->fails = false;
  EXPECT_TRUE(test::eventually([&] { return meter.latest().log_answers && meter.latest().lag; }));
}

TEST(LagMeter, OffsetsThatAreNoRecordsAreNoLagAndAreCountedOnceWhereFewAreLeft) {
  test::fake_clock clock;
  const auto log = std::make_shared<slow_log>();
  log->open = true;
  lag_meter meter{log, groups, &clock, quick};
  EXPECT_TRUE(comes_to(meter, {0}));
  const int before = log->asked;
  ASSERT_TRUE(test::eventually([&] { return log->asked > before + 3; }));
  EXPECT_EQ(log->counted, 1);
  log->cannot_count = true;
  log->end = 20;
  EXPECT_TRUE(comes_to(meter, {16})) << "what the offsets say";
  log->cannot_count = false;
  EXPECT_TRUE(comes_to(meter, {0}));
  log->end = 21;
  EXPECT_TRUE(comes_to(meter, {17})) << "so many are not counted";
}

}  // namespace
}  // namespace hedgerow::api
