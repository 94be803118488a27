// The machine's clock, random numbers and allocator.
#pragma once

#include <atomic>

#include "actors/ports/clock.hpp"
#include "actors/ports/random.hpp"

namespace hedgerow::adapters {

class system_clock final : public ports::clock {
 public:
  [[nodiscard]] timestamp now() const override;
  [[nodiscard]] monotonic_time monotonic() const override;
};

/// SplitMix64 from a seed; without one, seeded by the machine.
class splitmix_random final : public ports::random {
 public:
  splitmix_random();
  explicit splitmix_random(std::uint64_t seed) : state_{seed} {}
  [[nodiscard]] std::uint64_t next() override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace hedgerow::adapters
