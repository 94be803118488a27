// A client for one origin (scheme, host, port) with kept-alive connections. Thread-safe.
#pragma once

#include <functional>
#include <memory>

#include "actors/ports/clock.hpp"
#include "messages/types/connection_policy.hpp"
#include "messages/types/expected.hpp"
#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::http {

enum class client_failure {
  not_sent,   // certain: not a byte of this request was written
  no_answer,  // written, at least in part, and no complete answer
};

struct client_error {
  client_failure kind = client_failure::no_answer;
  std::string detail;
};

/// The policy is the setting.
struct client_options : http_policy {
  /// For example https://api.schwabapi.com or http://127.0.0.1:18080. A path prefix is not allowed.
  std::string origin;
  /// Largest answer accepted.
  std::size_t max_body_bytes = 8 * 1024 * 1024;
};

using client_callback = std::function<void(expected<response, client_error>)>;

class client {
 public:
  virtual ~client() = default;
  /// Returns at once; `done` is called once from the client's thread. A kept-alive connection that turns out to be
  /// closed before any byte of an answer is tried again on a fresh one only when `repeatable`; gzip bodies are
  /// inflated. When `write_before` is given the socket is written only before it.
  virtual void send(request r, bool repeatable, std::optional<deadline> write_before, client_callback done) = 0;
};

/// Fails with a text that names the key and the remedy when `origin` cannot be used. Owns its thread.
[[nodiscard]] expected<std::shared_ptr<client>, std::string> make_client(client_options options,
                                                                         const ports::clock& clock);

}  // namespace hedgerow::http
