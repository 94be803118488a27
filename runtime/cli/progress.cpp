#include "runtime/cli/progress.hpp"

#include <cstdio>

namespace hedgerow::cli {
namespace {

constexpr std::chrono::milliseconds tell_every{500};

std::uint64_t per_second(std::uint64_t records, std::chrono::microseconds taken) {
  return taken.count() <= 0 ? records : records * 1'000'000 / static_cast<std::uint64_t>(taken.count());
}

}  // namespace

std::function<void(std::uint64_t)> tell_progress(std::string doing, const ports::clock& clock) {
  return [doing = std::move(doing), &clock, begun = clock.monotonic(),
          last = clock.monotonic()](std::uint64_t records) mutable {
    const auto now = clock.monotonic();
    if (now - last < tell_every) return;
    last = now;
    std::fprintf(stderr, "%s: %llu records, %llu a second\n", doing.c_str(), static_cast<unsigned long long>(records),
                 static_cast<unsigned long long>(
                     per_second(records, std::chrono::duration_cast<std::chrono::microseconds>(now - begun))));
  };
}

void tell_total(const std::string& done, std::uint64_t records, monotonic_time begun, const ports::clock& clock) {
  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(clock.monotonic() - begun);
  std::fprintf(stderr, "%s: %llu records in %lld ms, %llu a second\n", done.c_str(),
               static_cast<unsigned long long>(records), static_cast<long long>(taken.count() / 1000),
               static_cast<unsigned long long>(per_second(records, taken)));
}

}  // namespace hedgerow::cli
