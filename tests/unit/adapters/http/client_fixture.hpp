// Asking a client and waiting for what comes back.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "raw_peer.hpp"
#include "runtime/adapters/http/http_client.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::test {

using outcome = expected<http::response, http::client_error>;

class client_test : public ::testing::Test {
 protected:
  std::shared_ptr<http::client> connect_to(const std::string& origin) {
    options.origin = origin;
    auto made = http::make_client(options, clock);
    if (!made) throw std::runtime_error{made.error()};
    return *made;
  }

  static std::future<outcome> start(http::client& client, http::request r, bool repeatable,
                                    std::optional<deadline> before = std::nullopt) {
    auto promise = std::make_shared<std::promise<outcome>>();
    auto future = promise->get_future();
    client.send(std::move(r), repeatable, before, [promise](outcome o) { promise->set_value(std::move(o)); });
    return future;
  }

  static outcome ask(http::client& client, http::request r, bool repeatable = false,
                     std::optional<deadline> before = std::nullopt) {
    auto future = start(client, std::move(r), repeatable, before);
    if (future.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
      throw std::runtime_error{"the client did not answer"};
    return future.get();
  }

  /// A lease that ends after `time`.
  [[nodiscard]] deadline in(std::chrono::microseconds time) const {
    return {clock.monotonic() + time, clock.now() + time};
  }

  static http::request get(std::string target = "/") { return {"GET", std::move(target), {}, {}}; }
  static http::request post(std::string body) { return {"POST", "/orders", {}, std::move(body)}; }

  fake_clock clock;
  http::client_options options;
};

/// A small answer that keeps the connection.
inline const std::string ok_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

inline ::testing::AssertionResult failed_as(const outcome& o, http::client_failure kind) {
  if (o) return ::testing::AssertionFailure() << "status " << o->status;
  if (o.error().kind != kind) return ::testing::AssertionFailure() << "other kind: " << o.error().detail;
  if (o.error().detail.empty()) return ::testing::AssertionFailure() << "no detail";
  return ::testing::AssertionSuccess();
}

}  // namespace hedgerow::test
