// How far a long command is, on standard error.
#pragma once

#include <functional>
#include <string>

#include "actors/ports/clock.hpp"

namespace hedgerow::cli {

/// Says at most twice a second how many records there were and how many a second. `clock` must outlive what it returns.
[[nodiscard]] std::function<void(std::uint64_t)> tell_progress(std::string doing, const ports::clock& clock);

/// The same of a known number of `what`, such as "blocks": also how long the rest takes at that rate.
[[nodiscard]] std::function<void(std::uint64_t)> tell_progress_of(std::string doing, std::uint64_t total,
                                                                  std::string what, const ports::clock& clock);

/// One line at the end, with the rate since `begun`.
void tell_total(const std::string& done, std::uint64_t records, monotonic_time begun, const ports::clock& clock);

}  // namespace hedgerow::cli
