// Fault points: named places in the code where a plan can make something go wrong. A test or the section [faults] arms
// a plan; without one a point costs one relaxed load and a branch that is not taken.
//
// To add one: a row in `fault_points` below, and `if (faults::strikes("its.name"_fault)) ...` where it happens. A name
// without a row does not compile. `UPDATE_DOCS=1 build/release/tests/unit/faults/fault_plan_test` writes the rows to
// docs/faults.md.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace hedgerow::faults {

/// `fails` says what the code does there when a plan's action is `fail`.
struct fault_point {
  std::string_view name;
  std::string_view place;
  std::string_view fails;
  /// An actor passes it, so that `crash` ends one actor. Elsewhere an exception would end the process: that is `kill`.
  bool in_actor = false;
};

inline constexpr std::array fault_points{
    fault_point{"log.commit.before", "a bridge hands a transaction to the event log",
                "the transaction is not begun, and its bridge hears that it failed", true},
    fault_point{"log.commit.after", "the event log has carried out a bridge's transaction",
                "the transaction stays in the log, and its bridge hears that it failed"},
    fault_point{"broker.place.before_send", "an order's POST is about to be written",
                "nothing is sent; the outcome is `not_sent`"},
    fault_point{"broker.place.after_send", "the broker has answered an order's POST",
                "the answer is lost; the outcome is unknown"},
    fault_point{"broker.order.after_send", "the broker has answered the question for an order", "the answer is lost"},
    fault_point{"broker.orders.after_send", "the broker has answered the question for all orders of a time",
                "the answer is lost"},
    fault_point{"broker.position.after_send", "the broker has answered the question for a position",
                "the answer is lost"},
    fault_point{"broker.session.after_send", "the broker has answered the question for market hours",
                "the answer is lost"},
    fault_point{"broker.account.after_send", "the broker has answered the question for the account's hash",
                "the answer is lost"},
    fault_point{"oauth.exchange.after_send", "the token endpoint has answered a login's code", "the answer is lost"},
    fault_point{"oauth.refresh.after_send", "the token endpoint has answered a refresh", "the answer is lost"},
    fault_point{"chain.logs.after_send", "the chain's node has answered `eth_getLogs`", "the request times out"},
    fault_point{"chain.receipt.after_send", "the chain's node has answered `eth_getTransactionReceipt`",
                "the request times out"},
    fault_point{"chain.subscribe.after_send", "the chain's node has answered `eth_subscribe`",
                "the request times out, and with it the connection ends"},
    fault_point{"chain.request.after_send", "the chain's node has answered any other request", "the request times out"},
    fault_point{"control.commit.before", "a person's decision is handed to the event log",
                "nothing is written, and the desk hears that it failed", true},
    fault_point{"control.commit.after", "the event log has carried out a person's decision",
                "the decision stays in the log, and the desk hears that it failed"},
    fault_point{"store.apply.before", "the aggregator hands rows to its projection store",
                "nothing is applied, and the aggregator hears that the store is busy", true},
    fault_point{"store.apply.after", "the projection store has applied the aggregator's rows",
                "the rows stay in the store, and the aggregator hears that the connection was lost"},
};

/// What the failures say that a plan makes.
inline constexpr std::string_view injected = "injected by faults.plan";

/// Index into `fault_points`.
struct fault_id {
  std::size_t index;
};

namespace literals {

/// The point of this name. Not a constant expression, so a compile error, when there is none.
consteval fault_id operator""_fault(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < fault_points.size(); ++i)
    if (fault_points[i].name == std::string_view{text, size}) return {i};
  throw std::invalid_argument("no such fault point");
}

}  // namespace literals

/// What the action `crash` throws: an actor that lets it through dies of it, as of any exception.
class injected_crash : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

extern std::atomic<bool> armed;
[[nodiscard]] bool consult(fault_id point);

}  // namespace detail

/// Whether there is a plan. For places that have to look for the point's name first.
[[nodiscard]] inline bool armed() { return detail::armed.load(std::memory_order_relaxed); }

/// Passes a fault point. True: fail here, as the point's row says. With the action `crash` it throws injected_crash;
/// with `kill` the process ends by SIGKILL. Thread-safe.
[[nodiscard]] inline bool strikes(fault_id point) { return armed() && detail::consult(point); }

}  // namespace hedgerow::faults
