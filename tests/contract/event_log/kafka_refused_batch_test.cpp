// A batch that the broker refuses for the moment, with another of the same transaction and partition behind it.
// librdkafka (2.8.0 and before) with both on their way takes the acknowledgement of the second for one of the first as
// well, when the producer is new: a record of a committed transaction would be missing. See docs/adr/0009-kafka-log.md.
#include "runtime/demo/loopback_ports.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/kafka_subject.hpp"
#include "tests/support/produce_refuser.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using strings = std::vector<std::string>;

/// A broker that sends its clients to the refuser, wherever they first ask.
class KafkaRefusedBatchTest : public ::testing::Test {
 protected:
  KafkaRefusedBatchTest() {
    auto started = demo::kafka_process::start(broker_options());
    HEDGEROW_CHECK(started.has_value(), started ? "" : started.error().c_str());
    broker_ = std::move(*started);
    refuser_ = std::make_unique<produce_refuser>(port_, broker_->port());
    options_ = fresh_kafka_options(broker_->bootstrap());
    log_ = open_fresh_kafka_log(options_, clock_);
    writer_ = must_join(*log_, "w", "w", {});
  }
  ~KafkaRefusedBatchTest() override { broker_->kill_hard(); }

  [[nodiscard]] demo::kafka_options broker_options() const {
    auto options = kafka_test_options(directory_.file("kafka"));
    options.settings["advertised.listeners"] = "PLAINTEXT://127.0.0.1:" + std::to_string(port_);
    return options;
  }

  void write_with_a_refusal() {
    refuser_->refuse_next(options_.prefix + "onchain-trades");
    const auto failure = commit_now(*writer_, {{put(trades0, "k", large_), put(trades0, "k", "small")}, {}});
    EXPECT_FALSE(failure) << failure->detail;
    EXPECT_TRUE(refuser_->refused());
  }

  void expect_written(const strings& values) {
    // Not compared as texts: a difference would print megabytes.
    EXPECT_TRUE(eventually([&] { return values_of(log_->read(trades0, 0, 10).value()) == values; }))
        << log_->read(trades0, 0, 10).value().size() << " records";
  }

  /// So large that the next record needs a request of its own.
  const std::string large_ = std::string(2'000'000, 'x');
  temporary_directory directory_;
  std::uint16_t port_ = demo::free_port(0);
  std::unique_ptr<demo::kafka_process> broker_;
  std::unique_ptr<produce_refuser> refuser_;
  adapters::kafka_options options_;
  fake_clock clock_;
  std::shared_ptr<ports::event_log> log_;
  std::unique_ptr<ports::log_member> writer_;
};

TEST_F(KafkaRefusedBatchTest, OfANewProducerIsWrittenBeforeTheNextOne) {
  write_with_a_refusal();
  expect_written({large_, "small"});
}

TEST_F(KafkaRefusedBatchTest, OfAProducerThatHasWrittenBeforeIsWrittenBeforeTheNextOne) {
  ASSERT_FALSE(commit_now(*writer_, {{put(trades0, "k", "first")}, {}}));
  write_with_a_refusal();
  expect_written({"first", large_, "small"});
}

}  // namespace
}  // namespace hedgerow::test
