// Reading a log that another process owns: the owner is not disturbed, and the reader sees one committed moment.
#include <sqlite3.h>

#include <atomic>
#include <thread>

#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using adapters::open_sqlite_log;
using adapters::read_sqlite_log;
using strings = std::vector<std::string>;

class SqliteSnapshotTest : public ::testing::Test {
 protected:
  std::shared_ptr<ports::event_log> owner() {
    auto opened = open_sqlite_log(options_, clock_);
    if (!opened) ADD_FAILURE() << opened.error().detail;
    return opened ? *opened : nullptr;
  }
  std::shared_ptr<ports::event_log> snapshot() {
    auto opened = read_sqlite_log(options_);
    if (!opened) ADD_FAILURE() << opened.error().detail;
    return opened ? *opened : nullptr;
  }

  adapters::sqlite_log_options made() {
    adapters::sqlite_log_options options;
    options.path = directory_.file("log.db");
    return options;
  }

  temporary_directory directory_;
  fake_clock clock_;
  adapters::sqlite_log_options options_ = made();
};

TEST_F(SqliteSnapshotTest, ShowsWhatWasCommittedAndTakesNothingOver) {
  auto log = owner();
  auto member = must_join(*log, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  ASSERT_FALSE(commit_now(*member, {{put(trades0, "k", "1"), put(updates0, "A", "old")}, {{trades0, 1}}}));
  ASSERT_FALSE(commit_now(*member, {{tombstone(updates0, "B"), put(updates0, "A", "new")}, {}}));
  const auto seen = snapshot();
  ASSERT_FALSE(commit_now(*member, {{put(trades0, "k", "2")}, {{trades0, 2}}}));
  EXPECT_EQ(values_of(*seen->read(trades0, 0, 10)), (strings{"1"}));
  EXPECT_EQ(*seen->end_offset(trades0), 1);
  EXPECT_EQ(*seen->committed("g", trades0), 1);
  EXPECT_EQ(*seen->committed("h", trades0), std::nullopt);
  EXPECT_EQ(values_of(*seen->changelog(updates0)), (strings{"new"}));
  EXPECT_EQ(offsets_of(*seen->read(updates0, 1, 10)), (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(seen->read(updates0, 1, 10)->front().value);
  EXPECT_EQ(offsets_of(*seen->read(updates0, 0, 2)), (std::vector<std::int64_t>{0, 1}));
  EXPECT_FALSE(seen->join({"g", "other", {}}));
  EXPECT_FALSE(seen->maintain(clock_.now()));
  EXPECT_FALSE(seen->read({topic::onchain_trades, 99}, 0, 1));
  // The owner is still the owner.
  EXPECT_FALSE(commit_now(*member, {{put(trades0, "k", "3")}, {}}));
  EXPECT_EQ(*snapshot()->end_offset(trades0), 3);
}

TEST_F(SqliteSnapshotTest, StaysOneMomentWhileTheOwnerWritesFoldsAndCompacts) {
  options_.fold_bytes = 2000;
  auto log = owner();
  auto producer = must_join(*log, "p", "i", {});
  const auto append = [&](int i) {
    return commit_now(
        *producer,
        {{put(trades0, "t", std::to_string(i)), put(updates0, "K" + std::to_string(i % 3), std::to_string(i))}, {}});
  };
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(append(i));
  std::atomic<bool> stop{false};
  std::atomic<int> written{50};
  std::thread writer{[&] {
    for (; !stop; ++written) {
      EXPECT_FALSE(append(written));
      if (written % 20 != 0) continue;
      EXPECT_TRUE(log->maintain(clock_.now()));
    }
  }};
  for (int round = 0; round < 20; ++round) {
    const auto before = written.load();
    const auto seen = snapshot();
    ASSERT_NE(seen, nullptr);
    const auto end = *seen->end_offset(trades0);
    EXPECT_TRUE(eventually([&] { return written.load() > before + 10; }));
    const auto trades = seen->read(trades0, 0, 1'000'000);
    ASSERT_TRUE(trades) << trades.error().detail;
    // Both topics are written in one transaction: they end at the same number.
    EXPECT_EQ(std::ssize(*trades), end);
    EXPECT_EQ(*trades->back().value, std::to_string(end - 1));
    std::int64_t newest = -1;
    for (const auto& value : values_of(*seen->changelog(updates0)))
      newest = std::max<std::int64_t>(newest, std::stoi(value));
    EXPECT_EQ(newest, end - 1);
  }
  stop = true;
  writer.join();
}

TEST_F(SqliteSnapshotTest, ALogWithoutAnOwnerIsReadToo) {
  auto log = owner();
  ASSERT_FALSE(commit_now(*must_join(*log, "p", "i", {}), {{put(trades0, "k", "v")}, {}}));
  log.reset();
  EXPECT_EQ(values_of(*snapshot()->read(trades0, 0, 10)), (strings{"v"}));
  EXPECT_NE(owner(), nullptr);
}

TEST_F(SqliteSnapshotTest, WhatIsNoLogIsRefusedAndNotMade) {
  const auto missing = read_sqlite_log(options_);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find(options_.path), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(options_.path));
  owner().reset();
  auto other = options_;
  other.symbol_partitions = 8;
  const auto recounted = read_sqlite_log(other);
  ASSERT_FALSE(recounted);
  EXPECT_NE(recounted.error().detail.find("4 symbol partitions, not 8"), std::string::npos);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(options_.path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "DROP TABLE meta", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_FALSE(read_sqlite_log(options_));
}

TEST_F(SqliteSnapshotTest, DamageIsAnError) {
  auto log = owner();
  ASSERT_FALSE(commit_now(*must_join(*log, "p", "i", {}), {{put(trades0, "k", "v")}, {}}));
  log.reset();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(options_.path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE batch SET body = CAST('x' AS BLOB)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto got = snapshot()->read(trades0, 0, 10);
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().detail.find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::test
