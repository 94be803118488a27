#include "tests/support/kafka_broker.hpp"

#include <stdexcept>

#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

struct shared_broker {
  temporary_directory directory;
  expected<std::unique_ptr<demo::kafka_process>, std::string> process;

  shared_broker() : process{demo::kafka_process::start(kafka_test_options(directory.file("kafka")))} {}
  ~shared_broker() {
    if (process) (*process)->kill_hard();  // its data goes as well
  }
  shared_broker(const shared_broker&) = delete;
  shared_broker& operator=(const shared_broker&) = delete;
};

}  // namespace

demo::kafka_options kafka_test_options(std::filesystem::path data_dir) {
  demo::kafka_options options;
  options.home = demo::default_kafka_home(test::source_folder());
  options.data_dir = std::move(data_dir);
  options.quick_start = true;
  // Tests write with the times of a fake clock: retention would take that for long ago.
  options.settings["log.initial.task.delay.ms"] = "3600000";
  return options;
}

demo::kafka_process& shared_kafka() {
  static shared_broker broker;
  if (!broker.process) throw std::runtime_error{broker.process.error()};
  return **broker.process;
}

}  // namespace hedgerow::test
