// Whether somebody listens at an address, found out in bounded time. CAF connects with a blocking call that waits for
// minutes where packets vanish, on the one actor that makes all connections: it is only asked to connect to who listens.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hedgerow::cluster {

/// Empty when a TCP connection could be made within the limit; else why not. Blocks: for a thread of its own. Resolving a
/// name is not bounded by the limit but by the resolver.
[[nodiscard]] std::string tcp_problem(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit);

}  // namespace hedgerow::cluster
