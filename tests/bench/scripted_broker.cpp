#include "tests/bench/scripted_broker.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "messages/types/time.hpp"

namespace hedgerow::bench {
namespace {

const std::string account_path = "/trader/v1/accounts/BENCHHASH";

/// What follows `key` in our own client's JSON, up to `end`.
std::string between(const std::string& text, const std::string& key, char end) {
  const auto at = text.find(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  return text.substr(begin, text.find(end, begin) - begin);
}

std::string now_text(std::chrono::hours offset = {}) {
  const auto since = std::chrono::system_clock::now().time_since_epoch() + offset;
  return to_rfc3339({std::chrono::duration_cast<std::chrono::microseconds>(since).count()});
}

http::response json(std::string body) { return {200, {{"Content-Type", "application/json"}}, std::move(body)}; }

}  // namespace

scripted_broker::scripted_broker(order_seen seen) : seen_{std::move(seen)} {
  auto server = http::make_server({}, [this](http::exchange x) { x.respond(answer(x.received)); });
  if (!server) {
    std::fprintf(stderr, "bench: %s\n", server.error().c_str());
    std::exit(1);
  }
  server_ = std::move(*server);
}

std::string scripted_broker::origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

http::response scripted_broker::answer(const http::request& asked) {
  const auto arrived = steady::now();
  const std::string& target = asked.target;
  if (asked.method == "POST" && target == account_path + "/orders") return place(asked.body, arrived);
  if (target == "/v1/oauth/token")
    return json(R"({"expires_in":1800,"token_type":"Bearer","scope":"api","refresh_token":"bench-refresh",)"
                R"("access_token":"bench-access"})");
  if (target == "/trader/v1/accounts/accountNumbers")
    return json(R"([{"accountNumber":"00000000","hashValue":"BENCHHASH"}])");
  if (target.starts_with("/marketdata/v1/markets/equity"))
    return json(R"({"equity":{"EQ":{"isOpen":true,"sessionHours":{"regularMarket":[{"start":")" +
                now_text(std::chrono::hours{-1}) + R"(","end":")" + now_text(std::chrono::hours{1}) + R"("}]}}}})");
  if (target.starts_with(account_path + "/orders/"))
    return describe(std::strtoull(target.c_str() + account_path.size() + 8, nullptr, 10));
  if (target.starts_with(account_path + "/orders?")) return json("[]");
  if (target.starts_with(account_path + "?")) return positions();
  return {404, {}, ""};
}

http::response scripted_broker::place(const std::string& body, steady::time_point at) {
  order placed{between(body, R"("symbol":")", '"'), between(body, R"("instruction":")", '"'),
               std::strtoll(between(body, R"("quantity":)", ',').c_str(), nullptr, 10), now_text()};
  seen_(placed.symbol, at);
  held_[placed.symbol] += placed.side == "BUY" ? placed.quantity : -placed.quantity;
  const std::uint64_t id = orders_.size() + 1;
  orders_.emplace(id, std::move(placed));
  return {201, {{"Location", origin() + account_path + "/orders/" + std::to_string(id)}}, ""};
}

http::response scripted_broker::describe(std::uint64_t id) const {
  const auto found = orders_.find(id);
  if (found == orders_.end()) return {404, {}, ""};
  const auto& o = found->second;
  const std::string quantity = std::to_string(o.quantity);
  return json(R"({"session":"NORMAL","duration":"DAY","orderType":"MARKET","orderStrategyType":"SINGLE","orderId":)" +
              std::to_string(id) + R"(,"enteredTime":")" + o.entered + R"(","status":"FILLED","quantity":)" + quantity +
              R"(,"filledQuantity":)" + quantity + R"(,"orderLegCollection":[{"instruction":")" + o.side +
              R"(","quantity":)" + quantity + R"(,"instrument":{"assetType":"EQUITY","symbol":")" + o.symbol +
              R"("}}],"orderActivityCollection":[{"activityType":"EXECUTION","executionType":"FILL","quantity":)" +
              quantity + R"(,"executionLegs":[{"legId":1,"price":180.25,"quantity":)" + quantity + R"(,"time":")" +
              now_text() + R"("}]}]})");
}

http::response scripted_broker::positions() const {
  std::string list;
  for (const auto& [name, held] : held_) {
    if (held == 0) continue;
    list += std::string{list.empty() ? "" : ","} + R"({"longQuantity":)" +
            std::to_string(std::max<std::int64_t>(held, 0)) + R"(,"shortQuantity":)" +
            std::to_string(std::max<std::int64_t>(-held, 0)) + R"(,"instrument":{"assetType":"EQUITY","symbol":")" +
            name + R"("}})";
  }
  return json(R"({"securitiesAccount":{"positions":[)" + list + "]}}");
}

}  // namespace hedgerow::bench
