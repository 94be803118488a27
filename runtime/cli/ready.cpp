#include "runtime/cli/ready.hpp"

#include <thread>

namespace hedgerow::cli {
std::string wait_until_ready(node::node& running, const std::function<bool()>& asked_to_stop,
                             std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds pause{5};
  // What only shows may be broken for long, and the node trades without it.
  const auto wait_for_views = limit / 3;
  std::string waiting_for = "the supervisor";
  for (auto waited = std::chrono::milliseconds{0}; waited < limit; waited += pause) {
    // Asked first: what it takes off the signals may be the news of a death.
    if (asked_to_stop()) return "asked to stop";
    if (const auto why = running.death(); !why.empty()) return "gave up: " + why;
    if (const auto tree = running.status()) {
      waiting_for.clear();
      for (const auto& child : tree->children)
        if (protocol::is_away(child.state) && !(waited >= wait_for_views && child.only_shows))
          waiting_for = child.name + (child.last_error.empty() ? "" : ": " + child.last_error);
      if (waiting_for.empty()) return {};
    }
    std::this_thread::sleep_for(pause);  // allow: start-up polls its own supervisor
  }
  return "not ready within " + std::to_string(limit.count() / 1000) + " s; waiting for " + waiting_for;
}

}  // namespace hedgerow::cli
