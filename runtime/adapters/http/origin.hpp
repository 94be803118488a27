// scheme://host:port, taken apart. Internal to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/types/expected.hpp"

namespace hedgerow::http {

struct origin {
  bool tls = false;
  /// Without the brackets of an IPv6 address.
  std::string host;
  std::uint16_t port = 0;

  /// Value of the Host header: the port only when it is not the scheme's.
  [[nodiscard]] std::string host_header() const;
};

/// Fails with a text for people that quotes `text`, unless it holds user information, which may be a secret.
[[nodiscard]] expected<origin, std::string> parse_origin(std::string_view text);

}  // namespace hedgerow::http
