// A history goes from one event log into another and back: nothing is lost, nothing changes, and every group goes on at
// the record at which it was. Uses the port only; what another adapter has to keep is checked by running it here.
#include <algorithm>
#include <map>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/transfer/compare.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/transfer/import.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using transfer::import_state;
using log_ptr = std::shared_ptr<ports::event_log>;

constexpr topic_partition trades1{topic::onchain_trades, 1};
constexpr topic_partition executions0{topic::schwab_executions, 0};
constexpr topic_partition tokens0{topic::token_updates, 0};

class TransferBetweenLogsTest : public ::testing::Test {
 protected:
  log_ptr sqlite(const std::string& name) {
    adapters::sqlite_log_options options;
    options.path = directory_.file(name);
    options.lock_wait = std::chrono::milliseconds{0};
    auto opened = adapters::open_sqlite_log(options, clock_);
    if (!opened) ADD_FAILURE() << opened.error().detail;
    return opened ? *opened : nullptr;
  }
  log_ptr memory(std::uint32_t partitions = 4, std::shared_ptr<adapters::memory_log_faults> faults = nullptr) {
    return adapters::make_memory_log(clock_, partitions, std::move(faults));
  }

  /// Records in many partitions, with gaps where compaction and retention took some, and groups on their way.
  void fill(ports::event_log& log) {
    auto accumulator =
        must_join(log, "accumulator", "i", {topic::onchain_trades, topic::schwab_executions, topic::control_events});
    poll_changes(*accumulator, 12, 0);
    for (int i = 0; i < 30; ++i)
      ASSERT_FALSE(commit_now(*accumulator, {{put(trades0, "t", std::to_string(i)), put(trades1, "u", "x"),
                                              put(updates0, i % 3 == 0 ? "A" : "B", std::to_string(i)),
                                              put(tokens0, "old", std::to_string(i)),
                                              put({topic::ingestion_changelog, 0}, "checkpoint", std::to_string(i))},
                                             {{trades0, i}}}));
    ASSERT_FALSE(commit_now(*accumulator, {{tombstone(updates0, "B")}, {}}));
    clock_.advance(std::chrono::days{8});
    ASSERT_TRUE(log.maintain(clock_.now()));
    ASSERT_FALSE(commit_now(*accumulator, {{put(tokens0, "new", "1"), put(executions0, "A:1", "1"),
                                            put(updates0, "A", std::string{"\xff\x00", 2}), put(tokens0, "new", "2")},
                                           {{trades1, 30}, {executions0, 1}}}));
    // Offset 29 went with the other old tokens: the group goes on at the first one left.
    auto tokens = must_join(log, "tokens", "i", {topic::token_updates});
    poll_changes(*tokens, 1, 0);
    ASSERT_FALSE(commit_now(*tokens, {{}, {{tokens0, 29}}}));
    auto poller = must_join(log, "poller", "i", {topic::schwab_executions});
    poll_changes(*poller, 4, 0);
    ASSERT_FALSE(commit_now(*poller, {{}, {{executions0, 1}}}));
  }

  std::string exported(ports::event_log& log, const std::string& name) {
    const auto path = directory_.file(name);
    const auto done = transfer::export_log(log, path, {});
    EXPECT_TRUE(done) << done.error();
    return path;
  }
  expected<transfer::import_result, std::string> import(ports::event_log& log, const std::string& path) {
    const auto plan = transfer::plan_import(log, path);
    if (!plan) return unexpected(plan.error());
    return transfer::import_log(log, path, *plan, {});
  }
  void same(ports::event_log& log, const std::string& path) {
    const auto compared = transfer::compare(log, path, {}, {});
    ASSERT_TRUE(compared) << compared.error();
    EXPECT_TRUE(compared->differences.empty()) << compared->differences.front();
    EXPECT_EQ(compared->file, compared->log);
  }
  /// What a group would be given next: key and value of each record, by partition.
  static std::map<topic_partition, std::vector<std::pair<std::string, std::string>>> rest_of(
      ports::event_log& log, const transfer::consumer_group& group) {
    std::map<topic_partition, std::vector<std::pair<std::string, std::string>>> out;
    for (const topic t : group.inputs)
      for (std::uint32_t p = 0; p < log.partitions(t); ++p) {
        const auto from = log.committed(std::string{group.name}, {t, p})->value_or(0);
        const auto records = *log.read({t, p}, from, 1000);
        for (const auto& r : records) out[{t, p}].emplace_back(r.key, r.value.value_or("gone"));
      }
    return out;
  }

  temporary_directory directory_;
  fake_clock clock_;
};

