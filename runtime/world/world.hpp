// The composition root: the only place that names concrete adapters. Makes a node's ports from its configuration.
#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "messages/types/expected.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/node/node.hpp"

namespace hedgerow::world {

/// Clock and random numbers outlive everything that uses them.
struct machine {
  adapters::system_clock clock;
  adapters::splitmix_random random;
};

/// Opens the log, prepares the clients. Connects to nothing but the log. Errors are for people: key, value, remedy.
[[nodiscard]] expected<node::node_ports, std::string> make_ports(const config::settings& values, machine& on);

/// Opens the log alone, as its owner. Errors as above.
[[nodiscard]] expected<std::shared_ptr<ports::event_log>, std::string> open_log(const config::settings& values,
                                                                                machine& on);

/// Opens the log for reading only, whether a node runs on it or not; a node is not disturbed. An embedded log is seen
/// as of this moment. A log that is not there is an error, and is not made. Errors as above.
[[nodiscard]] expected<std::shared_ptr<ports::event_log>, std::string> read_log(const config::settings& values,
                                                                                machine& on);

/// A client of the chain's node, not connected yet; of several that of this name, or the first if it is empty. Errors
/// as above.
[[nodiscard]] expected<std::shared_ptr<ports::chain_client>, std::string> make_chain(const config::settings& values,
                                                                                     machine& on,
                                                                                     const std::string& endpoint);

}  // namespace hedgerow::world
