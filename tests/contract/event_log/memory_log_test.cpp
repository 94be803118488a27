// The memory log: the contract, plus the failures that tests order.
#include "runtime/adapters/memory_log/memory_log.hpp"

#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using ports::log_errc;

class memory_subject final : public log_under_test {
 public:
  std::shared_ptr<ports::event_log> log() override { return adapters::make_memory_log(clock, 4); }
};

const contract_subject subject{"memory", [] { return std::make_unique<memory_subject>(); }};

INSTANTIATE_TEST_SUITE_P(memory_log, EventLogContract, ::testing::Values(subject),
                         [](const auto& suite) { return suite.param.name; });

TEST(MemoryLog, IsDoneWhenCommitReturns) {
  const fake_clock clock;
  const auto log = adapters::make_memory_log(clock, 4);
  auto reader = must_join(*log, "r", "i", {topic::onchain_trades});
  bool ready = false;
  reader->on_ready([&] { ready = true; });
  ASSERT_TRUE(reader->poll(10));
  auto writer = must_join(*log, "w", "i", {});
  bool done = false;
  writer->commit({{put(trades0, "k", "v")}, {}}, [&](const auto& outcome) { done = outcome.has_value(); });
  EXPECT_TRUE(done);
  EXPECT_TRUE(ready);
}

TEST(MemoryLog, FailsTheCommitThatATestChose) {
  const fake_clock clock;
  auto faults = std::make_shared<adapters::memory_log_faults>();
  const auto log = adapters::make_memory_log(clock, 4, faults);
  faults->fail_commit_after(1, {log_errc::timed_out, "ordered"});
  auto writer = must_join(*log, "w", "i", {});
  EXPECT_FALSE(commit_now(*writer, {{put(trades0, "k", "1")}, {}}));
  const auto failure = commit_now(*writer, {{put(trades0, "k", "2")}, {}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::timed_out);
  EXPECT_FALSE(writer->poll(1)) << "a member whose commit failed is dead";
  writer = must_join(*log, "w", "i", {});
  EXPECT_FALSE(commit_now(*writer, {{put(trades0, "k", "3")}, {}}));
  EXPECT_EQ(values_of(*log->read(trades0, 0, 10)), (std::vector<std::string>{"1", "3"}));
}

}  // namespace
}  // namespace hedgerow::test
