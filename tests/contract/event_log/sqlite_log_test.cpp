// The SQLite log: the contract, and what only a file can do: restart, owners, damage, a full disk.
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "runtime/adapters/sqlite_log/file_lock.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using adapters::sqlite_log_options;
using ports::log_errc;
using strings = std::vector<std::string>;
using log_ptr = std::shared_ptr<ports::event_log>;

log_ptr must_open(const sqlite_log_options& options, const ports::clock& clock) {
  auto opened = adapters::open_sqlite_log(options, clock);
  if (!opened) ADD_FAILURE() << opened.error().detail;
  return opened ? *opened : nullptr;
}

sqlite_log_options options_for(const std::string& path) {
  sqlite_log_options options;
  options.path = path;
  options.lock_wait = std::chrono::milliseconds{0};
  return options;
}

class sqlite_subject final : public log_under_test {
 public:
  explicit sqlite_subject(std::size_t tail_bytes, std::int64_t fold_bytes) {
    options_ = options_for(directory_.file("log.db"));
    options_.tail_bytes = tail_bytes;
    options_.fold_bytes = fold_bytes;
  }
  log_ptr log() override { return must_open(options_, clock); }

 private:
  temporary_directory directory_;
  sqlite_log_options options_;
};

contract_subject subject(const char* name, std::size_t tail_bytes, std::int64_t fold_bytes) {
  return {name, [=] { return std::make_unique<sqlite_subject>(tail_bytes, fold_bytes); }};
}

// Once as it runs, once with everything read back from the file and every commit folded.
INSTANTIATE_TEST_SUITE_P(sqlite_log, EventLogContract,
                         ::testing::Values(subject("cached", 64U << 20U, 1 << 20), subject("uncached", 0, 1)),
                         [](const auto& suite) { return suite.param.name; });

class SqliteLogTest : public ::testing::Test {
 protected:
  void sql(const std::string& statement) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(db, statement.c_str(), nullptr, nullptr, &why), SQLITE_OK) << (why == nullptr ? "" : why);
    sqlite3_free(why);
    sqlite3_close(db);
  }

  temporary_directory directory_;
  fake_clock clock_;
  std::string path_ = directory_.file("log.db");
  sqlite_log_options options_ = options_for(path_);
};

