// TCP ports of 127.0.0.1 for programs that are started to serve.
#pragma once

#include <cstdint>

namespace hedgerow::demo {

/// A port of 127.0.0.1 that can be listened on: `wanted`, or any when that is 0; 0 when it is taken. Any: never the
/// same twice in a process, and none of those that the system gives to outgoing connections, so that it stays free
/// until its program listens on it, and while that program is down.
[[nodiscard]] std::uint16_t free_port(std::uint16_t wanted);

/// Whether something listens on that port of 127.0.0.1.
[[nodiscard]] bool port_answers(std::uint16_t port);

}  // namespace hedgerow::demo
