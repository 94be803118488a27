// Before a node starts its services: is its name free? The name is also the instance name in the event log's consumer
// groups, so a second node with it would throw the first one out.
#pragma once

#include <caf/actor_system.hpp>

#include "messages/types/expected.hpp"
#include "runtime/cluster/cluster_options.hpp"

namespace hedgerow::cluster {

/// Asks the seeds. A seed that does not answer does not matter. A name that is held is asked for again for a while: the
/// run before this one may only just have ended. Blocks for a few time-outs at most. The error names key and remedy.
[[nodiscard]] expected<void, std::string> check_name(caf::actor_system& system, const cluster_options& options,
                                                     const ports::clock& clock);

}  // namespace hedgerow::cluster
