// Owns a broker until it is killed by kafka_process_test: prints the broker's port, then waits for the end of stdin.
#include <unistd.h>

#include <iostream>

#include "tests/support/kafka_broker.hpp"

int main(int /*argc*/, char** argv) {
  const auto broker = hedgerow::demo::kafka_process::start(hedgerow::test::kafka_test_options(argv[1]));
  if (!broker) {
    std::cerr << broker.error() << '\n';
    return 1;
  }
  std::cout << (*broker)->port() << std::endl;
  char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}
