// Defaults of settings that a rule and the configuration both name: each is defined once, here, so that rules are
// tested with the values that run in production.
#pragma once

#include <chrono>
#include <cstdint>

namespace hedgerow::defaults {

using std::chrono::milliseconds;

inline constexpr std::uint64_t max_order_shares = 10'000;
inline constexpr std::uint32_t orders_per_minute = 60;
inline constexpr milliseconds session_margin{5'000};
inline constexpr milliseconds lease{10'000};
inline constexpr milliseconds http_grace{20'000};
inline constexpr milliseconds clock_skew{60'000};
inline constexpr std::uint32_t evidence_lists = 3;
inline constexpr milliseconds evidence_spread{15'000};
inline constexpr milliseconds late_fill_window{180'000};
inline constexpr std::uint32_t calls_per_minute = 120;

}  // namespace hedgerow::defaults
