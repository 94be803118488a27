// SIGKILL in the middle of commits, again and again: no copy is lost, repeated or without its offset.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

/// Starts the writer, kills it after `copies` finished transactions; how many it reported.
int run_and_kill(const std::string& path, int copies) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(SQLITE_LOG_WRITER, SQLITE_LOG_WRITER, path.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  char byte = 0;
  int seen = 0;
  while (seen < copies && ::read(ends[0], &byte, 1) == 1) ++seen;
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
  while (::read(ends[0], &byte, 1) == 1) ++seen;
  ::close(ends[0]);
  return seen;
}

struct totals {
  std::int64_t copies = 0;
  std::int64_t inputs = 0;
};

totals verify(const std::string& path) {
  const fake_clock clock;
  adapters::sqlite_log_options options;
  options.path = path;
  const auto log = adapters::open_sqlite_log(options, clock);
  EXPECT_TRUE(log) << log.error().detail;
  if (!log) return {};
  const auto inputs = (*log)->end_offset(trades0).value_or(-1);
  const auto out = (*log)->read(commands0, 0, static_cast<std::size_t>(inputs) + 1);
  EXPECT_TRUE(out);
  for (std::size_t i = 0; i < out->size(); ++i) EXPECT_EQ(*(*out)[i].value, std::to_string(i));
  const auto copies = static_cast<std::int64_t>(out->size());
  EXPECT_LE(copies, inputs);
  EXPECT_EQ((*log)->committed("copier", trades0).value().value_or(0), copies);
  const auto state = (*log)->changelog(updates0);
  if (copies > 0) {
    EXPECT_EQ(values_of(*state), (std::vector<std::string>{std::to_string(copies - 1)}));
  }
  return {copies, inputs};
}

TEST(SqliteLogKill, NoCopyIsLostOrRepeated) {
  const char* wanted =
      std::getenv("HEDGEROW_KILL_ROUNDS");  // allow: how long, or whether files are written, is chosen from outside
  const int rounds = wanted == nullptr ? 25 : std::atoi(wanted);
  temporary_directory directory;
  const auto path = directory.file("log.db");
  std::mt19937 random{7};
  std::int64_t reported = 0;
  totals last;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    reported += run_and_kill(path, std::uniform_int_distribution{1, 60}(random));
    const auto now = verify(path);
    // What was reported as committed is there; each report stands for one copy or more.
    EXPECT_GE(now.copies, reported);
    EXPECT_GT(now.copies, last.copies);
    EXPECT_GE(now.inputs, last.inputs);
    last = now;
  }
  RecordProperty("copies", static_cast<int>(last.copies));
}

}  // namespace
}  // namespace hedgerow::test
