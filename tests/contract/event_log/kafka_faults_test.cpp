// What only a cluster can do to a log: transactions that others leave open, brokers that restart, members that come and
// go, topics that are not as they must be.
#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <random>

#include "runtime/adapters/kafka/kafka_topics.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/kafka_subject.hpp"
#include "tests/support/kafka_probe.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using strings = std::vector<std::string>;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A transactional producer that is not ours: it does what a dying process does.
class stranger {
 public:
  stranger(const adapters::kafka_options& options, const std::string& name, const std::string& timeout_ms) {
    char reason[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", options.bootstrap.c_str(), reason, sizeof reason);
    rd_kafka_conf_set(conf, "transactional.id", (options.prefix + name).c_str(), reason, sizeof reason);
    rd_kafka_conf_set(conf, "transaction.timeout.ms", timeout_ms.c_str(), reason, sizeof reason);
    rd_kafka_conf_set(conf, "message.timeout.ms", timeout_ms.c_str(), reason, sizeof reason);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    HEDGEROW_CHECK(client_ != nullptr, reason);
    must(rd_kafka_init_transactions(client_, 10'000));
  }
  ~stranger() { rd_kafka_destroy(client_); }
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  /// Begins a transaction and gets a record acknowledged in it.
  void write(const std::string& topic, const std::string& key, const std::string& value) {
    must(rd_kafka_begin_transaction(client_));
    rd_kafka_topic_t* to = rd_kafka_topic_new(client_, topic.c_str(), nullptr);
    std::string copy = value;
    HEDGEROW_CHECK(
        rd_kafka_produce(to, 0, RD_KAFKA_MSG_F_COPY, copy.data(), copy.size(), key.data(), key.size(), nullptr) == 0,
        "produce");
    HEDGEROW_CHECK(rd_kafka_flush(client_, 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush");
    rd_kafka_topic_destroy(to);
  }
  void abort() { must(rd_kafka_abort_transaction(client_, 10'000)); }

 private:
  static void must(rd_kafka_error_t* error) { HEDGEROW_CHECK(error == nullptr, rd_kafka_error_string(error)); }
  rd_kafka_t* client_ = nullptr;
};

class KafkaFaultsTest : public ::testing::Test {
 protected:
  void append(std::vector<outgoing> records) {
    if (!writer_) writer_ = must_join(*log_, "faults-writer", "w", {});
    const auto failure = commit_now(*writer_, {std::move(records), {}});
    ASSERT_FALSE(failure) << failure->detail;
  }

  /// All records of a partition, once there are `count`.
  std::vector<record> read_all(topic_partition source, std::size_t count) {
    std::vector<record> all;
    EXPECT_TRUE(eventually([&] {
      all.clear();
      for (std::int64_t from = 0;;) {
        const auto some = log_->read(source, from, 10'000);
        if (!some || some->empty()) return all.size() >= count;
        from = some->back().offset + 1;
        all.insert(all.end(), some->begin(), some->end());
      }
    })) << all.size()
        << " records";
    return all;
  }

  fake_clock clock_;
  adapters::kafka_options options_ = fresh_kafka_options();
  std::shared_ptr<ports::event_log> log_ = open_fresh_kafka_log(options_, clock_);
  std::unique_ptr<ports::log_member> writer_;
};

TEST_F(KafkaFaultsTest, WhatWasAbortedIsNeverSeenAndWhatIsOpenHidesWhatFollows) {
  const std::string topic = options_.prefix + "onchain-trades";
  stranger other{options_, "other", "60000"};
  other.write(topic, "k", "aborted");
  other.abort();
  append({put(trades0, "k", "1")});
  other.write(topic, "k", "open");
  append({put(trades0, "k", "2")});
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  EXPECT_EQ(values_of(poll_until(*member, 1).records), strings{"1"});
  EXPECT_EQ(values_of(*log_->read(trades0, 0, 10)), strings{"1"});
  other.abort();
  EXPECT_EQ(values_of(poll_until(*member, 1).records), strings{"2"});
}

TEST_F(KafkaFaultsTest, AMemberWhoseNameAnotherOneTakesIsToldAndStderrIsNot) {
  ::testing::internal::CaptureStderr();
  std::string told;
  {
    const auto older = must_join(*log_, "g", "i", {topic::onchain_trades});
    poll_changes(*older, 4, 0);
    const auto younger = must_join(*log_, "g", "i", {topic::onchain_trades});
    EXPECT_TRUE(eventually([&] {
      (void)younger->poll(1);
      const auto batch = older->poll(1);
      if (!batch) told = batch.error().detail;
      return !told.empty();
    }));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(told, HasSubstr("fenced"));
}

TEST_F(KafkaFaultsTest, AChangelogWaitsForTheTransactionThatADeadProcessLeftOpen) {
  append({put(updates0, "AAPL", "1")});
  stranger dead{options_, "dead", "2000"};
  dead.write(options_.prefix + "position-updates", "AAPL", "never committed");
  // The broker aborts it when its time is over; until then the newest record is unknown.
  const auto state = log_->changelog(updates0);
  ASSERT_TRUE(state) << state.error().detail;
  EXPECT_EQ(values_of(*state), strings{"1"});
}

TEST_F(KafkaFaultsTest, MembersComeAndGoAndEveryRecordIsWorkedOnOnceAndInOrder) {
  constexpr int per_partition = 150;
  // A member that leaves says so: the others need not wait for the end of a session.
  options_.static_membership = false;
  options_.rebalance_timeout = std::chrono::milliseconds{3000};
  log_ = open_fresh_kafka_log(options_, clock_);
  for (std::uint32_t p = 0; p < 4; ++p) {
    std::vector<outgoing> some;
    for (int i = 0; i < per_partition; ++i) some.push_back(put({topic::onchain_trades, p}, "k", std::to_string(i)));
    append(std::move(some));
  }
  std::mt19937 random{7};
  // A member joins or leaves each time that so much work has been done.
  int worked = 0;
  int next_change = 0;
  std::map<std::string, std::unique_ptr<ports::log_member>> members;
  // Copies what a poll brings; like a bridge it stops being a member when a commit fails.
  const auto work = [&](std::unique_ptr<ports::log_member>& member) {
    auto batch = member->poll(1 + random() % 20);
    if (!batch) return member.reset();
    if (batch->records.empty()) return;
    log_transaction tx;
    std::map<topic_partition, std::int64_t> next;
    for (const auto& r : batch->records) {
      tx.records.push_back(put({topic::schwab_commands, r.from.partition}, r.key, r.value->str()));
      next[r.from] = r.offset + 1;
    }
    for (const auto& [source, offset] : next) tx.offsets.push_back({source, offset});
    worked += static_cast<int>(tx.records.size());
    if (commit_now(*member, std::move(tx))) member.reset();
  };
  const auto done = [&] {
    for (std::uint32_t p = 0; p < 4; ++p)
      if (log_->committed("g", {topic::onchain_trades, p})->value_or(0) < per_partition) return false;
    return true;
  };
  ASSERT_TRUE(eventually(
      [&] {
        if (worked >= next_change) {
          next_change = worked + 20 + static_cast<int>(random() % 40);
          const std::string name(1, static_cast<char>('a' + random() % 3));
          auto& member = members[name];
          member ? member.reset() : void(member = must_join(*log_, "g", name, {topic::onchain_trades}));
        }
        if (std::ranges::none_of(members, [](const auto& m) { return m.second != nullptr; })) next_change = worked;
        for (auto& [other, m] : members)
          if (m) work(m);
        return worked >= 4 * per_partition && done();
      },
      std::chrono::minutes{2}));
  members.clear();
  for (std::uint32_t p = 0; p < 4; ++p) {
    strings expected;
    for (int i = 0; i < per_partition; ++i) expected.push_back(std::to_string(i));
    const auto found = values_of(read_all({topic::schwab_commands, p}, expected.size()));
    EXPECT_EQ(found, expected) << "partition " << p;
  }
}

TEST_F(KafkaFaultsTest, ABacklogLargerThanTheBufferComesWholeAndInOrder) {
  constexpr int count = 50'000;
  std::vector<outgoing> many;
  for (int i = 0; i < count; ++i) many.push_back(put(trades0, "k", std::to_string(i)));
  append(std::move(many));
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  const auto buffered = [&] {
    for (const auto& [name, value] : member->facts())
      if (name == "buffered") return std::stoi(value);
    return 0;
  };
  poll_changes(*member, 4, 0);
  // Without a poll the buffer fills up to its limit, and no further.
  ASSERT_TRUE(eventually([&] { return buffered() >= 20'000; }));
  EXPECT_LT(buffered(), 25'000);
  const auto all = poll_until(*member, count, 1000);
  ASSERT_EQ(all.records.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_EQ(*all.records[static_cast<std::size_t>(i)].value, std::to_string(i));
}

TEST(KafkaBrokerRestart, CommitsGoOnOrAreMadeAgainAndNoneIsDoubled) {
  temporary_directory folder;
  auto broker = demo::kafka_process::start(kafka_test_options(folder.file("kafka")));
  ASSERT_TRUE(broker) << broker.error();
  const fake_clock clock;
  const auto log = open_fresh_kafka_log(fresh_kafka_options((*broker)->bootstrap()), clock);
  auto member = must_join(*log, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  std::int64_t number = 0;
  const auto commit_next = [&] {
    const auto failure = commit_now(*member, {{put(commands0, "k", std::to_string(number))}, {{trades0, number + 1}}});
    if (!failure) return void(++number);
    // The outcome may be unknown; what is committed tells.
    member = must_join(*log, "g", "i", {topic::onchain_trades});
    poll_changes(*member, 4, 0);
    number = log->committed("g", trades0)->value_or(0);
  };
  while (number < 20) commit_next();
  ASSERT_TRUE((*broker)->restart());
  while (number < 40) commit_next();
  (*broker)->kill_hard();
  ASSERT_TRUE((*broker)->restart());
  while (number < 60) commit_next();
  strings expected;
  for (int i = 0; i < 60; ++i) expected.push_back(std::to_string(i));
  strings found;
  EXPECT_TRUE(eventually([&] {
    const auto records = log->read(commands0, 0, 1000);
    if (records) found = values_of(*records);
    return found.size() >= expected.size();
  }));
  EXPECT_EQ(found, expected);
}

TEST(KafkaTopics, ATopicThatIsNotAsItMustBeIsNamedWithBothValuesAndCanBeCorrected) {
  const fake_clock clock;
  const auto options = fresh_kafka_options();
  { const auto log = open_fresh_kafka_log(options, clock); }
  auto findings = *adapters::inspect_cluster(options);
  EXPECT_EQ(adapters::describe_differences(findings), "");
  // Spoil one: what apply sets is what a finding asks for.
  for (auto& f : findings)
    if (f.id == topic::schwab_commands) f.differences = {{"retention.ms", "60000", ""}};
  ASSERT_TRUE(adapters::apply_to_cluster(options, findings));
  // A broker takes a moment to notice what was set.
  expected<std::shared_ptr<ports::event_log>, ports::log_error> refused;
  ASSERT_TRUE(eventually([&] {
    refused = adapters::open_kafka_log(options, clock);
    return !refused;
  }));
  EXPECT_NE(refused.error().detail.find("schwab-commands: retention.ms is 60000, not -1"), std::string::npos)
      << refused.error().detail;
  ASSERT_TRUE(adapters::apply_to_cluster(options, *adapters::inspect_cluster(options)));
  EXPECT_TRUE(eventually([&] { return adapters::open_kafka_log(options, clock).has_value(); }));
}

TEST(KafkaTopics, AnotherNumberOfPartitionsIsRefusedWithWhatCanBeDone) {
  const fake_clock clock;
  auto options = fresh_kafka_options();
  { const auto log = open_fresh_kafka_log(options, clock); }
  options.symbol_partitions = 8;
  const auto refused = adapters::open_kafka_log(options, clock);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail,
              AllOf(HasSubstr("onchain-trades has 4 partitions, and log.symbol_partitions = 8"),
                    HasSubstr("set log.symbol_partitions = 4"), HasSubstr("another kafka.prefix"),
                    HasSubstr("chain.start_block"), Not(HasSubstr("apply"))));
  // A number that is not that of all topics cannot be set.
  auto findings = *adapters::inspect_cluster(options);
  findings[static_cast<std::size_t>(topic::onchain_trades)].differences = {{"partitions", "8", "5"}};
  EXPECT_THAT(adapters::explain_partitions(findings), AllOf(HasSubstr("kafka.prefix"), Not(HasSubstr("set log"))));
}

TEST(KafkaTopics, WhoOnlyReadsMakesNone) {
  const fake_clock clock;
  auto options = fresh_kafka_options();
  const auto count = [&] {
    return std::ranges::count_if(*adapters::inspect_cluster(options), &adapters::topic_finding::exists);
  };
  options.read_only = true;
  const auto none = adapters::open_kafka_log(options, clock);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().detail, HasSubstr("kafka.prefix = \"" + options.prefix + "\": there is no log"));
  EXPECT_EQ(count(), 0);
  ASSERT_TRUE(kafka_probe{options.bootstrap}.create_topic(options.prefix + "onchain-trades", 4));
  ASSERT_TRUE(eventually([&] { return count() == 1; }));
  const auto some = adapters::open_kafka_log(options, clock);
  ASSERT_FALSE(some);
  EXPECT_THAT(some.error().detail, AllOf(HasSubstr("kafka.prefix = \"" + options.prefix), HasSubstr("position-updates"),
                                         HasSubstr("`hedgerow topics apply`"), Not(HasSubstr("onchain-trades"))));
  EXPECT_EQ(count(), 1);
}

TEST(KafkaTopics, NobodyAtTheAddressIsAnErrorWithinTheLimit) {
  const fake_clock clock;
  auto options = fresh_kafka_options("127.0.0.1:1");
  options.request_timeout = std::chrono::milliseconds{1000};
  const auto refused = adapters::open_kafka_log(options, clock);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("127.0.0.1:1"), std::string::npos);
}

TEST(KafkaTopics, TheBrokerCompactsWhatTheTableSaysAndTheChangelogStaysTheSame) {
  const fake_clock clock{{1'790'000'000'000'000}};
  const auto options = fresh_kafka_options();
  const auto log = open_fresh_kafka_log(options, clock);
  auto findings = *adapters::inspect_cluster(options);
  for (auto& f : findings)
    if (f.id == topic::position_updates)
      f.differences = {
          {"segment.ms", "100", ""}, {"min.cleanable.dirty.ratio", "0.001", ""}, {"max.compaction.lag.ms", "100", ""}};
  ASSERT_TRUE(adapters::apply_to_cluster(options, findings));
  auto writer = must_join(*log, "w", "w", {});
  int written = 0;
  // Segments are rolled by writing, so the writing goes on until the cleaner has been there.
  EXPECT_TRUE(eventually(
      [&] {
        for (int i = 0; i < 20; ++i)
          if (commit_now(*writer, {{put(updates0, "AAPL", std::to_string(++written))}, {}})) return false;
        std::size_t left = 0;
        for (std::int64_t from = 0;;) {
          const auto some = log->read(updates0, from, 10'000);
          if (!some || some->empty()) break;
          left += some->size();
          from = some->back().offset + 1;
        }
        return written > 100 && left < static_cast<std::size_t>(written) / 2;
      },
      std::chrono::seconds{60}));
  EXPECT_EQ(values_of(*log->changelog(updates0)), strings{std::to_string(written)});
}

}  // namespace
}  // namespace hedgerow::test
