// What an entity's class begins with: its state from the changelog, and its way to the bridge.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "actors/bridges/service.hpp"
#include "actors/entity/changelog.hpp"
#include "messages/codec/codec.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::entity {

/// Takes the newest event below `key` out of the seed; nothing when there is none. An error, a text for people, when it
/// cannot be read: the entity must not start then, as what it does would rest on nothing.
template <class Event>
[[nodiscard]] expected<std::optional<enveloped<Event>>, std::string> restore(bridges::entity_seed& seed,
                                                                             const std::string& key) {
  const auto found = seed.changelog.extract(key);
  if (found.empty()) return std::optional<enveloped<Event>>{};
  auto event = codec::decode<Event>(found.mapped());
  if (!event) return unexpected("changelog of " + key + ": " + event.error().detail);
  return std::optional{std::move(*event)};
}

/// Sends a step that the entity takes on its own, unless it says nothing.
template <class Pointer>
void emit(Pointer self, const protocol::emitter_actor& bridge, protocol::step_ptr step) {
  if (step->records.empty() && step->ticket == 0 && !step->idle) return;
  self->send(bridge, protocol::emit_atom::value, std::move(step));
}

/// For service::route of an entity of each symbol: the part of the key before the colon. The key of a control event is
/// its scope, which need not be a symbol.
[[nodiscard]] std::optional<std::string> symbol_of(const record& r);

/// For service::has_own_work of an entity whose changelog is one Event: whether it `has_work`. One that cannot be
/// read is started, and says so.
template <class Event, class Predicate>
[[nodiscard]] std::function<bool(const std::map<std::string, std::string>&)> has_own_work_if(Predicate has_work) {
  return [has_work](const std::map<std::string, std::string>& changelog) {
    if (changelog.empty()) return false;
    const auto newest = codec::decode<Event>(changelog.begin()->second);
    return !newest || has_work(newest->data);
  };
}

}  // namespace hedgerow::entity