TEST_F(TransferBetweenLogsTest, KeepsEveryRecordAndEveryGroupWhereItWas) {
  const auto source = sqlite("source.db");
  fill(*source);
  const auto first = exported(*source, "first.jsonl.gz");
  const auto target = memory();
  const auto done = import(*target, first);
  ASSERT_TRUE(done) << done.error();
  same(*target, first);
  for (const auto& group : transfer::consumer_groups())
    EXPECT_EQ(rest_of(*target, group), rest_of(*source, group)) << group.name;
  // Offsets are numbered again without the gaps: 29 of the tokens is 0 now.
  EXPECT_EQ(*target->committed("tokens", tokens0), 0);
  EXPECT_EQ(*target->committed("accumulator", trades0), 29);
  EXPECT_EQ(*target->committed("accumulator", trades1), 30);
  EXPECT_EQ(*target->committed("execution", commands0), std::nullopt);
  EXPECT_EQ(values_of(*target->changelog(updates0)), values_of(*source->changelog(updates0)));

  // And back into a file and an embedded log.
  const auto second = exported(*target, "second.jsonl");
  same(*source, second);
  const auto back = sqlite("back.db");
  ASSERT_TRUE(import(*back, second));
  same(*back, first);
  EXPECT_EQ(*transfer::import_state_of(*back), import_state::finished);
  // A member goes on without being given anything twice.
  auto member =
      must_join(*back, "accumulator", "i", {topic::onchain_trades, topic::schwab_executions, topic::control_events});
  const auto rest = poll_until(*member, 1);
  ASSERT_EQ(rest.records.size(), 1U);
  EXPECT_EQ(*rest.records[0].value, "29");
}

TEST_F(TransferBetweenLogsTest, AnEmptyLogIsAHistoryToo) {
  const auto path = exported(*sqlite("source.db"), "empty.jsonl");
  const auto target = memory();
  ASSERT_TRUE(import(*target, path));
  same(*target, path);
}

