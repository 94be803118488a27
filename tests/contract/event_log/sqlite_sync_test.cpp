// The SQLite log on a disk that takes its time or refuses a sync: who reads does not wait for it, who commits does.
#include <sqlite3.h>

#include <condition_variable>
#include <filesystem>

#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using ports::log_errc;

/// The disk below SQLite's own access to files.
class slow_disk {
 public:
  static slow_disk& instance() {
    static slow_disk one;
    return one;
  }

  void hold(bool held) {
    const std::lock_guard lock{mutex_};
    held_ = held;
    changed_.notify_all();
  }
  /// Syncs of files that were opened with this flag fail: SQLITE_OPEN_WAL or SQLITE_OPEN_MAIN_DB; none with 0.
  void refuse(int kind) {
    const std::lock_guard lock{mutex_};
    refused_ = kind;
  }
  /// So far, refused ones too, of files that were opened with this flag.
  [[nodiscard]] int syncs(int kind) const {
    const std::lock_guard lock{mutex_};
    return kind == SQLITE_OPEN_WAL ? wal_syncs_ : main_syncs_;
  }

 private:
  slow_disk() : files_{*sqlite3_vfs_find(nullptr)} {
    files_.zName = "slow-disk";
    open_ = files_.xOpen;
    files_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
      return instance().open(vfs, name, file, flags, out);
    };
    sqlite3_vfs_register(&files_, 1);
  }

  int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = open_(vfs, name, file, flags, out);
    if (code != SQLITE_OK || (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) == 0) return code;
    const std::lock_guard lock{mutex_};
    const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
    auto& methods = is_wal ? wal_ : main_;
    sync_ = file->pMethods->xSync;
    methods = *file->pMethods;
    methods.xSync = is_wal ? [](sqlite3_file* f, int how) { return instance().sync(f, how, SQLITE_OPEN_WAL); }
                           : [](sqlite3_file* f, int how) { return instance().sync(f, how, SQLITE_OPEN_MAIN_DB); };
    file->pMethods = &methods;
    return code;
  }

  int sync(sqlite3_file* file, int how, int kind) {
    std::unique_lock lock{mutex_};
    ++(kind == SQLITE_OPEN_WAL ? wal_syncs_ : main_syncs_);
    changed_.wait(lock, [&] { return !held_; });
    return refused_ == kind ? SQLITE_IOERR_FSYNC : sync_(file, how);
  }

  sqlite3_vfs files_;
  decltype(sqlite3_vfs::xOpen) open_ = nullptr;
  decltype(sqlite3_io_methods::xSync) sync_ = nullptr;
  sqlite3_io_methods wal_{};
  sqlite3_io_methods main_{};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int refused_ = 0;
  int wal_syncs_ = 0;
  int main_syncs_ = 0;
};

class SqliteSyncTest : public ::testing::Test {
 protected:
  SqliteSyncTest() { options_.lock_wait = std::chrono::milliseconds{0}; }
  ~SqliteSyncTest() override {
    disk_.hold(false);
    disk_.refuse(0);
  }

  void open() {
    auto opened = adapters::open_sqlite_log(options_, clock_);
    ASSERT_TRUE(opened) << opened.error().detail;
    log_ = *opened;
  }

  slow_disk& disk_ = slow_disk::instance();
  temporary_directory directory_;
  fake_clock clock_;
  adapters::sqlite_log_options options_{directory_.file("log.db")};
  std::shared_ptr<ports::event_log> log_;
};

TEST_F(SqliteSyncTest, WhoReadsGoesOnWhileTheDiskWorksAndWhoCommitsWaits) {
  open();
  const auto reader = must_join(*log_, "reads", "i", {topic::onchain_trades});
  poll_changes(*reader, 4, 0);
  const auto writer = must_join(*log_, "writes", "i", {});
  // The first transaction behind a checkpoint syncs the header of the write-ahead log before it is visible.
  ASSERT_FALSE(commit_now(*writer, {{put(prices0, "k", "before")}, {}}));
  outcomes out;
  disk_.hold(true);
  writer->commit({{put(trades0, "k", "first")}, {}}, out.next(1));
  EXPECT_EQ(values_of(poll_until(*reader, 1).records), (std::vector<std::string>{"first"}));
  writer->commit({{put(trades0, "k", "second")}, {}}, out.next(2));
  EXPECT_TRUE(out.order().empty()) << "neither is durable";
  disk_.hold(false);
  ASSERT_TRUE(out.wait_for(2));
  EXPECT_EQ(out.order(), (std::vector{1, 2}));
  for (const auto& error : out.errors()) EXPECT_FALSE(error);
  EXPECT_EQ(values_of(poll_until(*reader, 1).records), (std::vector<std::string>{"second"}));
}