TEST_F(SqliteLogTest, KeepsEverythingOverARestart) {
  options_.fold_bytes = 200;
  auto log = must_open(options_, clock_);
  auto member = must_join(*log, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  for (int i = 0; i < 40; ++i)
    ASSERT_FALSE(commit_now(
        *member, {{put(trades0, "t", std::to_string(i)), put(updates0, i % 3 == 0 ? "A" : "B", std::to_string(i))},
                  {{trades0, i}}}));
  ASSERT_FALSE(commit_now(*member, {{tombstone(updates0, "B")}, {}}));
  const auto state = values_of(*log->changelog(updates0));
  EXPECT_EQ(state, (strings{"39"}));
  member.reset();
  log.reset();

  log = must_open(options_, clock_);
  EXPECT_EQ(*log->end_offset(trades0), 40);
  EXPECT_EQ(*log->committed("g", trades0), 39);
  EXPECT_EQ(log->read(trades0, 0, 100)->size(), 40U);
  EXPECT_EQ(values_of(*log->changelog(updates0)), state);
  member = must_join(*log, "g", "i", {topic::onchain_trades});
  const auto rest = poll_until(*member, 1);
  EXPECT_EQ(offsets_of(rest.records), (std::vector<std::int64_t>{39}));
  ASSERT_FALSE(commit_now(*member, {{put(trades0, "t", "next")}, {}}));
  EXPECT_EQ(*log->end_offset(trades0), 41);
}

TEST_F(SqliteLogTest, KeepsTheEndOfAnEmptiedPartitionOverARestart) {
  auto log = must_open(options_, clock_);
  ASSERT_FALSE(commit_now(*must_join(*log, "g", "i", {}), {{put(prices0, "k", "v"), put(updates0, "k", "v")}, {}}));
  ASSERT_FALSE(commit_now(*must_join(*log, "g", "i", {}), {{tombstone(updates0, "k")}, {}}));
  clock_.advance(std::chrono::days{40});
  ASSERT_TRUE(log->maintain(clock_.now()));
  log.reset();
  log = must_open(options_, clock_);
  EXPECT_EQ(*log->end_offset(prices0), 1);
  EXPECT_EQ(*log->end_offset(updates0), 2);
  EXPECT_TRUE(log->read(updates0, 0, 10)->empty());
}

TEST_F(SqliteLogTest, MaintainsMoreThanOneTransactionHolds) {
  auto log = must_open(options_, clock_);
  auto member = must_join(*log, "g", "i", {});
  const auto append = [&](int from, int to) {
    for (int i = from; i < to; ++i)
      ASSERT_FALSE(commit_now(*member, {{put(prices0, "k", std::string(300'000, 'c')),
                                         put(updates0, "K" + std::to_string(i % 3), std::string(300'000, 'u'))},
                                        {}}));
  };
  append(0, 30);
  clock_.advance(std::chrono::days{25});
  append(30, 35);
  clock_.advance(std::chrono::days{10});
  ASSERT_TRUE(log->maintain(clock_.now()));
  EXPECT_EQ(offsets_of(*log->read(prices0, 0, 100)), (std::vector<std::int64_t>{30, 31, 32, 33, 34}));
  EXPECT_EQ(offsets_of(*log->read(updates0, 0, 100)), (std::vector<std::int64_t>{32, 33, 34}));
  EXPECT_EQ(log->changelog(updates0)->size(), 3U);
}

TEST_F(SqliteLogTest, IsPrivateWithAllThatSqlitePutsBesideIt) {
  const auto mode_of = [](const std::string& path) { return std::filesystem::status(path).permissions(); };
  const auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  const auto before = ::umask(0022);
  for (const bool existed_before : {false, true}) {
    auto log = must_open(options_, clock_);
    ASSERT_FALSE(commit_now(*must_join(*log, "g", "i", {}), {{put(trades0, "k", "v")}, {}}));
    for (const auto* beside : {"", "-wal", "-shm", ".lock"})
      EXPECT_EQ(mode_of(path_ + beside), owner_only) << beside << (existed_before ? ", existed before" : "");
    log.reset();
    std::filesystem::permissions(path_, owner_only | std::filesystem::perms::others_read);
  }
  ::umask(before);
}

TEST_F(SqliteLogTest, RefusesASecondOwnerAndSaysWhatToDo) {
  auto log = must_open(options_, clock_);
  const auto second = adapters::open_sqlite_log(options_, clock_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find(path_), std::string::npos);
  EXPECT_NE(second.error().detail.find("takeover"), std::string::npos);
  // The first is unharmed, and lets go when it is closed.
  EXPECT_FALSE(commit_now(*must_join(*log, "g", "i", {}), {{put(trades0, "k", "v")}, {}}));
  log.reset();
  EXPECT_NE(must_open(options_, clock_), nullptr);
}

TEST_F(SqliteLogTest, ATakeoverFencesTheOldOwner) {
  auto old = must_open(options_, clock_);
  auto member = must_join(*old, "g", "i", {topic::onchain_trades});
  auto idle = must_join(*old, "h", "i", {topic::onchain_trades});
  ASSERT_FALSE(commit_now(*member, {{put(trades0, "k", "1")}, {}}));
  auto taking = options_;
  taking.takeover = true;
  auto fresh = must_open(taking, clock_);
  const auto failure = commit_now(*member, {{put(trades0, "k", "lost")}, {}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::fenced);
  EXPECT_EQ(member->poll(1).error().code, log_errc::fenced);
  EXPECT_EQ(idle->poll(1).error().code, log_errc::fenced);
  EXPECT_EQ(old->join({"g", "j", {}}).error().code, log_errc::fenced);
  EXPECT_EQ(old->maintain(clock_.now()).error().code, log_errc::fenced);
  EXPECT_EQ(values_of(*fresh->read(trades0, 0, 10)), (strings{"1"}));
  EXPECT_FALSE(commit_now(*must_join(*fresh, "g", "i", {}), {{put(trades0, "k", "2")}, {}}));
}

TEST_F(SqliteLogTest, AnIdleOldOwnerFindsOutByItself) {
  auto old = must_open(options_, clock_);
  auto member = must_join(*old, "g", "i", {topic::onchain_trades});
  auto taking = options_;
  taking.takeover = true;
  auto fresh = must_open(taking, clock_);
  EXPECT_TRUE(eventually([&] { return !member->poll(1); }));
  member.reset();
  old.reset();
  // The new owner takes the lock that the old one dropped, so a third is refused.
  EXPECT_TRUE(eventually([&] { return !adapters::file_lock{path_ + ".lock"}.try_acquire(); }));
  EXPECT_FALSE(adapters::open_sqlite_log(options_, clock_));
  EXPECT_FALSE(commit_now(*must_join(*fresh, "g", "i", {}), {{put(trades0, "k", "v")}, {}}));
}

TEST_F(SqliteLogTest, RefusesFilesItDoesNotUnderstand) {
  must_open(options_, clock_).reset();
  auto other = options_;
  other.symbol_partitions = 8;
  const auto recounted = adapters::open_sqlite_log(other, clock_);
  ASSERT_FALSE(recounted);
  EXPECT_NE(recounted.error().detail.find("4 symbol partitions, not 8"), std::string::npos);
  sql("UPDATE meta SET value=99 WHERE name='schema_version'");
  const auto newer = adapters::open_sqlite_log(options_, clock_);
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().detail.find("schema version 99"), std::string::npos);
  auto missing = options_;
  missing.path = directory_.file("no/such/log.db");
  EXPECT_FALSE(adapters::open_sqlite_log(missing, clock_));
}

TEST_F(SqliteLogTest, ADamagedBatchIsAnError) {
  auto log = must_open(options_, clock_);
  ASSERT_FALSE(commit_now(*must_join(*log, "g", "i", {}), {{put(trades0, "k", "v"), put(updates0, "k", "v")}, {}}));
  log.reset();
  sql("UPDATE batch SET body = CAST('nonsense' AS BLOB)");
  log = must_open(options_, clock_);
  EXPECT_EQ(log->read(trades0, 0, 10).error().code, log_errc::io);
  EXPECT_EQ(log->changelog(updates0).error().code, log_errc::io);
  EXPECT_EQ(log->maintain(clock_.now()).error().code, log_errc::io);
  auto member = must_join(*log, "g", "i", {topic::onchain_trades});
  const auto polled = member->poll(10);
  ASSERT_FALSE(polled);
  EXPECT_NE(polled.error().detail.find("damaged"), std::string::npos);
  // Records can be appended after the damage.
  EXPECT_FALSE(commit_now(*must_join(*log, "h", "i", {}), {{put(trades0, "k", "after")}, {}}));
}

/// No file of this process grows beyond `bytes` while it lives: what a full disk looks like.
class full_disk {
 public:
  explicit full_disk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto now = before_;
    now.rlim_cur = bytes;
    old_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~full_disk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_);
  }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

 private:
  rlimit before_{};
  void (*old_)(int) = nullptr;
};

TEST_F(SqliteLogTest, AFullDiskFailsTheCommitAndNothingElse) {
  auto log = must_open(options_, clock_);
  auto member = must_join(*log, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  ASSERT_FALSE(commit_now(*member, {{put(trades0, "k", "before")}, {{trades0, 1}}}));
  {
    const full_disk disk{std::filesystem::file_size(path_ + "-wal") + 8192};
    const auto failure = commit_now(*member, {{put(trades0, "k", std::string(1 << 20, 'x'))}, {{trades0, 2}}});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, log_errc::io);
    EXPECT_EQ(log->read(trades0, 0, 10)->size(), 1U);
    EXPECT_EQ(*log->committed("g", trades0), 1);
  }
  member.reset();
  member = must_join(*log, "g", "i", {topic::onchain_trades});
  EXPECT_FALSE(commit_now(*member, {{put(trades0, "k", "after")}, {}}));
  member.reset();
  log.reset();
  log = must_open(options_, clock_);
  EXPECT_EQ(values_of(*log->read(trades0, 0, 10)), (strings{"before", "after"}));
  EXPECT_EQ(*log->committed("g", trades0), 1);
}

TEST_F(SqliteLogTest, MaintenanceAndMembersWorkSideBySide) {
  options_.fold_bytes = 4096;
  options_.tail_bytes = 4096;
  auto log = must_open(options_, clock_);
  auto producer = must_join(*log, "p", "i", {});
  auto reader = must_join(*log, "r", "i", {topic::onchain_trades});
  std::atomic<bool> stop{false};
  std::thread keeper{[&] {
    while (!stop) {
      EXPECT_TRUE(log->maintain(clock_.now()));
      EXPECT_TRUE(log->changelog(updates0));
    }
  }};
  outcomes done;
  constexpr int count = 500;
  for (int i = 0; i < count; ++i)
    producer->commit(
        {{put(trades0, "t", std::to_string(i)), put(updates0, "K" + std::to_string(i % 7), std::string(50, 'x'))}, {}},
        done.next(i));
  const auto got = poll_until(*reader, count, 64);
  ASSERT_TRUE(done.wait_for(count));
  stop = true;
  keeper.join();
  for (int i = 0; i < count; ++i) EXPECT_EQ(*got.records[static_cast<std::size_t>(i)].value, std::to_string(i));
  EXPECT_EQ(log->changelog(updates0)->size(), 7U);
}

}  // namespace
}  // namespace hedgerow::test
