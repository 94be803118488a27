#include "runtime/world/paper_settings.hpp"

namespace hedgerow::world {

paper::paper_options to_paper_options(const config::settings& values) {
  paper::paper_options o;
  static_cast<paper_policy&>(o) = values.paper.policy;
  o.address = values.paper.address;
  o.port = values.paper.port;
  o.app_key = values.broker.app_key.reveal();
  o.app_secret = values.broker.app_secret.reveal();
  o.redirect_uri = values.broker.redirect_uri;
  o.account_number = values.paper.account_number.reveal();
  return o;
}

}  // namespace hedgerow::world
