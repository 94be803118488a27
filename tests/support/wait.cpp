#include "tests/support/wait.hpp"

#include <thread>

namespace hedgerow::test {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});  // allow: the one place where a test waits
  }
  return true;
}

}  // namespace hedgerow::test
