// The Kafka log: the contract, on a real broker.
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/kafka_subject.hpp"

namespace hedgerow::test {
namespace {

class kafka_subject final : public log_under_test {
 public:
  std::shared_ptr<ports::event_log> log() override { return open_fresh_kafka_log(fresh_kafka_options(), clock); }
};

const contract_subject subject{"kafka", [] { return std::make_unique<kafka_subject>(); }, false};

INSTANTIATE_TEST_SUITE_P(kafka_log, event_log_contract, ::testing::Values(subject),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace hedgerow::test
