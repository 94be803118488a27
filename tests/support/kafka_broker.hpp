// A real Kafka broker for tests. Where there is none, its tests fail: they are left out by label (WITHOUT_KAFKA=1),
// never skipped.
#pragma once

#include <filesystem>

#include "runtime/demo/kafka_process.hpp"

namespace hedgerow::test {

/// How a test starts a broker of its own: quickly, on any free port.
[[nodiscard]] demo::kafka_options kafka_test_options(std::filesystem::path data_dir);

/// The test program's broker: started by the first call, ended and its data removed at exit. Tests keep apart by
/// topics, groups and transactional ids of their own. Throws std::runtime_error with the remedy when it does not start,
/// which fails the test.
[[nodiscard]] demo::kafka_process& shared_kafka();

}  // namespace hedgerow::test
