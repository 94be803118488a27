#include "runtime/adapters/paper/routes.hpp"

#include <vector>

namespace hedgerow::paper {
namespace {

struct entry {
  std::string_view method;
  /// '*' stands for one non-empty segment: first the account, then the order.
  std::string_view pattern;
  endpoint to;
};

constexpr entry table[] = {
    {"GET", "/v1/oauth/authorize", endpoint::login_page},
    {"POST", "/v1/oauth/authorize", endpoint::log_in},
    {"POST", "/v1/oauth/token", endpoint::token},
    {"GET", "/trader/v1/accounts/accountNumbers", endpoint::account_numbers},
    {"GET", "/trader/v1/accounts", endpoint::accounts},
    // As some clients ask.
    {"GET", "/trader/v1/accounts/", endpoint::accounts},
    {"GET", "/trader/v1/userPreference", endpoint::user_preference},
    {"GET", "/trader/v1/orders", endpoint::list_all_orders},
    {"GET", "/trader/v1/accounts/*", endpoint::account},
    {"POST", "/trader/v1/accounts/*/orders", endpoint::place_order},
    {"GET", "/trader/v1/accounts/*/orders", endpoint::list_orders},
    {"GET", "/trader/v1/accounts/*/orders/*", endpoint::get_order},
    {"GET", "/trader/v1/accounts/*/transactions", endpoint::transactions},
    {"DELETE", "/trader/v1/accounts/*/orders/*", endpoint::cancel_order},
    {"GET", "/marketdata/v1/quotes", endpoint::quotes},
    {"GET", "/marketdata/v1/markets/equity", endpoint::hours},
    {"GET", "/marketdata/v1/markets", endpoint::hours_of_markets},
    {"GET", "/paper/ledger", endpoint::admin_ledger},
    {"GET", "/paper/faults", endpoint::admin_get_faults},
    {"POST", "/paper/faults", endpoint::admin_set_faults},
    {"GET", "/paper/market", endpoint::admin_get_market},
    {"POST", "/paper/market", endpoint::admin_set_market},
};

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  return parts;
}

/// The segments that stand for '*'; nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string_view>& path) {
  const auto wanted = segments(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (wanted[i] == "*" && !path[i].empty())
      values.emplace_back(path[i]);
    else if (wanted[i] != path[i])
      return std::nullopt;
  }
  return values;
}

}  // namespace

expected<route, int> resolve(std::string_view method, std::string_view path) {
  if (!path.starts_with('/')) return unexpected(404);
  const auto parts = segments(path);
  bool path_known = false;
  for (const auto& e : table) {
    auto values = match(e.pattern, parts);
    if (!values) continue;
    path_known = true;
    if (e.method != method) continue;
    route found{e.to, {}, {}};
    if (!values->empty()) found.account = std::move((*values)[0]);
    if (values->size() > 1) found.order = std::move((*values)[1]);
    return found;
  }
  return unexpected(path_known ? 405 : 404);
}

std::optional<operation> operation_of(endpoint e) {
  switch (e) {
    case endpoint::token: return operation::token;
    case endpoint::account_numbers:
    case endpoint::transactions:
    case endpoint::user_preference:
    case endpoint::accounts: return operation::accounts;
    case endpoint::account: return operation::positions;
    case endpoint::place_order: return operation::place;
    case endpoint::list_orders:
    case endpoint::list_all_orders: return operation::list;
    case endpoint::get_order: return operation::get;
    case endpoint::cancel_order: return operation::cancel;
    case endpoint::quotes: return operation::quotes;
    case endpoint::hours:
    case endpoint::hours_of_markets: return operation::hours;
    default: return std::nullopt;
  }
}

}  // namespace hedgerow::paper
