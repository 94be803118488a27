// The entities of a bridge: how they are made, how they end, and when they are started again or forgotten.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"

namespace hedgerow::bridges {

using namespace protocol;

/// It has something to do without being asked.
bool bridge::has_own_work(const std::string& key, const entity_entry& entity) const {
  return key == what_.resident || what_.wakes_by_itself(entity.changelog);
}

/// It is as if it had never been: its next record makes it again. An order that has ended leaves such an entity behind.
bool bridge::may_be_forgotten(const std::string& key, const entity_entry& entity) const {
  return !entity.handle && entity.changelog.empty() && !has_own_work(key, entity);
}

entity_entry& bridge::entry(const std::string& key, std::uint32_t partition) {
  auto [it, fresh] = entities_.try_emplace(key);
  if (fresh) {
    it->second.partition = partition;
    metrics_->entities->set(static_cast<std::int64_t>(entities_.size()));
  }
  return it->second;
}

void bridge::wake(const std::string& key, entity_entry& entity) {
  if (entity.handle) return;
  entity.handle = what_.spawn(self_->system(), {key, entity.partition, entity.changelog,
                                                caf::actor_cast<emitter_actor>(interface{self_})});
  self_->monitor(entity.handle);
  keys_by_address_[entity.handle.address()] = key;
  entity.last_used = clock_->monotonic();
  metrics_->entities_live->set(static_cast<std::int64_t>(++live_));
}

void bridge::stop(entity_entry& entity) {
  if (!entity.handle) return;
  self_->demonitor(entity.handle.address());
  keys_by_address_.erase(entity.handle.address());
  caf::anon_send_exit(entity.handle, caf::exit_reason::kill);
  entity.handle = nullptr;
  entity.idle = true;
  entity.unfinished = false;
  metrics_->entities_live->set(static_cast<std::int64_t>(--live_));
}

void bridge::restarted(entity_entry& entity, const std::string& reason) {
  ++entity.restarts;
  ++restarts_;
  metrics_->entity_restarts->add();
  entity.last_error = last_error_ = reason;
}

void bridge::tell_of_death(const std::string& key, const std::string& reason) {
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::warning, what_.name, "entity_died", key, reason);
}

void bridge::went_down(const caf::actor_addr& source, const std::string& reason) {
  if (const auto known = keys_by_address_.find(source); known != keys_by_address_.end())
    return entity_down(std::string{known->second}, reason);
  if (next_bridge_ != source) return;
  next_bridge_ = nullptr;
  for (const auto& entry : in_flight_)
    if (entry.handed) return fail("the bridge that it hands over to has ended: " + reason);
}

void bridge::entity_down(const std::string& key, const std::string& reason) {
  auto& entity = entities_.at(key);
  stop(entity);
  restarted(entity, reason);
  tell_of_death(key, reason);
  // A slice in flight is noticed by its request. An entity that worked on its own must go on by itself.
  if (!has_own_work(key, entity)) return;
  if (++entity.deaths_in_a_row > config_.entity_deaths) return fail(key + " keeps dying: " + reason);
  const auto backoff = config_.entity_backoff * (1U << (entity.deaths_in_a_row - 1));
  self_->delayed_send(self_, backoff, wake_atom::value, key);
}

void bridge::wake_again(const std::string& key) {
  const auto it = entities_.find(key);
  if (it != entities_.end() && !draining_) wake(key, it->second);
}

/// Passivates, and forgets what has nothing to come back for. Only between two cycles: jobs refer to entities.
void bridge::tick() {
  const auto now = clock_->monotonic();
  for (auto it = entities_.begin(); !cycle_.running() && it != entities_.end();) {
    auto& [key, entity] = *it;
    // One without a changelog has nothing to rebuild, so there is no reason to keep it.
    const auto keep_for = entity.changelog.empty() ? std::chrono::milliseconds{0} : config_.idle_passivate;
    if (entity.handle && entity.idle && key != what_.resident && now - entity.last_used >= keep_for) stop(entity);
    if (may_be_forgotten(key, entity))
      it = entities_.erase(it);
    else
      ++it;
  }
  metrics_->entities->set(static_cast<std::int64_t>(entities_.size()));
  if (draining_) return finish_drain();
  self_->delayed_send(self_, tick_interval(), tick_atom::value);
}

/// Often enough for what has ended not to pile up.
std::chrono::milliseconds bridge::tick_interval() const {
  constexpr std::chrono::milliseconds longest{30'000};
  return std::min(config_.idle_passivate / 2, longest);
}

}  // namespace hedgerow::bridges
