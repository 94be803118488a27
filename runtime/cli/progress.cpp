#include "runtime/cli/progress.hpp"

#include <algorithm>
#include <cstdio>

namespace hedgerow::cli {
namespace {

constexpr std::chrono::milliseconds tell_every{500};

using number = unsigned long long;

std::uint64_t per_second(std::uint64_t records, std::chrono::microseconds taken) {
  return taken.count() <= 0 ? records : records * 1'000'000 / static_cast<std::uint64_t>(taken.count());
}

/// Calls `print` with what is done and how much of it a second, at most twice a second.
template <class Print>
std::function<void(std::uint64_t)> now_and_then(const ports::clock& clock, Print print) {
  return [print = std::move(print), &clock, begun = clock.monotonic(),
          last = clock.monotonic()](std::uint64_t done) mutable {
    const auto now = clock.monotonic();
    if (now - last < tell_every) return;
    last = now;
    print(done, per_second(done, std::chrono::duration_cast<std::chrono::microseconds>(now - begun)));
  };
}

}  // namespace

std::function<void(std::uint64_t)> tell_progress(std::string doing, const ports::clock& clock) {
  return now_and_then(clock, [doing = std::move(doing)](std::uint64_t done, std::uint64_t rate) {
    std::fprintf(stderr, "%s: %llu records, %llu a second\n", doing.c_str(), number{done}, number{rate});
  });
}

std::function<void(std::uint64_t)> tell_progress_of(std::string doing, std::uint64_t total, std::string what,
                                                    const ports::clock& clock) {
  return now_and_then(
      clock, [doing = std::move(doing), total, what = std::move(what)](std::uint64_t done, std::uint64_t rate) {
        const auto left = total > done ? total - done : 0;
        std::fprintf(stderr, "%s: %llu of %llu %s, %llu a second, %llu s left\n", doing.c_str(), number{done},
                     number{total}, what.c_str(), number{rate}, number{left / std::max<std::uint64_t>(rate, 1)});
      });
}

void tell_total(const std::string& done, std::uint64_t records, monotonic_time begun, const ports::clock& clock) {
  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(clock.monotonic() - begun);
  std::fprintf(stderr, "%s: %llu records in %lld ms, %llu a second\n", done.c_str(),
               static_cast<unsigned long long>(records), static_cast<long long>(taken.count() / 1000),
               static_cast<unsigned long long>(per_second(records, taken)));
}

}  // namespace hedgerow::cli
