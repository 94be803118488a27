// What every actor says about itself. The actor says it with types; the admin endpoint, /health and /metrics only
// render it, so none of them knows the kinds of actors that there are.
#pragma once

#include <caf/meta/type_name.hpp>
#include <caf/variant.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/types/time.hpp"

namespace hedgerow {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, timestamp& x) {
  return f(caf::meta::type_name("timestamp"), x.us);
}

}  // namespace hedgerow

namespace hedgerow::protocol {

enum class run_state : std::uint8_t {
  running,
  starting,       // does not do its whole work yet: connecting, restoring, reading history
  waiting,        // something outside is missing, and it goes on by itself when that is there
  held,           // waits for a person
  draining,       // finishes what was begun, then ends
  restarting,     // down; it is started again when its back-off has passed
  parked,         // down after too many failures; tried again slowly
  not_answering,  // it was asked and has not answered in time
};

[[nodiscard]] constexpr std::string_view to_string(run_state state) {
  constexpr std::string_view names[] = {"running",  "starting",   "waiting", "held",
                                        "draining", "restarting", "parked",  "not answering"};
  return names[static_cast<std::size_t>(state)];
}

/// It does no work at the moment, and nobody waits for that to be decided.
[[nodiscard]] constexpr bool is_away(run_state state) {
  return state == run_state::restarting || state == run_state::not_answering;
}

/// Amounts are exact decimal text. Spans are shown in milliseconds by the admin endpoint and in seconds by /metrics.
using status_value = caf::variant<std::int64_t, bool, std::string, std::chrono::milliseconds, timestamp>;

/// A time series that /metrics makes of a field. Named as Prometheus wants it; static storage.
struct status_gauge {
  const char* series;
  const char* help;
  /// Name of its label; null when the series has none.
  const char* label = nullptr;
};

struct status_field {
  std::string name;
  status_value value;
  /// Null when the field is no series. Does not cross nodes: each node serves the metrics of its own actors.
  const status_gauge* gauge = nullptr;
  std::string label_value;
};

/// What a bridge hosts. Nodes tell each other in their heartbeats.
struct hosting {
  bool entities = false;
  /// `topic/partition`, separated by spaces.
  std::string partitions;
  std::uint64_t live = 0;
};

struct actor_status {
  /// Unique among its siblings: `accumulator`, `AAPL`, `AAPL:3`.
  std::string name;
  /// bridge, gateway, supervisor, ...; only for people.
  std::string kind;
  run_state state = run_state::running;
  /// What it does or waits for, in words; empty when `state` says all.
  std::string activity;
  std::uint64_t mailbox = 0;
  std::uint64_t restarts = 0;
  std::string last_error;
  /// What /health shows after the actor's name: each is a whole statement for people.
  std::vector<std::string> problems;
  /// People look through it, and no trade depends on it.
  bool only_shows = false;
  hosting hosts;
  std::vector<status_field> detail;
  std::vector<actor_status> children;

  void show(std::string field, std::integral auto value, const status_gauge* gauge = nullptr,
            std::string label_value = {}) {
    if constexpr (std::same_as<decltype(value), bool>)
      detail.push_back({std::move(field), status_value{value}, gauge, std::move(label_value)});
    else
      detail.push_back(
          {std::move(field), status_value{static_cast<std::int64_t>(value)}, gauge, std::move(label_value)});
  }
  void show(std::string field, std::string value) {
    detail.push_back({std::move(field), std::move(value), nullptr, {}});
  }
  void show(std::string field, std::chrono::nanoseconds value, const status_gauge* gauge = nullptr) {
    detail.push_back({std::move(field), std::chrono::duration_cast<std::chrono::milliseconds>(value), gauge, {}});
  }
  void show(std::string field, timestamp value) { detail.push_back({std::move(field), value, nullptr, {}}); }

  /// The field of this name if it has this type; otherwise null.
  template <class T>
  [[nodiscard]] const T* field(std::string_view wanted) const {
    for (const auto& one : detail)
      if (one.name == wanted) return caf::get_if<T>(&one.value);
    return nullptr;
  }
};

/// The status of an actor that has nothing else to say, or the beginning of one.
[[nodiscard]] inline actor_status make_status(std::string name, std::string kind,
                                              run_state state = run_state::running) {
  actor_status s;
  s.name = std::move(name);
  s.kind = std::move(kind);
  s.state = state;
  return s;
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, status_field& x) {
  return f(caf::meta::type_name("status_field"), x.name, x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hosting& x) {
  return f(caf::meta::type_name("hosting"), x.entities, x.partitions, x.live);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_status& x) {
  return f(caf::meta::type_name("actor_status"), x.name, x.kind, x.state, x.activity, x.mailbox, x.restarts,
           x.last_error, x.problems, x.only_shows, x.hosts, x.detail, x.children);
}

}  // namespace hedgerow::protocol
