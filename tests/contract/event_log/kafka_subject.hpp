// Kafka logs for tests: every one has topics of its own on the test program's broker.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "messages/types/check.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "tests/support/kafka_broker.hpp"

namespace hedgerow::test {

/// Short time-outs, so that what is left behind by the dead is over soon.
inline adapters::kafka_options fresh_kafka_options(const std::string& bootstrap = shared_kafka().bootstrap()) {
  static std::atomic<int> count{0};
  adapters::kafka_options options;
  options.bootstrap = bootstrap;
  options.prefix = "t" + std::to_string(++count) + ".";
  options.session_timeout = std::chrono::milliseconds{1500};
  options.transaction_timeout = std::chrono::milliseconds{3000};
  options.rebalance_timeout = std::chrono::milliseconds{8000};
  return options;
}

inline std::shared_ptr<ports::event_log> open_fresh_kafka_log(const adapters::kafka_options& options,
                                                              const ports::clock& clock) {
  auto log = adapters::open_kafka_log(options, clock);
  HEDGEROW_CHECK(log.has_value(), log ? "" : log.error().detail.c_str());
  return *log;
}

}  // namespace hedgerow::test
