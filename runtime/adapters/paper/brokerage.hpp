// The paper broker without its sockets: requests in, answers and broken answers out. All state is in the ledger, save
// the fault plan's counters and the rate limit. Fills happen by the clock: all due fills are booked before a request
// is looked at.
#pragma once

#include <memory>
#include <mutex>

#include "actors/ports/clock.hpp"
#include "runtime/adapters/http/http_types.hpp"
#include "runtime/adapters/paper/fault_plan.hpp"
#include "runtime/adapters/paper/ledger.hpp"
#include "runtime/adapters/paper/market_calendar.hpp"
#include "runtime/adapters/paper/oauth_desk.hpp"
#include "runtime/adapters/paper/order_json.hpp"
#include "runtime/adapters/paper/price_walk.hpp"
#include "runtime/adapters/paper/rate_limit.hpp"
#include "runtime/adapters/paper/routes.hpp"
#include "runtime/adapters/paper/token_store.hpp"

namespace hedgerow::paper {

/// What becomes of a request.
struct outcome {
  enum class action {
    answer,
    close,     // close the connection without an answer
    truncate,  // send a part of an answer, then close
    again,     // handle the same request again, as a second attempt
  };
  action what = action::answer;
  /// Wait this long first.
  std::chrono::milliseconds delay{0};
  http::response response;
};

/// Thread-safe: one request at a time.
class brokerage {
 public:
  /// The clock must outlive it. The error names the option or the file.
  [[nodiscard]] static expected<std::unique_ptr<brokerage>, std::string> open(const paper_options& options,
                                                                              const ports::clock& clock);

  /// Never throws. `origin` (scheme, host, port) is what Location begins with. `second_attempt` after action::again.
  [[nodiscard]] outcome handle(const http::request& request, const std::string& origin, bool second_attempt = false);

  [[nodiscard]] std::string ledger_text();
  /// Replaces the plan and its counters.
  [[nodiscard]] expected<void, std::string> set_faults(std::string_view text);
  /// From now on, until a restart. Orders with a plan keep it; orders that wait for a next session get one.
  void set_market(paper_market mode);

 private:
  brokerage(const paper_options& options, const ports::clock& clock, std::unique_ptr<ledger> book, fault_plan faults,
            std::map<std::string, price_units> prices);

  [[nodiscard]] outcome route_request(const http::request& request, const std::string& origin, bool second_attempt);
  [[nodiscard]] outcome serve_api(const route& to, const http::request& request, const std::string& origin,
                                  bool second_attempt);
  [[nodiscard]] http::response perform(const route& to, const http::request& request, const std::string& origin,
                                       const std::optional<fault_rule>& order_fault);
  [[nodiscard]] std::optional<http::response> gate(const route& to, const http::request& request);

  [[nodiscard]] http::response place_order(const http::request& request, const std::string& origin,
                                           const std::optional<fault_rule>& fault);
  [[nodiscard]] http::response list_orders(const http::request& request);
  [[nodiscard]] http::response get_order(const std::string& id);
  [[nodiscard]] http::response cancel_order(const std::string& id);
  [[nodiscard]] http::response account(const http::request& request, bool all);
  [[nodiscard]] http::response quotes(const http::request& request);
  [[nodiscard]] http::response hours(const http::request& request);
  [[nodiscard]] http::response hours_of_markets(const http::request& request);
  [[nodiscard]] http::response transactions(const http::request& request);
  [[nodiscard]] http::response admin(const route& to, const http::request& request);

  [[nodiscard]] std::vector<order_event> plan(const order& o, const symbol& name,
                                              const std::optional<fault_rule>& fault);
  [[nodiscard]] bool short_of_shares(const order_ticket& ticket);
  void release_parked();
  [[nodiscard]] std::string order_path(std::int64_t id) const;
  void spoil_location(http::response& answer, fault_kind kind, const std::string& origin);

  std::mutex mutex_;
  paper_options options_;
  const ports::clock& clock_;
  std::unique_ptr<ledger> book_;
  token_store tokens_;
  oauth_desk desk_;
  price_walk walk_;
  market_calendar calendar_;
  fault_plan faults_;
  rate_limit limit_;
  /// Of the request that is being handled.
  timestamp now_;
};

}  // namespace hedgerow::paper
