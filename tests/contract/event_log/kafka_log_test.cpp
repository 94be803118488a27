// The Kafka log: the contract, on a real broker.
#include <filesystem>
#include <future>

#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/kafka_subject.hpp"

namespace hedgerow::test {
namespace {

class kafka_subject final : public log_under_test {
 public:
  std::shared_ptr<ports::event_log> log() override { return open_fresh_kafka_log(fresh_kafka_options(), clock); }
};

const contract_subject subject{"kafka", [] { return std::make_unique<kafka_subject>(); }, false};

std::ptrdiff_t threads() {
  using iterator = std::filesystem::directory_iterator;
  return std::distance(iterator{"/proc/self/task"}, iterator{});
}

/// A thread that outlived the log would use what the log's owner has given up.
TEST(KafkaLog, LeavesNoThreadBehindWhenACallbackEndsAMember) {
  fake_clock clock;
  const auto options = fresh_kafka_options();
  open_fresh_kafka_log(options, clock);
  const auto before = threads();
  auto log = open_fresh_kafka_log(options, clock);
  auto member = must_join(*log, "g", "i", {});
  std::promise<void> gone;
  std::promise<void> log_gone;
  auto* raw = member.get();
  raw->commit({{{{topic::schwab_commands, 0}, "k", "v"}}, {}}, [&](const auto&) {
    member.reset();
    gone.set_value();
    // The thread is busy for as long as a log takes that does not wait for it.
    log_gone.get_future().wait_for(std::chrono::milliseconds{500});
  });
  gone.get_future().wait();
  log.reset();
  EXPECT_EQ(threads(), before);
  log_gone.set_value();
}

INSTANTIATE_TEST_SUITE_P(kafka_log, EventLogContract, ::testing::Values(subject),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace hedgerow::test
