// What the rest of the program has to know about a service without seeing its code. Every service describes itself in
// its own folder; runtime/node/registry.cpp lists them.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "messages/events/topics.hpp"

namespace hedgerow {

/// What a node must be given when the service runs on it.
struct service_needs {
  /// The order books and the first block: [[orderbook]], chain.start_block, chain.owner.
  bool books = false;
  /// Answers of the chain's node, and whose orders are hedged: chain.ws_url, chain.owner.
  bool chain = false;
  /// The broker's account: a client with the app's key, the access token, a share of the call budget.
  bool broker = false;
  /// The login itself: the app's key and secret, and the key that seals the tokens.
  bool login = false;
  /// A port for people and other machines: [api].
  bool api = false;

  [[nodiscard]] constexpr bool calls_broker() const { return broker || login; }
  [[nodiscard]] constexpr bool asks_chain() const { return chain || books; }
  friend constexpr service_needs operator|(const service_needs& a, const service_needs& b) {
    return {a.books || b.books, a.chain || b.chain, a.broker || b.broker, a.login || b.login, a.api || b.api};
  }
};

/// Where a service may be joined with others of its node, so that one transaction goes through all of them
/// (actors/bridges/chain.hpp). A link has two ends: who writes the topic, and who takes it over.
struct service_links {
  /// Topic that only this service writes; each partition is written only by the instance that owns the input partitions
  /// of the same number.
  std::optional<topic> writes_alone{};
  /// Input whose records it handles as soon as its writer on this node has them, before they come from the log. Its
  /// entities must know a record that they have handled before.
  std::optional<topic> takes_over{};
};

struct service_info {
  /// In [node] actors, on the command line, in metrics, and as consumer group.
  std::string_view name;
  /// What it does, in one line for people.
  std::string_view meaning;
  /// What its consumer group reads; none for a service without a group.
  std::span<const topic> inputs;
  std::optional<topic> changelog;
  /// The section of the configuration that it is set with; empty for none.
  std::string_view section;
  service_needs needs;
  /// False for one that reads only what it wrote itself: it has no lag.
  bool reports_lag = true;
  service_links links{};
};

/// All services of a program, in the direction of the data.
using service_list = std::vector<service_info>;

/// What the services with these names need together.
template <class Runs>
[[nodiscard]] service_needs needs_of(const service_list& all, Runs runs) {
  service_needs out;
  for (const auto& s : all)
    if (runs(s.name)) out = out | s.needs;
  return out;
}

}  // namespace hedgerow
