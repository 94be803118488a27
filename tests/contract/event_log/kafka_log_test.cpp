// The Kafka log: the contract, on a real broker.
#include "runtime/adapters/kafka/kafka_log.hpp"

#include <atomic>

#include "messages/types/check.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/kafka_broker.hpp"

namespace hedgerow::test {
namespace {

/// Every test has topics of its own on the one broker.
adapters::kafka_options fresh_options() {
  static std::atomic<int> count{0};
  adapters::kafka_options options;
  options.bootstrap = shared_kafka().bootstrap();
  options.prefix = "t" + std::to_string(++count) + ".";
  options.session_timeout = std::chrono::milliseconds{1500};
  options.transaction_timeout = std::chrono::milliseconds{3000};
  options.rebalance_timeout = std::chrono::milliseconds{8000};
  return options;
}

class kafka_subject final : public log_under_test {
 public:
  std::shared_ptr<ports::event_log> log() override {
    auto log = adapters::open_kafka_log(fresh_options(), clock);
    HEDGEROW_CHECK(log.has_value(), log ? "" : log.error().detail.c_str());
    return *log;
  }
};

const contract_subject subject{"kafka", [] { return std::make_unique<kafka_subject>(); }, false};

INSTANTIATE_TEST_SUITE_P(kafka_log, event_log_contract, ::testing::Values(subject),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace hedgerow::test
