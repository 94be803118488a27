#include "config/duration.hpp"

#include <charconv>
#include <cstdint>

namespace hedgerow::config {
namespace {

struct unit {
  std::string_view name;
  std::int64_t ms;
};
/// From the largest to the smallest.
constexpr unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t longest_ms = 10'000 * units[0].ms;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view name{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  for (const unit& u : units) {
    if (u.name != name) continue;
    if (number > longest_ms / u.ms) return std::nullopt;
    return std::chrono::milliseconds{number * u.ms};
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds d) {
  if (d.count() == 0) return "0s";
  for (const unit& u : units) {
    if (d.count() % u.ms == 0) return std::to_string(d.count() / u.ms) + std::string{u.name};
  }
  return std::to_string(d.count()) + "ms";
}

}  // namespace hedgerow::config
