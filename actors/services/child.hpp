// An actor that a service wants to have running. The node hands it to its supervisor.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hedgerow::services {

/// Name -> running actor; only those that a child needs.
using running = std::map<std::string, caf::actor>;

struct child {
  std::string name;
  /// Called with the actors named in `needs`; they run.
  std::function<caf::actor(caf::actor_system&, const running&)> start;
  /// Children named before this one. When one of them is restarted, this one is too: it holds a stale handle.
  std::vector<std::string> needs;
  /// Answers `drain`. Others are simply stopped.
  bool drains = true;
  /// Nothing is hedged by it, people look through it: it may fail without ending the node.
  bool only_shows = false;
};

}  // namespace hedgerow::services
