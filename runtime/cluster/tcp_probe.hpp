// Whether a process listens at an address, found out in bounded time. CAF connects with a blocking call that waits for
// minutes where packets vanish, on the one actor that makes all connections: so CAF only connects to tested addresses.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace hedgerow::cluster {

/// What a probe may take.
inline constexpr std::chrono::milliseconds probe_limit{1'000};

struct tcp_probe {
  /// Why no TCP connection could be made; empty when one could.
  std::string problem;
  /// The connection. Keep it until CAF has made its own: CAF knows connections by their descriptors, and can take the
  /// end of this one at the other side for the end of the next one that gets the same number there.
  std::shared_ptr<const void> connection;
};

/// Tries within the limit. Blocks: for a thread of its own. Resolving a name is not bounded by the limit but by the
/// resolver.
[[nodiscard]] tcp_probe probe_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit);

}  // namespace hedgerow::cluster
