// What every event log must do. An adapter's test program compiles contract_*.cpp and says
// INSTANTIATE_TEST_SUITE_P(name, EventLogContract, ::testing::Values(contract_subject{...})).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "actors/ports/event_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {

/// One fresh, empty log with four symbol partitions.
class log_under_test {
 public:
  virtual ~log_under_test() = default;
  virtual std::shared_ptr<ports::event_log> log() = 0;
  fake_clock clock;
};

struct contract_subject {
  std::string name;
  std::function<std::unique_ptr<log_under_test>()> make;
  /// Records of a partition are numbered without gaps and can be read as soon as their commit is done. Kafka numbers
  /// the marks of transactions too, and shows a transaction a moment after it has answered.
  bool embedded = true;
  friend std::ostream& operator<<(std::ostream& out, const contract_subject& s) { return out << s.name; }
};

/// The outcomes of commits, in the order of the callbacks.
class outcomes {
 public:
  [[nodiscard]] ports::commit_callback next(int number = 0);
  [[nodiscard]] bool wait_for(std::size_t count) const;
  [[nodiscard]] std::vector<int> order() const;
  /// Nothing for a success.
  [[nodiscard]] std::vector<std::optional<ports::log_error>> errors() const;

 private:
  struct state {
    mutable std::mutex mutex;
    std::vector<int> order;
    std::vector<std::optional<ports::log_error>> errors;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// Commits and waits; nothing when it went well.
std::optional<ports::log_error> commit_now(ports::log_member& member, log_transaction transaction);
/// Joins, or ends the test program.
std::unique_ptr<ports::log_member> must_join(ports::event_log& log, const std::string& group,
                                             const std::string& instance, std::vector<topic> inputs);
/// Polls until `count` records came; all that the polls brought.
ports::log_batch poll_until(ports::log_member& member, std::size_t count, std::size_t limit = 1000);
/// Polls until `assigned` or `revoked` partitions have been reported.
ports::log_batch poll_changes(ports::log_member& member, std::size_t assigned, std::size_t revoked);

/// The partitions of a topic that a member shall own.
struct share {
  ports::log_member* member = nullptr;
  topic of{};
  std::set<std::uint32_t> partitions;
};
/// Polls all of these members by turns until each owns its share of its topic, by what the polls told since it joined.
[[nodiscard]] ::testing::AssertionResult settle(const std::vector<share>& shares);

outgoing put(topic_partition to, std::string key, std::string value);
outgoing tombstone(topic_partition to, std::string key);
std::vector<std::string> values_of(const std::vector<record>& records);
std::vector<std::int64_t> offsets_of(const std::vector<record>& records);

inline constexpr topic_partition trades0{topic::onchain_trades, 0};
inline constexpr topic_partition commands0{topic::schwab_commands, 0};
inline constexpr topic_partition prices0{topic::pyth_prices, 0};
inline constexpr topic_partition updates0{topic::position_updates, 0};

class EventLogContract : public ::testing::TestWithParam<contract_subject> {
 protected:
  /// Appends without consuming anything.
  void append(std::vector<outgoing> records);
  /// The first `count` records from an offset on, once they can be read.
  [[nodiscard]] std::vector<record> read_when_there(topic_partition source, std::size_t count, std::int64_t from = 0);
  /// These offsets; of a log that also numbers other things, as many that ascend.
  void expect_offsets(const std::vector<record>& records, const std::vector<std::int64_t>& offsets) const;
  /// This end; of a log that also numbers other things, at least that.
  void expect_end(topic_partition source, std::int64_t end);

  std::unique_ptr<log_under_test> subject_ = GetParam().make();
  std::shared_ptr<ports::event_log> log_ = subject_->log();
  std::unique_ptr<ports::log_member> producer_;
};

}  // namespace hedgerow::test
