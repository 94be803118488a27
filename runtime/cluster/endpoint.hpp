// host:port
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace hedgerow::cluster {

struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

[[nodiscard]] inline std::optional<endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  endpoint a{text.substr(0, colon), 0};
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data() + colon + 1, end, a.port).ptr != end || a.port == 0) return std::nullopt;
  return a;
}

}  // namespace hedgerow::cluster
