#include "runtime/cli/signals.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace hedgerow::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);  // our own wake-up
  return set;
}

}  // namespace

void block_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that hangs up must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> wait_for_stop(std::chrono::milliseconds limit) {
  const sigset_t set = stop_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec time{};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(limit - seconds).count();
  const int got = sigtimedwait(&set, nullptr, &time);
  if (got < 0) return std::nullopt;
  return got == SIGUSR1 ? 0 : got;
}

void wake_stop() { kill(getpid(), SIGUSR1); }

}  // namespace hedgerow::cli
