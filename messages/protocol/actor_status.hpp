// What every actor says about itself; the admin endpoint shows it.
#pragma once

#include <caf/meta/type_name.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hedgerow::protocol {

struct actor_status {
  /// Unique among its siblings: `accumulator`, `AAPL`, `AAPL:3`.
  std::string name;
  /// bridge, entity, gateway, supervisor, ...
  std::string kind;
  /// running, waiting, draining, restarting, parked, not answering.
  std::string state;
  std::uint64_t mailbox = 0;
  std::uint64_t restarts = 0;
  std::string last_error;
  /// What matters about this kind, as text.
  std::vector<std::pair<std::string, std::string>> detail;
  std::vector<actor_status> children;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_status& x) {
  return f(caf::meta::type_name("actor_status"), x.name, x.kind, x.state, x.mailbox, x.restarts, x.last_error,
           x.detail, x.children);
}

}  // namespace hedgerow::protocol
