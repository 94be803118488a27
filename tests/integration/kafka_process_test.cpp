// The broker that tests and the demo start: it serves, keeps what it acknowledged, and never stays behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "runtime/demo/child_process.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_probe.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(KafkaProcess, ServesWhenStartReturns) {
  demo::kafka_process& broker = shared_kafka();
  EXPECT_TRUE(broker.running());
  kafka_probe probe{broker.bootstrap()};
  const auto topics = probe.topics();
  ASSERT_TRUE(topics) << topics.error();
  const auto created = probe.create_topic("served", 3);
  ASSERT_TRUE(created) << created.error();
  EXPECT_THAT(probe.topics().value(), Contains("served"));
}

TEST(KafkaProcess, RestartsOnTheSamePortWithTopicsAndRecordsKept) {
  demo::kafka_process& broker = shared_kafka();
  const std::string bootstrap = broker.bootstrap();
  kafka_probe probe{bootstrap};
  ASSERT_TRUE(probe.create_topic("kept", 1));
  ASSERT_EQ(probe.produce("kept", 0, "before"), 0);

  auto again = broker.restart();
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(broker.bootstrap(), bootstrap);
  EXPECT_EQ(probe.produce("kept", 0, "after a restart"), 1);

  broker.kill_hard();
  EXPECT_FALSE(broker.running());
  again = broker.restart();
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(probe.produce("kept", 0, "after a crash"), 2);
  EXPECT_THAT(probe.read("kept", 0, 0, 3).value(), ElementsAre("before", "after a restart", "after a crash"));
}

TEST(KafkaProcess, AFolderUsedBeforeIsResumedOnAnotherPort) {
  const temporary_directory directory;
  auto options = kafka_test_options(directory.file("kafka"));
  options.settings = {{"num.partitions", "7"}};
  {
    const auto broker = demo::kafka_process::start(options);
    ASSERT_TRUE(broker) << broker.error();
    kafka_probe probe{(*broker)->bootstrap()};
    ASSERT_TRUE(probe.create_topic("moved", 1));
    ASSERT_EQ(probe.produce("moved", 0, "here"), 0);
  }
  const auto broker = demo::kafka_process::start(options);
  ASSERT_TRUE(broker) << broker.error();
  kafka_probe probe{(*broker)->bootstrap()};
  EXPECT_THAT(probe.read("moved", 0, 0, 1).value(), ElementsAre("here"));
  EXPECT_THAT(demo::text_of(directory.file("kafka/server.properties")), HasSubstr("num.partitions=7\n"));
}

/// A process with a broker of its own.
struct broker_owner {
  pid_t pid = -1;
  /// 0 when the broker did not start.
  std::uint16_t port = 0;

  explicit broker_owner(const std::string& data_dir) {
    int input[2];
    int output[2];
    EXPECT_EQ(::pipe2(input, O_CLOEXEC) + ::pipe2(output, O_CLOEXEC), 0);
    pid = ::fork();
    if (pid == 0) {
      ::dup2(input[0], STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      ::execl(KAFKA_OWNER, KAFKA_OWNER, data_dir.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    stdin_ = input[1];
    char digit = 0;
    while (::read(output[0], &digit, 1) == 1 && digit != '\n') {
      port = static_cast<std::uint16_t>(port * 10 + (digit - '0'));
    }
    ::close(output[0]);
  }
  ~broker_owner() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ::close(stdin_);
  }
  broker_owner(const broker_owner&) = delete;
  broker_owner& operator=(const broker_owner&) = delete;

 private:
  int stdin_ = -1;
};

TEST(KafkaProcess, DiesWithItsParent) {
  const temporary_directory directory;
  std::uint16_t port = 0;
  {
    const broker_owner owner{directory.file("kafka")};
    port = owner.port;
    ASSERT_NE(port, 0) << demo::tail_of(directory.file("kafka/broker.log"));
    EXPECT_TRUE(demo::port_answers(port));
  }
  EXPECT_TRUE(eventually([port] { return !demo::port_answers(port); }));
}

TEST(KafkaProcess, SaysWhatIsMissingAndTheRemedy) {
  const temporary_directory directory;
  auto options = kafka_test_options(directory.file("kafka"));
  options.java = "/nowhere/java";
  EXPECT_THAT(demo::kafka_process::start(options).error(),
              AllOf(HasSubstr("Java 17"), HasSubstr("/nowhere/java"), HasSubstr("make setup")));
  options.home = "/nowhere";
  EXPECT_THAT(demo::kafka_process::start(options).error(), AllOf(HasSubstr("/nowhere/libs"), HasSubstr("make setup")));
}

TEST(KafkaProcess, SaysWhichPortIsTaken) {
  const temporary_directory directory;
  auto options = kafka_test_options(directory.file("kafka"));
  options.port = shared_kafka().port();
  EXPECT_THAT(demo::kafka_process::start(options).error(), HasSubstr(std::to_string(options.port)));
}

TEST(KafkaProcess, ShowsTheLogOfABrokerThatDoesNotStart) {
  const temporary_directory directory;
  auto options = kafka_test_options(directory.file("kafka"));
  options.settings = {{"log.cleaner.dedupe.buffer.size", "many"}};
  EXPECT_THAT(demo::kafka_process::start(options).error(), HasSubstr("log.cleaner.dedupe.buffer.size"));
}

}  // namespace
}  // namespace hedgerow::test
