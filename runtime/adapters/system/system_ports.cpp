#include "runtime/adapters/system/system_ports.hpp"

#include <time.h>

#include <random>

#include "messages/types/check.hpp"

namespace hedgerow::adapters {

timestamp system_clock::now() const {
  using namespace std::chrono;
  return {duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

monotonic_time system_clock::monotonic() const {
  // CLOCK_MONOTONIC, which steady_clock is, stands still while the machine is suspended: a lease would outlive its
  // time.
  timespec now{};
  HEDGEROW_CHECK(::clock_gettime(CLOCK_BOOTTIME, &now) == 0, "this system has no CLOCK_BOOTTIME");
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

splitmix_random::splitmix_random() : state_{0} {
  std::random_device device;
  state_ = (std::uint64_t{device()} << 32U) | device();
}

std::uint64_t splitmix_random::next() {
  std::uint64_t z = state_.fetch_add(0x9e3779b97f4a7c15ULL) + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

}  // namespace hedgerow::adapters
