// One WebSocket connection, as the client sees it. Beast stays behind this in ws_plain.cpp and ws_tls.cpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "messages/types/expected.hpp"
#include "runtime/adapters/evm/rpc_url.hpp"

namespace boost::asio {
class io_context;
}

namespace hedgerow::evm {

/// Why a connection is gone.
struct closed {
  enum class cause {
    network,    // refused, reset, closed by the peer, timed out
    too_large,  // a frame larger than allowed
    garbled,    // bytes that are no WebSocket frame, or text that is not UTF-8
  };
  cause why = cause::network;
  std::string reason;
  /// How long the node wishes not to be asked again, when it said so.
  std::optional<std::chrono::milliseconds> wait = std::nullopt;
};

/// All are called on the io_context's thread, never from inside connect(), send() or close().
struct transport_events {
  std::function<void()> opened;
  /// Valid during the call only.
  std::function<void(std::string_view)> frame;
  /// Once, and the last call; not after close().
  std::function<void(closed)> gone;
};

struct transport_options {
  rpc_url url;
  std::chrono::milliseconds connect_timeout;
  std::size_t max_frame_bytes;
  std::string ca_file;
};

/// Used on the io_context's thread only. For one connection; a new one takes a new transport.
class transport {
 public:
  virtual ~transport() = default;
  virtual void connect() = 0;
  /// Queued; frames leave in the order given.
  virtual void send(std::string text) = 0;
  /// Closes at once, without the closing handshake; no event follows.
  virtual void close() = 0;
};

[[nodiscard]] std::shared_ptr<transport> make_plain_transport(boost::asio::io_context& io, transport_options options,
                                                              transport_events events);
/// Fails when `ca_file` cannot be read.
[[nodiscard]] expected<std::shared_ptr<transport>, std::string> make_tls_transport(boost::asio::io_context& io,
                                                                                   transport_options options,
                                                                                   transport_events events);

}  // namespace hedgerow::evm
