// Prices of the simulated market: whole multiples of 1e-4 dollars, as finely as the real broker reports them
// (facts, 5.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/types/amount.hpp"

namespace hedgerow::paper {

/// In units of 1e-4 dollars.
using price_units = std::int64_t;

/// Highest price: 100 million dollars.
inline constexpr price_units max_price = 1'000'000'000'000;

/// Above zero, at most max_price, at most four decimals.
[[nodiscard]] std::optional<price_units> parse_price(std::string_view text);
/// With one to four decimals: 22.7299, 150.1, 10.0.
[[nodiscard]] std::string price_text(price_units price);
/// Whole shares with sign, magnitude below 10^12.
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view text);
/// price * quantity in dollars, exact.
[[nodiscard]] usd notional(price_units price, std::int64_t quantity);

/// Uniform over all 64-bit values; a function of its arguments only.
[[nodiscard]] std::uint64_t draw(std::uint64_t seed, std::string_view stream, std::uint64_t counter);

}  // namespace hedgerow::paper
