// A history goes into Kafka and back on a real broker: its offsets have gaps where transactions end, and an end that
// lies beyond the last record.
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/replay/position_check.hpp"
#include "runtime/replay/projection.hpp"
#include "runtime/transfer/compare.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/transfer/import.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::test {
namespace {

using log_ptr = std::shared_ptr<ports::event_log>;

class TransferThroughKafkaTest : public ::testing::Test {
 protected:
  log_ptr kafka() {
    adapters::kafka_options options;
    options.bootstrap = shared_kafka().bootstrap();
    options.prefix = "transfer.";
    options.session_timeout = std::chrono::milliseconds{6000};
    auto opened = adapters::open_kafka_log(options, real_clock_);
    if (!opened) ADD_FAILURE() << opened.error().detail;
    return opened ? *opened : nullptr;
  }
  static std::map<topic_partition, std::vector<std::string>> rest_of(ports::event_log& log, std::string_view group,
                                                                     const std::vector<topic>& inputs) {
    std::map<topic_partition, std::vector<std::string>> out;
    for (const topic t : inputs)
      // The broker may compact at any time.
      for (std::uint32_t p = spec_of(t).compacted ? log.partitions(t) : 0; p < log.partitions(t); ++p) {
        const auto from = log.committed(std::string{group}, {t, p})->value_or(0);
        const auto records = *log.read({t, p}, from, 100'000);
        for (const auto& r : records) out[{t, p}].push_back(r.key + "=" + r.value.value_or("gone").str());
      }
    return out;
  }

  temporary_directory directory_;
  fake_clock clock_;
  /// The broker judges by its own clock what is too old to be kept.
  adapters::system_clock real_clock_;
};

TEST_F(TransferThroughKafkaTest, KeepsEveryRecordAndEveryGroupWhereItWas) {
  const log_ptr source = adapters::make_memory_log(clock_, 4);
  simulated_history history{*source, 4};
  history.steps(1500);
  const auto file = directory_.file("a.jsonl.gz");
  ASSERT_TRUE(transfer::export_log(*source, file, {}));

  const auto target = kafka();
  ASSERT_NE(target, nullptr);
  const auto plan = transfer::plan_import(*target, file);
  ASSERT_TRUE(plan) << plan.error();
  const auto done = transfer::import_log(*target, file, *plan, {});
  ASSERT_TRUE(done) << done.error();
  EXPECT_TRUE(done->compacted > 0 || done->content == plan->content);
  EXPECT_EQ(*transfer::import_state_of(*target), transfer::import_state::finished);
  EXPECT_FALSE(transfer::plan_import(*target, file)) << "it is not empty any more";
  for (const auto& group : transfer::consumer_groups())
    EXPECT_EQ(rest_of(*target, group.name, group.inputs), rest_of(*source, group.name, group.inputs)) << group.name;

  // Something more, so that the partitions end with a transaction's mark and have another one inside.
  {
    auto member = must_join(*target, "writer", "i", {});
    ASSERT_FALSE(commit_now(*member, {{put({topic::dead_letters, 0}, "k", "v")}, {}}));
    ASSERT_FALSE(commit_now(*must_join(*source, "writer", "i", {}), {{put({topic::dead_letters, 0}, "k", "v")}, {}}));
  }
  const auto checked = replay::check_positions(*target, history.policy(), {});
  ASSERT_TRUE(checked) << checked.error();
  EXPECT_TRUE(checked->differences.empty()) << checked->differences.front().what;
  EXPECT_GT(checked->updates + checked->after_compaction, 0U);
  // The broker may compact at any time, which leaves of a position what holds now, not since when it has.
  for (const char* name : {"trades", "executions", "dead-letters"})
    EXPECT_EQ(replay::rebuild(*target, {name, {}, {}, 1000, {}}, {}, {})->json,
              replay::rebuild(*source, {name, {}, {}, 1000, {}}, {}, {})->json)
        << name;

  const auto back = directory_.file("b.jsonl");
  const auto exported = transfer::export_log(*target, back, {});
  ASSERT_TRUE(exported) << exported.error();
  const log_ptr again = adapters::make_memory_log(clock_, 4);
  const auto plan_back = transfer::plan_import(*again, back);
  ASSERT_TRUE(plan_back) << plan_back.error();
  ASSERT_TRUE(transfer::import_log(*again, back, *plan_back, {}));
  const auto compared = transfer::compare(*again, file, {}, {});
  ASSERT_TRUE(compared) << compared.error();
  std::string all;
  for (const auto& d : compared->differences) all += d + "\n";
  ASSERT_EQ(compared->differences.size(), 1U) << "only what was written since:\n" << all;
  EXPECT_NE(compared->differences[0].find("dead-letters/0"), std::string::npos) << compared->differences[0];
  for (const auto& group : transfer::consumer_groups())
    EXPECT_EQ(rest_of(*again, group.name, group.inputs), rest_of(*target, group.name, group.inputs)) << group.name;
}

}  // namespace
}  // namespace hedgerow::test
