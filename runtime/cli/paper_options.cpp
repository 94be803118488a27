#include "runtime/cli/paper_options.hpp"

namespace hedgerow::cli {

paper::paper_options to_paper_options(const config::settings& values) {
  const auto& v = values.paper;
  paper::paper_options o;
  o.address = v.address;
  o.port = v.port;
  o.public_url = v.public_url;
  o.ledger_path = v.ledger;
  o.app_key = values.broker.app_key.reveal();
  o.app_secret = values.broker.app_secret.reveal();
  o.redirect_uri = values.broker.redirect_uri;
  o.account_number = v.account_number.reveal();
  o.account_hash = v.account_hash;
  o.seed = v.seed;
  o.market = v.market == config::paper_market::always_open ? paper::market_mode::always_open
             : v.market == config::paper_market::closed    ? paper::market_mode::closed
                                                           : paper::market_mode::us_hours;
  o.fill_delay_min = v.fill_delay_min;
  o.fill_delay_max = v.fill_delay_max;
  o.fill_legs_max = v.fill_legs_max;
  o.start_prices = v.start_prices;
  o.start_positions = v.start_positions;
  o.start_cash = v.start_cash;
  o.require_inventory = v.require_inventory;
  o.requests_per_minute = v.calls_per_minute;
  o.fault_plan = v.faults;
  o.admin_endpoints = v.admin_endpoints;
  return o;
}

}  // namespace hedgerow::cli
