// A broker that answers at once and always well: what is left of a latency is the program's own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/adapters/http/http_server.hpp"

namespace hedgerow::bench {

class scripted_broker {
 public:
  using steady = std::chrono::steady_clock;
  /// Called with symbol and arrival time of each order, on the server's thread.
  using order_seen = std::function<void(const std::string& symbol, steady::time_point at)>;

  explicit scripted_broker(order_seen seen);
  [[nodiscard]] std::string origin() const;

 private:
  struct order {
    std::string symbol;
    std::string side;
    std::int64_t quantity = 0;
    /// As the broker writes it.
    std::string entered;
  };
  [[nodiscard]] http::response answer(const http::request& asked);
  [[nodiscard]] http::response place(const std::string& body, steady::time_point at);
  [[nodiscard]] http::response describe(std::uint64_t id) const;
  [[nodiscard]] http::response positions() const;

  order_seen seen_;
  std::map<std::uint64_t, order> orders_;
  std::map<std::string, std::int64_t> held_;
  /// Last: its thread uses the rest.
  std::unique_ptr<http::server> server_;
};

}  // namespace hedgerow::bench