TEST_F(TransferBetweenLogsTest, ManyRecordsGoInBoundedTransactions) {
  const auto source = memory();
  auto producer = must_join(*source, "p", "i", {});
  log_transaction many;
  for (int i = 0; i < 5'000; ++i) many.records.push_back(put(trades0, "k" + std::to_string(i), std::to_string(i)));
  for (int i = 0; i < 40; ++i) many.records.push_back(put(updates0, "big", std::string(100'000, 'x')));
  ASSERT_FALSE(commit_now(*producer, std::move(many)));
  const auto path = exported(*source, "many.jsonl.gz");
  const auto target = memory();
  std::uint64_t told = 0;
  const auto plan = transfer::plan_import(*target, path);
  ASSERT_TRUE(plan) << plan.error();
  EXPECT_EQ(plan->content.records, 5'040U);
  ASSERT_TRUE(transfer::import_log(*target, path, *plan, [&](std::uint64_t n) {
    EXPECT_LE(n - told, 1000U);
    told = n;
  }));
  EXPECT_EQ(told, 5'040U);
  same(*target, path);
}

TEST_F(TransferBetweenLogsTest, IsRefusedIntoALogThatHasSomething) {
  const auto source = sqlite("source.db");
  fill(*source);
  const auto path = exported(*source, "a.jsonl");
  const auto target = memory();
  ASSERT_FALSE(commit_now(*must_join(*target, "p", "i", {}), {{put(commands0, "k", "v")}, {}}));
  const auto refused = import(*target, path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("schwab-commands/0 has records"), std::string::npos) << refused.error();
  EXPECT_EQ(*target->end_offset(trades0), 0);

  const auto started = memory();
  auto member = must_join(*started, "poller", "i", {topic::schwab_executions});
  poll_changes(*member, 4, 0);
  ASSERT_FALSE(commit_now(*member, {{}, {{executions0, 3}}}));
  const auto not_new = import(*started, path);
  ASSERT_FALSE(not_new);
  EXPECT_NE(not_new.error().find("the group poller has an offset"), std::string::npos) << not_new.error();
}

TEST_F(TransferBetweenLogsTest, IsRefusedWithAnotherPartitionCount) {
  const auto path = exported(*sqlite("source.db"), "a.jsonl");
  const auto refused = import(*memory(8), path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("log.symbol_partitions = 8"), std::string::npos) << refused.error();
  EXPECT_NE(refused.error().find("set log.symbol_partitions to 4"), std::string::npos) << refused.error();
}

TEST_F(TransferBetweenLogsTest, ALogThatIsWrittenToIsNotExported) {
  const auto source = memory();
  auto producer = must_join(*source, "p", "i", {});
  log_transaction many;
  for (int i = 0; i < 1'500; ++i) many.records.push_back(put(trades0, "k", "v"));
  ASSERT_FALSE(commit_now(*producer, std::move(many)));
  const auto path = directory_.file("a.jsonl");
  const auto refused = transfer::export_log(*source, path, [&](std::uint64_t) {
    EXPECT_FALSE(commit_now(*producer, {{put(updates0, "k", "v")}, {}}));
  });
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("stop the nodes"), std::string::npos) << refused.error();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_F(TransferBetweenLogsTest, AnImportThatBreaksOffAnywhereIsSeen) {
  const auto source = sqlite("source.db");
  fill(*source);
  const auto path = exported(*source, "a.jsonl");
  bool finished = false;
  int passes = 0;
  for (; !finished; ++passes) {
    auto faults = std::make_shared<adapters::memory_log_faults>();
    const auto target = memory(4, faults);
    faults->fail_commit_after(static_cast<std::size_t>(passes), {ports::log_errc::io, "the plug was pulled"});
    const auto done = import(*target, path);
    finished = done.has_value();
    if (finished) break;
    EXPECT_NE(done.error().find("the plug was pulled"), std::string::npos) << done.error();
    if (passes == 0) {
      EXPECT_EQ(*transfer::import_state_of(*target), import_state::none) << "nothing was written";
      continue;
    }
    EXPECT_EQ(*transfer::import_state_of(*target), import_state::unfinished);
    const auto again = import(*target, path);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), transfer::unfinished_import);
    EXPECT_FALSE(transfer::export_log(*target, directory_.file("no.jsonl"), {}));
  }
  // The marker, the records, three groups, the marker.
  EXPECT_EQ(passes, 6);
}

TEST_F(TransferBetweenLogsTest, CompactionIsNoDifferenceALostKeyIs) {
  const auto source = memory();
  auto producer = must_join(*source, "p", "i", {});
  for (int i = 0; i < 20; ++i)
    ASSERT_FALSE(commit_now(*producer, {{put(updates0, i % 3 == 0 ? "A" : "B", std::to_string(i))}, {}}));
  const auto path = exported(*source, "a.jsonl");
  ASSERT_TRUE(source->maintain(clock_.now()));
  const auto compacted = transfer::compare(*source, path, {}, {});
  ASSERT_TRUE(compacted) << compacted.error();
  EXPECT_TRUE(compacted->differences.empty()) << compacted->differences.front();
  EXPECT_EQ(compacted->compacted, 18U);
  EXPECT_NE(compacted->file, compacted->log);

  const auto other = memory();
  ASSERT_FALSE(commit_now(*must_join(*other, "p", "i", {}), {{put(updates0, "B", "19")}, {}}));
  EXPECT_EQ(transfer::compare(*other, path, {}, {})->differences.size(), 1U) << "the newest A is not there";
}

TEST_F(TransferBetweenLogsTest, DifferencesAreNamed) {
  const auto source = memory();
  auto producer = must_join(*source, "p", "i", {});
  ASSERT_FALSE(commit_now(*producer, {{put(trades0, "a", "1"), put(trades0, "b", "2"), put(updates0, "c", "3")}, {}}));
  const auto path = exported(*source, "a.jsonl");
  const auto differences = [&](const std::vector<outgoing>& records) {
    const auto other = memory();
    EXPECT_FALSE(commit_now(*must_join(*other, "p", "i", {}), {records, {}}));
    return transfer::compare(*other, path, {}, {})->differences;
  };
  EXPECT_EQ(differences({put(trades0, "a", "1"), put(trades0, "b", "x"), put(updates0, "c", "3")}),
            (std::vector<std::string>{"the file's onchain-trades/0@1 (b) has another value than the log at offset 1"}));
  EXPECT_EQ(differences({put(trades0, "a", "1"), put(updates0, "c", "3")}),
            (std::vector<std::string>{"the file's onchain-trades/0@1: the log ends before it"}));
  EXPECT_EQ(
      differences({put(trades0, "a", "1"), put(trades0, "b", "2"), put(updates0, "c", "3"), put(trades1, "d", "4")}),
      (std::vector<std::string>{"onchain-trades/1@0: the log has 1 records from here on that the file does not have"}));
  EXPECT_EQ(differences({put(trades0, "b", "1"), put(trades0, "b", "2"), tombstone(updates0, "c")}).size(), 2U);
}

}  // namespace
}  // namespace hedgerow::test