TEST_F(SqliteSyncTest, ARefusedSyncEndsTheLog) {
  open();
  const auto writer = must_join(*log_, "writes", "i", {});
  auto other = must_join(*log_, "reads", "i", {topic::onchain_trades});
  poll_changes(*other, 4, 0);
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "kept")}, {}}));
  disk_.refuse(SQLITE_OPEN_WAL);
  const auto failed = commit_now(*writer, {{put(trades0, "k", "unknown")}, {}});
  disk_.refuse(0);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, log_errc::timed_out) << "it may be there or not";
  // A sync that succeeds afterwards says nothing about what the kernel dropped.
  EXPECT_TRUE(commit_now(*other, {{}, {{trades0, 1}}}));
  EXPECT_FALSE(other->poll(10));
  const auto refused = log_->join({"late", "i", {}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(options_.path), std::string::npos) << refused.error().detail;
}

TEST_F(SqliteSyncTest, AfterARefusedSyncTheFileIsLeftAloneAndOpeningItSyncsAllThatIsThere) {
  open();
  auto writer = must_join(*log_, "writes", "i", {});
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", std::string(600'000, 'x'))}, {}}));
  disk_.refuse(SQLITE_OPEN_WAL);
  ASSERT_TRUE(commit_now(*writer, {{put(trades0, "k", std::string(900'000, 'y'))}, {}}));
  disk_.refuse(0);
  const auto before = disk_.syncs(SQLITE_OPEN_MAIN_DB);
  EXPECT_FALSE(log_->maintain(clock_.now()));
  writer.reset();
  log_.reset();
  EXPECT_EQ(disk_.syncs(SQLITE_OPEN_MAIN_DB), before) << "the write-ahead log may have a hole on the disk";
  EXPECT_GT(std::filesystem::file_size(options_.path + "-wal"), 1'500'000U);
  const auto of_wal = disk_.syncs(SQLITE_OPEN_WAL);
  open();
  EXPECT_GT(disk_.syncs(SQLITE_OPEN_MAIN_DB), before);
  EXPECT_GT(disk_.syncs(SQLITE_OPEN_WAL), of_wal);
  EXPECT_EQ(*log_->end_offset(trades0), 2);
  ASSERT_FALSE(commit_now(*must_join(*log_, "writes", "i", {}), {{put(trades0, "k", "z")}, {}}));
}

TEST_F(SqliteSyncTest, IsNotOpenedOnADiskThatRefuses) {
  disk_.refuse(SQLITE_OPEN_WAL);
  EXPECT_FALSE(adapters::open_sqlite_log(options_, clock_));
  disk_.refuse(0);
  open();
}

TEST_F(SqliteSyncTest, ARefusedSyncOfACheckpointEndsTheLog) {
  open();
  const auto writer = must_join(*log_, "writes", "i", {});
  disk_.refuse(SQLITE_OPEN_MAIN_DB);
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", std::string(3'000'000, 'x'))}, {}}));
  EXPECT_TRUE(eventually([&] {
    return !log_->join({"late", "i", {}}).has_value();
  })) << "an idle writer copies what is in the write-ahead log";
}

TEST_F(SqliteSyncTest, WithNormalDurabilityNobodyWaitsForTheDisk) {
  options_.durability = adapters::log_durability::normal;
  open();
  const auto writer = must_join(*log_, "writes", "i", {});
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "first")}, {}}));
  const auto before = disk_.syncs(SQLITE_OPEN_WAL);
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "second")}, {}}));
  EXPECT_EQ(disk_.syncs(SQLITE_OPEN_WAL), before);
}

TEST_F(SqliteSyncTest, EachGroupOfCommitsIsSyncedOnce) {
  open();
  const auto writer = must_join(*log_, "writes", "i", {});
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "first")}, {}}));
  const auto before = disk_.syncs(SQLITE_OPEN_WAL);
  ASSERT_FALSE(commit_now(*writer, {{put(trades0, "k", "second")}, {}}));
  EXPECT_EQ(disk_.syncs(SQLITE_OPEN_WAL), before + 1);
}

}  // namespace
}  // namespace hedgerow::test
