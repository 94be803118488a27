// The address of a node. Providers put their key into the path, so only host and port are ever shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/types/expected.hpp"

namespace hedgerow::evm {

struct rpc_url {
  bool tls = false;
  std::string host;
  std::string port;
  /// Path and query, at least "/". Secret.
  std::string target;
  /// Value of an Authorization header when the address has a user part; else empty. Secret.
  std::string authorization;

  /// Host and port: fit for logs.
  [[nodiscard]] std::string shown() const { return host + ":" + port; }
  /// `text` with everything that came from the secret parts of the address replaced by `***`.
  [[nodiscard]] std::string scrub(std::string text) const;

 private:
  friend expected<rpc_url, std::string> parse_rpc_url(std::string_view);
  /// Longest first, so that a part never uncovers the rest of a whole.
  std::vector<std::string> secrets_;
};

/// ws://host[:port][/path][?query] or wss://...; IPv6 hosts in brackets. The error names the remedy and shows nothing
/// of the path.
[[nodiscard]] expected<rpc_url, std::string> parse_rpc_url(std::string_view text);

}  // namespace hedgerow::evm
