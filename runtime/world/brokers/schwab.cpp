#include "runtime/world/brokers/schwab.hpp"

#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/schwab/schwab_client.hpp"
#include "runtime/adapters/schwab/schwab_oauth.hpp"

namespace hedgerow::brokers {
namespace {

expected<broker_ports, std::string> make_schwab(const config::settings& values, const surroundings& with) {
  const auto& v = values.broker;
  http::client_options options;
  options.origin = v.base_url;
  static_cast<http_policy&>(options) = v.http;
  auto client = http::make_client(options, with.clock);
  if (!client) return unexpected("broker.base_url: " + client.error());
  return broker_ports{
      schwab::make_schwab_broker(*client, with.tokens, with.clock, {{v.account_number.reveal(), v.account_index}}),
      schwab::make_schwab_oauth(*client, {v.base_url, v.app_key.reveal(), v.app_secret.reveal(), v.redirect_uri})};
}

}  // namespace

constinit const descriptor schwab_descriptor{
    {"schwab", "Charles Schwab's trader API, or the paper broker", "https://api.schwabapi.com", {.login = true}},
    make_schwab};

}  // namespace hedgerow::brokers
