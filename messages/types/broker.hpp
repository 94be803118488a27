// The words of a stock broker: orders, their states, sessions, and what a failed call tells. No broker is named here;
// how an adapter reads its own is in its folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

/// What a broker has or wants beyond its port, as far as the program asks for it.
struct broker_capabilities {
  /// Somebody logs in (OAuth): an app's key and secret, a service that keeps the login, a key that seals it. Without it
  /// the broker's ports need no access token.
  bool login = false;
};

/// A kind of broker, as the configuration knows it; runtime/world/brokers/registry.cpp lists them.
struct broker_info {
  /// `broker.kind`.
  std::string_view kind;
  /// What it is, in one line for people.
  std::string_view meaning;
  /// `broker.base_url` by default; empty for a broker inside the process, which has no address.
  std::string_view origin;
  broker_capabilities can;
};

/// All kinds of a program.
using broker_list = std::vector<broker_info>;

/// Null when there is no such kind.
[[nodiscard]] inline const broker_info* find_broker(const broker_list& all, std::string_view kind) {
  for (const auto& one : all)
    if (one.kind == kind) return &one;
  return nullptr;
}

/// What a failed call proves about the order or the question. Only `not_sent` and `throttled` to a placement are
/// certain that nothing was processed; only `refused` is certain that the broker said no.
enum class broker_failure : std::uint8_t {
  not_sent,      // DNS, connect or TLS failure, no token, or the lease ended: not a byte of the request was written
  throttled,     // 429
  unauthorized,  // 401: the access token is not valid
  refused,       // documented 4xx in the broker's own words: 400, 403 with JSON
  not_found,     // 404, likewise
  server_error,  // 5xx: for a placement the outcome is unknown
  no_answer,     // the connection ended or timed out after the request was written: outcome unknown
  malformed,     // an answer that cannot be understood, or that is not the broker's: for a placement the outcome is
                 // unknown
};

[[nodiscard]] constexpr std::string_view to_string(broker_failure f) {
  constexpr std::string_view names[] = {"not_sent",  "throttled",    "unauthorized", "refused",
                                        "not_found", "server_error", "no_answer",    "malformed"};
  return names[static_cast<std::size_t>(f)];
}

struct broker_error {
  broker_failure kind = broker_failure::no_answer;
  int http_status = 0;
  /// For people, without secrets.
  std::string detail;
  /// From Retry-After; zero when absent.
  std::chrono::milliseconds retry_after{0};
};

struct order_request {
  hedgerow::symbol symbol;
  hedgerow::side side = side::buy;
  std::uint64_t quantity = 0;
};

/// A 201. Without a usable Location the order is probably live and must be found by evidence (facts, 5.5).
struct placement {
  std::optional<order_id> order;
  /// `Schwab-Client-CorrelId`, for support.
  std::string correlation;
};

/// How the broker's status is read (facts, 5.7). Unknown texts are `working`, never terminal.
enum class order_status : std::uint8_t { working, filled, cancelled, rejected, expired };

struct broker_order {
  order_id id;
  hedgerow::symbol symbol;
  hedgerow::side side = side::buy;
  shares quantity;
  /// A plain market order for the day with one leg: the only kind that Hedgerow places.
  bool market_day = true;
  order_status status = order_status::working;
  /// As the broker spelled it.
  std::string status_text;
  /// False when status_text is not in the documented list, or is one that needs a look (UNKNOWN, REPLACED).
  bool status_known = true;
  /// Cumulative, from filledQuantity.
  shares filled;
  /// Sum of price * quantity over execution legs; `priced` is the sum of their quantities.
  usd filled_notional;
  shares priced;
  std::optional<timestamp> entered_at;  // may be cut to the second, so up to one too early
  std::optional<timestamp> closed_at;
  /// When the newest execution leg happened.
  std::optional<timestamp> last_fill_at;
  /// Reason text of a reject.
  std::string description;
};

/// A row of the order list that cannot be read. Its readable fields show which symbol and execution it may concern.
struct unreadable_order {
  /// nullopt: it can be an order of any symbol.
  std::optional<hedgerow::symbol> symbol;
  std::optional<order_id> id;
  /// Names the field, without values.
  std::string why;
};

/// An order list, row by row: one row that cannot be read does not make the others unreadable, but it may be the order
/// that the caller looks for.
struct order_list {
  std::vector<broker_order> orders;
  std::vector<unreadable_order> unreadable;
};

/// Regular hours of one day. Closed when there are none.
struct market_session {
  bool open_today = false;
  timestamp start;
  timestamp end;
  [[nodiscard]] bool is_open(timestamp now) const { return open_today && start <= now && now < end; }
};

/// What one answer shows about the broker's clock: it showed a time within [broker_time, broker_time + 1 s), since the
/// header `Date` has whole seconds, at some moment between `sent` and `received` of our wall clock.
struct clock_sample {
  timestamp sent;
  timestamp received;
  timestamp broker_time;
};

}  // namespace hedgerow
