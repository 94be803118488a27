#include "runtime/replay/history.hpp"

#include <gtest/gtest.h>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::replay {
namespace {

using test::simulated_history;

class History : public ::testing::Test {
 protected:
  std::vector<told> all(cut until, std::uint64_t* told_records = nullptr) {
    history events{*log_,
                   {topic::onchain_trades, topic::schwab_executions, topic::position_updates},
                   std::move(until),
                   [told_records](std::uint64_t n) {
                     if (told_records != nullptr) *told_records = n;
                   }};
    std::vector<told> out;
    for (;;) {
      auto event = events.next();
      EXPECT_TRUE(event) << event.error();
      if (!event || !*event) return out;
      out.push_back(std::move(**event));
    }
  }

  test::fake_clock clock_;
  std::shared_ptr<ports::event_log> log_ = adapters::make_memory_log(clock_, 4);
  simulated_history history_{*log_, 3};
};

TEST_F(History, IsMergedByTimeThenPartitionAndKeepsTheOrderOfEach) {
  history_.steps(2000);
  const auto events = all({});
  std::map<topic_partition, std::int64_t> last;
  std::size_t there = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& e = events[i];
    if (i > 0) {
      EXPECT_LE(std::tie(events[i - 1].recorded_at, events[i - 1].from, events[i - 1].offset),
                std::tie(e.recorded_at, e.from, e.offset));
    }
    const auto [it, fresh] = last.try_emplace(e.from, -1);
    EXPECT_GT(e.offset, it->second);
    it->second = e.offset;
  }
  for (const auto t : {topic::onchain_trades, topic::schwab_executions, topic::position_updates})
    for (std::uint32_t p = 0; p < 4; ++p) there += log_->read({t, p}, 0, 1'000'000)->size();
  EXPECT_EQ(events.size(), there);
}

TEST_F(History, ACutLeavesOutWhatCameLater) {
  history_.steps(500);
  const auto moment = history_.now();
  const auto before = all({}).size();
  history_.steps(500);
  EXPECT_EQ(all({moment, {}}).size(), before);
  EXPECT_GT(all({}).size(), before);
  const topic_partition p{topic::onchain_trades, partition_of_symbol("AAPL", 4)};
  std::size_t trades = 0;
  for (const auto& e : all({std::nullopt, {{p, 3}}})) trades += e.from == p ? 1U : 0U;
  EXPECT_EQ(trades, 3U);
}

TEST_F(History, UnreadableRecordsAreToldAndTombstonesAreNot) {
  history_.append({{topic::onchain_trades, 0}, "k", "nonsense"});
  history_.append({{topic::onchain_trades, 0}, "k", std::nullopt});
  const auto events = all({});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<undecodable>(events[0].event));
}

TEST_F(History, TellsHowFarItIs) {
  for (int i = 0; i < 10'500; ++i) history_.append({{topic::onchain_trades, 0}, "k", std::nullopt});
  std::uint64_t records = 0;
  EXPECT_TRUE(all({}, &records).empty());
  EXPECT_EQ(records, 10'000U);
}

}  // namespace
}  // namespace hedgerow::replay
