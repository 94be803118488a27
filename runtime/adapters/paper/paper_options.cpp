#include "runtime/adapters/paper/paper_options.hpp"

#include <algorithm>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "runtime/adapters/paper/price.hpp"

namespace hedgerow::paper {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

expected<void, std::string> validate_account(const paper_options& o) {
  if (o.app_key.empty() || o.app_secret.empty()) return unexpected(std::string{"app_key and app_secret must be given"});
  if (o.app_key.find(':') != std::string::npos) return unexpected(std::string{"app_key must not contain ':'"});
  if (o.redirect_uri.empty()) return unexpected(std::string{"redirect_uri must be given"});
  if (o.account_number.empty() || o.account_number.size() > 15 || o.account_number.front() == '0' ||
      !std::all_of(o.account_number.begin(), o.account_number.end(), is_digit))
    return unexpected(std::string{"account_number must be 1 to 15 digits and not start with 0"});
  if (o.account_hash.empty() ||
      !std::all_of(o.account_hash.begin(), o.account_hash.end(), [](char c) { return is_digit(c) || is_letter(c); }))
    return unexpected(std::string{"account_hash must be letters and digits"});
  return {};
}

expected<void, std::string> validate_market(const paper_options& o) {
  if (o.fill_delay_min.count() < 0 || o.fill_delay_max < o.fill_delay_min)
    return unexpected(std::string{"fill_delay_min must be 0 or more, and fill_delay_max not less than it"});
  if (o.fill_legs_max < 1 || o.fill_legs_max > 100) return unexpected(std::string{"fill_legs_max must be 1 to 100"});
  for (const auto& [name, text] : o.start_prices) {
    if (!symbol::parse(name)) return unexpected("start_prices: '" + name + "' is not a symbol");
    if (!parse_price(text))
      return unexpected("start_prices: " + name + " must be a price above 0 with at most 4 decimals");
  }
  for (const auto& [name, text] : o.start_positions) {
    if (!symbol::parse(name)) return unexpected("start_positions: '" + name + "' is not a symbol");
    if (!parse_whole(text)) return unexpected("start_positions: " + name + " must be whole shares below 10^12");
  }
  const auto cash = usd::parse(o.start_cash);
  if (!cash || cash->abs() > usd::from_whole(1'000'000'000'000'000))
    return unexpected(std::string{"start_cash must be a decimal amount of at most 10^15 dollars"});
  if (o.first_order_id < 1 || o.first_order_id > 9'100'000'000'000'000)
    return unexpected(std::string{"first_order_id must be 1 to 9.1 * 10^15"});
  return {};
}

}  // namespace

std::string_view to_string(paper_market mode) {
  switch (mode) {
    case paper_market::always_open: return "always_open";
    case paper_market::closed: return "closed";
    case paper_market::us_hours: return "us_hours";
  }
  return "unknown";
}

expected<paper_market, std::string> parse_paper_market(std::string_view text) {
  for (const auto mode : {paper_market::always_open, paper_market::closed, paper_market::us_hours})
    if (text == to_string(mode)) return mode;
  return unexpected(std::string{"the market mode must be always_open, closed or us_hours"});
}

expected<void, std::string> validate(const paper_options& options) {
  if (auto ok = validate_account(options); !ok) return ok;
  if (auto ok = validate_market(options); !ok) return ok;
  if (options.code_lifetime.count() < 1 || options.access_lifetime.count() < 1 || options.refresh_lifetime.count() < 1)
    return unexpected(std::string{"code_lifetime, access_lifetime and refresh_lifetime must be 1 s or more"});
  return {};
}

}  // namespace hedgerow::paper
