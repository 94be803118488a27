// Which endpoint a request is for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/adapters/paper/fault_plan.hpp"

namespace hedgerow::paper {

enum class endpoint {
  login_page,
  log_in,
  token,
  account_numbers,
  accounts,
  account,
  transactions,
  user_preference,
  place_order,
  list_orders,
  list_all_orders,
  get_order,
  cancel_order,
  quotes,
  hours,
  hours_of_markets,
  admin_ledger,
  admin_get_faults,
  admin_set_faults,
  admin_get_market,
  admin_set_market,
};

struct route {
  endpoint to = endpoint::login_page;
  /// {hash} and {orderId} of the path, when it has them.
  std::string account;
  std::string order;
};

/// `path` without query. The error is the HTTP status: 404 for no such path, 405 for a method that it does not have.
[[nodiscard]] expected<route, int> resolve(std::string_view method, std::string_view path);

/// What a fault plan calls it; nothing for the login pages and the checking endpoints, which have no faults.
[[nodiscard]] std::optional<operation> operation_of(endpoint e);
[[nodiscard]] constexpr bool is_admin(endpoint e) { return e >= endpoint::admin_ledger; }

}  // namespace hedgerow::paper
