#include "actors/bridges/entity_host.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <iterator>
#include <utility>

namespace hedgerow::bridges {

using namespace protocol;

entity_host::entity_host(caf::scheduled_actor* self, const service& what, const bridge_config& config,
                         const ports::clock* clock, std::shared_ptr<bridge_metrics> metrics)
    : self_{self}, what_{what}, config_{config}, clock_{clock}, metrics_{std::move(metrics)} {}

entity_host::~entity_host() {
  for (auto& [key, which] : entities_)
    if (which.handle) caf::anon_send_exit(which.handle, caf::exit_reason::user_shutdown);
}

// -- partitions ------------------------------------------------------------------------------------------------------

void entity_host::load(std::uint32_t partition, std::vector<record> changelog) {
  for (auto& r : changelog)
    if (r.value) at(what_.changelog_entity(r), partition).changelog[r.key] = std::move(*r.value);
  if (what_.always_on && partition == 0) at(*what_.always_on, 0);
  for (auto& [key, which] : entities_)
    if (which.partition == partition && works_alone(key, which)) activate(key, which);
  show_counts();
}

void entity_host::drop(std::uint32_t partition) {
  for (auto it = entities_.begin(); it != entities_.end();) {
    const bool lives_there = it->second.partition == partition;
    if (lives_there) end(it->second);
    it = lives_there ? entities_.erase(it) : std::next(it);
  }
  show_counts();
}

// -- slices ----------------------------------------------------------------------------------------------------------

std::string entity_host::reason_of(const caf::error& why) const {
  if (why != caf::sec::request_timeout) return self_->system().render(why);
  return "did not answer within bridge.handle_timeout (" + std::to_string(config_.handle_timeout.count()) + " ms)";
}

void entity_host::died(const std::string& key, const std::string& why) {
  // It is still there when it was silent, or when this comes before the news of its end.
  if (entities_.at(key).handle) tell_of_death(key, why);
  failed(key, why);
}

void entity_host::failed(const std::string& key, const std::string& why) {
  stop(key, why);
  ++entities_.at(key).restarts;
  ++restarts_;
  metrics_->entity_restarts->add();
}

void entity_host::leave_alone(const std::string& key) {
  // It may have been stopped on the way. To find out what it has to do takes its changelog apart.
  if (auto& which = entities_.at(key); !which.handle && works_alone(key, which)) activate(key, which);
}

// -- steps -----------------------------------------------------------------------------------------------------------

void entity_host::took_step(const std::string& key, const step& what) {
  auto& which = entities_.at(key);
  const outgoing* newest = nullptr;
  for (const auto& out : what.records) {
    if (what_.changelog != out.to.topic) continue;
    // A step often has many records of one key, and only the last of them counts.
    if (newest != nullptr && newest->key != out.key) which.keep(*newest);
    newest = &out;
  }
  if (newest != nullptr) which.keep(*newest);
  which.idle = what.idle && what.ticket == 0;
  which.unfinished = what.unfinished;
  which.deaths_in_a_row = 0;
  which.last_used = clock_->monotonic();
}

void entity_host::stop(const std::string& key, const std::string& why) {
  auto& which = entities_.at(key);
  end(which);
  if (!why.empty()) which.last_error = why;
}

const std::string* entity_host::key_of(const caf::actor_addr& who) const {
  const auto known = key_by_address_.find(who);
  return known == key_by_address_.end() ? nullptr : &known->second;
}

// -- time ------------------------------------------------------------------------------------------------------------

std::optional<entity_host::death> entity_host::went_down(const caf::actor_addr& who, const std::string& why) {
  const auto* known = key_of(who);
  if (known == nullptr) return std::nullopt;
  death out{*known, {}, false};
  auto& which = entities_.at(out.key);
  failed(out.key, why);
  tell_of_death(out.key, why);
  // A slice in flight is noticed by its request. An entity that worked alone must go on alone.
  if (!works_alone(out.key, which)) return out;
  out.hopeless = ++which.deaths_in_a_row > config_.entity_deaths;
  if (!out.hopeless) out.activate_after = config_.entity_backoff * (1U << (which.deaths_in_a_row - 1));
  return out;
}

void entity_host::activate(const std::string& key) {
  if (const auto known = entities_.find(key); known != entities_.end()) activate(key, known->second);
}

void entity_host::passivate() {
  const auto now = clock_->monotonic();
  for (auto it = entities_.begin(); it != entities_.end();) {
    auto& [key, which] = *it;
    // One without a changelog has nothing to rebuild, so there is no reason to keep it.
    const auto keep_for = which.changelog.empty() ? std::chrono::milliseconds{0} : config_.idle_passivate;
    if (which.idle && key != what_.always_on && now - which.last_used >= keep_for) end(which);
    it = may_be_forgotten(key, which) ? entities_.erase(it) : std::next(it);
  }
  show_counts();
}

std::chrono::milliseconds entity_host::passivation_interval() const {
  constexpr std::chrono::milliseconds longest{30'000};
  return std::min(config_.idle_passivate / 2, longest);
}

// -- how it is -------------------------------------------------------------------------------------------------------

bool entity_host::unfinished() const {
  return std::any_of(entities_.begin(), entities_.end(),
                     [](const auto& known) { return known.second.handle && known.second.unfinished; });
}

std::vector<entity_host::living> entity_host::some_living(std::size_t most) const {
  std::vector<living> out;
  for (const auto& [key, which] : entities_)
    if (which.handle && out.size() < most) out.push_back({key, which.handle, which.restarts, which.last_error});
  return out;
}

void entity_host::show_counts() {
  metrics_->entities->set(static_cast<std::int64_t>(size()));
  metrics_->entities_live->set(static_cast<std::int64_t>(live()));
}

// -- one entity ------------------------------------------------------------------------------------------------------

void entity_host::entity::keep(const outgoing& newest) {
  if (newest.value)
    changelog[newest.key] = *newest.value;
  else
    changelog.erase(newest.key);
}

/// It has something to do without being asked.
bool entity_host::works_alone(const std::string& key, const entity& which) const {
  return key == what_.always_on || what_.has_own_work(which.changelog);
}

/// It is as if it had never been: its next record makes it again. An order that has ended leaves such an entity behind.
bool entity_host::may_be_forgotten(const std::string& key, const entity& which) const {
  return !which.handle && which.changelog.empty() && !works_alone(key, which);
}

entity_host::entity& entity_host::at(const std::string& key, std::uint32_t partition) {
  auto [known, fresh] = entities_.try_emplace(key);
  if (fresh) known->second.partition = partition;
  return known->second;
}

const entity_actor& entity_host::activated(const std::string& key, std::uint32_t partition) {
  auto& which = at(key, partition);
  activate(key, which);
  return which.handle;
}

void entity_host::activate(const std::string& key, entity& which) {
  if (which.handle) return;
  const auto bridge = caf::actor_cast<emitter_actor>(caf::strong_actor_ptr{self_->ctrl()});
  which.handle = what_.spawn(self_->system(), {key, which.partition, which.changelog, bridge});
  self_->monitor(which.handle);
  key_by_address_[which.handle.address()] = key;
  which.last_used = clock_->monotonic();
  show_counts();
}

void entity_host::end(entity& which) {
  if (!which.handle) return;
  self_->demonitor(which.handle.address());
  key_by_address_.erase(which.handle.address());
  caf::anon_send_exit(which.handle, caf::exit_reason::kill);
  which.handle = nullptr;
  which.idle = true;
  which.unfinished = false;
  show_counts();
}

void entity_host::tell_of_death(const std::string& key, const std::string& why) {
  if (config_.notices != nullptr)
    config_.notices->raise(ports::notice_level::warning, what_.name, "entity_died", key, why);
}

}  // namespace hedgerow::bridges
