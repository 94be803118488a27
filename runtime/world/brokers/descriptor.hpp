// A kind of broker as the composition root sees it: what it is, and the ports that it becomes. Each kind defines one
// `descriptor` in a file of this folder and is listed in registry.cpp.
#pragma once

#include <memory>
#include <string>

#include "actors/ports/broker_api.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/oauth_api.hpp"
#include "config/settings.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::brokers {

struct broker_ports {
  std::shared_ptr<ports::broker_api> broker;
  /// Null for a kind without a login.
  std::shared_ptr<ports::oauth_api> oauth;
};

/// What a kind is made with besides its settings.
struct surroundings {
  /// Outlives the ports.
  const ports::clock& clock;
  /// Where the access token stands; never null, and never read by a kind without a login.
  std::shared_ptr<ports::token_holder> tokens;
};

struct descriptor {
  broker_info info;
  /// Connects to nothing. `values` have passed config::check. Errors are for people: key, value, remedy.
  expected<broker_ports, std::string> (*make)(const config::settings& values, const surroundings& with) = nullptr;
};

}  // namespace hedgerow::brokers
