// How nodes watch each other. The list of members, the cluster actor and the configuration see it here.
#pragma once

#include <chrono>

namespace hedgerow {

struct cluster_policy {
  /// How often each node tells each other one that it is there.
  std::chrono::milliseconds heartbeat_interval{500};
  /// A member that has been silent for this long is unreachable.
  std::chrono::milliseconds heartbeat_timeout{2'000};
  /// A member is removed when neither this node nor any peer has heard it for this long.
  std::chrono::milliseconds remove_after{60'000};
};

}  // namespace hedgerow
