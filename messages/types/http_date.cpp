#include "messages/types/http_date.hpp"

#include <charconv>
#include <cstdio>

namespace hedgerow {
namespace {

std::optional<int> two_digits(std::string_view text) {
  int value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.size() != 2 || ec != std::errc{} || end != text.data() + 2 || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<timestamp> parse_http_date(std::string_view text) {
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return std::nullopt;
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  char iso[64];  // g++ counts every int with eleven characters
  const auto day = two_digits(text.substr(5, 2));
  if (!day) return std::nullopt;
  std::snprintf(iso, sizeof iso, "%.4s-%02d-%02dT%.8sZ", text.data() + 12, static_cast<int>(month / 3) + 1, *day,
                text.data() + 17);
  return parse_time(iso);
}

}  // namespace hedgerow
