// The stock broker. Calls return at once; the callback comes once, from any thread.
// Facts about the API: Schwab Trader API, as documented in docs/broker.md.
#pragma once

#include <functional>
#include <optional>

#include "actors/ports/clock.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::ports {

template <class T>
using broker_callback = std::function<void(expected<T, broker_error>)>;

/// Thread-safe.
class broker_api {
 public:
  virtual ~broker_api() = default;

  /// Sends one POST and never repeats it. The socket is written only before `not_after`; later the answer is
  /// `not_sent`.
  virtual void place(order_request request, deadline not_after, broker_callback<placement> done) = 0;
  virtual void get_order(order_id order, broker_callback<broker_order> done) = 0;
  /// All orders entered in [from, to], in any state. An error when the list as a whole cannot be read or is not
  /// complete.
  virtual void list_orders(timestamp from, timestamp to, broker_callback<order_list> done) = 0;
  /// Signed shares of `symbol` in the account; zero when there is no entry.
  virtual void position(hedgerow::symbol symbol, broker_callback<shares> done) = 0;
  /// The regular session of the day that `now` is in (exchange time).
  virtual void session(timestamp now, broker_callback<market_session> done) = 0;
  /// From the newest answer that had the broker's time; nullopt before the first one.
  [[nodiscard]] virtual std::optional<clock_sample> newest_clock_sample() const { return std::nullopt; }
};

}  // namespace hedgerow::ports
