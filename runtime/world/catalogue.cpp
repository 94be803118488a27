#include "runtime/world/catalogue.hpp"

#include "runtime/node/registry.hpp"
#include "runtime/world/brokers/registry.hpp"

namespace hedgerow::world {

const config::catalogue& catalogue() {
  static const config::catalogue all{node::all_services(), brokers::all_brokers()};
  return all;
}

}  // namespace hedgerow::world
