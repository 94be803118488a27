#include "runtime/adapters/paper/price.hpp"

#include <charconv>

namespace hedgerow::paper {
namespace {

/// 1e-4 dollars in units of 1e-18 dollars.
constexpr std::int64_t units_per_price_unit = 100'000'000'000'000;

std::uint64_t scramble(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

}  // namespace

std::optional<price_units> parse_price(std::string_view text) {
  const auto amount = usd::parse(text);
  if (!amount || amount->sign() <= 0) return std::nullopt;
  const int256 step{units_per_price_unit};
  if (amount->units() % step != 0) return std::nullopt;
  const int256 price = amount->units() / step;
  if (price > max_price) return std::nullopt;
  return static_cast<price_units>(price);
}

std::string price_text(price_units price) {
  std::string text = std::to_string(price / 10000);
  std::string decimals = std::to_string(10000 + price % 10000).substr(1);
  while (decimals.size() > 1 && decimals.back() == '0') decimals.pop_back();
  return text + "." + decimals;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value <= -1'000'000'000'000 || value >= 1'000'000'000'000) return std::nullopt;
  return value;
}

usd notional(price_units price, std::int64_t quantity) {
  return usd::from_units(int256{price} * int256{quantity} * int256{units_per_price_unit});
}

std::uint64_t draw(std::uint64_t seed, std::string_view stream, std::uint64_t counter) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : stream) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return scramble(scramble(seed + 0x9e3779b97f4a7c15ULL * (counter + 1)) ^ hash);
}

}  // namespace hedgerow::paper
