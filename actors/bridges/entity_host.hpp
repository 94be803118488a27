// The entities of a bridge: which there are, which of them live, and what each starts from. It activates them, gives
// them their slices with a deadline, starts those that work alone again after pauses that double, and passivates those
// that are idle. What a step means for the log is the bridge's matter.
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/scheduled_actor.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/bridges/bridge_metrics.hpp"
#include "actors/bridges/service.hpp"
#include "actors/ports/clock.hpp"

namespace hedgerow::bridges {

class entity_host {
 public:
  /// An entity that lives.
  struct living {
    std::string key;
    protocol::entity_actor handle;
    std::uint64_t restarts = 0;
    std::string last_error;
  };

  /// What is to be done because an entity has ended.
  struct death {
    std::string key;
    /// It works by itself: activate(key) it after this pause.
    std::optional<std::chrono::milliseconds> activate_after;
    /// It has died too often without a step in between; it is not started again.
    bool hopeless = false;
  };

  /// Lives in `self`, to which the entities send their own steps. `what`, `config` and `clock` outlive the host.
  entity_host(caf::scheduled_actor* self, const service& what, const bridge_config& config, const ports::clock* clock,
              std::shared_ptr<bridge_metrics> metrics);
  /// Ends those that live.
  ~entity_host();
  entity_host(const entity_host&) = delete;
  entity_host& operator=(const entity_host&) = delete;

  // -- partitions
  /// A partition was gained: its entities are known from now on, and those that work by themselves are activated.
  void load(std::uint32_t partition, std::vector<record> changelog);
  /// It was lost: its entities are ended and forgotten.
  void drop(std::uint32_t partition);

  // -- slices
  /// Gives an entity its slice. `Self` is the actor that the host lives in; of `answered(step_ptr)` and
  /// `failed(std::string why)` one is called, the latter at the latest when bridge.handle_timeout has passed. An answer
  /// of an entity that was stopped in the meantime rests on what was not written: it has failed, too.
  template <class Self, class Answered, class Failed>
  void ask(Self* self, const std::string& key, std::uint32_t partition, protocol::slice_ptr part, Answered answered,
           Failed failed) {
    const auto asked = activated(key, partition);
    self->request(asked, config_.handle_timeout, protocol::handle_atom::value, std::move(part))
        .then(
            [this, answered = std::move(answered), failed, who = asked.address()](const protocol::step_ptr& answer) {
              if (key_of(who) == nullptr) return failed("was stopped before its answer came");
              answered(answer);
            },
            [this, failed](const caf::error& why) { failed(reason_of(why)); });
  }
  /// It has died over its slice, or has missed the deadline: it ends, and is rebuilt when there is something for it.
  void died(const std::string& key, const std::string& why);
  /// As above, but the entity is healthy: the step that it answered cannot be written.
  void failed(const std::string& key, const std::string& why);
  /// Nothing is left for it to do: it goes on alone if it works by itself.
  void leave_alone(const std::string& key);

  // -- steps
  /// What an entity wants becomes its state.
  void took_step(const std::string& key, const protocol::step& what);
  /// Ends it until there is something for it; what it wanted is forgotten.
  void stop(const std::string& key, const std::string& why = {});
  /// Key of an entity that lives; null for everybody else. Valid until that entity ends.
  [[nodiscard]] const std::string* key_of(const caf::actor_addr& who) const;
  [[nodiscard]] std::uint32_t partition_of(const std::string& key) const { return entities_.at(key).partition; }
  [[nodiscard]] const protocol::entity_actor& handle_of(const std::string& key) const {
    return entities_.at(key).handle;
  }

  // -- time
  /// Nothing when `who` is no entity that lives.
  [[nodiscard]] std::optional<death> went_down(const caf::actor_addr& who, const std::string& why);
  /// Its pause is over. Nothing happens when it has gone or lives again.
  void activate(const std::string& key);
  /// Passivates those that are idle, and forgets what has nothing to come back for. Not while slices are under way.
  void passivate();
  /// How often to passivate(): often enough for what has ended not to pile up.
  [[nodiscard]] std::chrono::milliseconds passivation_interval() const;

  // -- how it is
  [[nodiscard]] std::size_t size() const { return entities_.size(); }
  [[nodiscard]] std::size_t live() const { return key_by_address_.size(); }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }
  /// Some entity waits for an effect that is under way.
  [[nodiscard]] bool unfinished() const;
  [[nodiscard]] std::vector<living> some_living(std::size_t most) const;

 private:
  /// Without a handle it is passive: it exists only as its changelog.
  struct entity {
    protocol::entity_actor handle;
    std::uint32_t partition = 0;
    std::map<std::string, std::string> changelog;
    bool idle = true;
    bool unfinished = false;
    monotonic_time last_used{0};
    std::uint64_t restarts = 0;
    /// Deaths since its last step.
    std::uint32_t deaths_in_a_row = 0;
    std::string last_error;

    /// Of its changelog.
    void keep(const outgoing& newest);
  };

  entity& at(const std::string& key, std::uint32_t partition);
  const protocol::entity_actor& activated(const std::string& key, std::uint32_t partition);
  void activate(const std::string& key, entity& which);
  void end(entity& which);
  void tell_of_death(const std::string& key, const std::string& why);
  [[nodiscard]] std::string reason_of(const caf::error& why) const;
  [[nodiscard]] bool works_alone(const std::string& key, const entity& which) const;
  [[nodiscard]] bool may_be_forgotten(const std::string& key, const entity& which) const;
  void show_counts();

  caf::scheduled_actor* self_;
  const service& what_;
  const bridge_config& config_;
  const ports::clock* clock_;
  std::shared_ptr<bridge_metrics> metrics_;
  std::unordered_map<std::string, entity> entities_;
  std::unordered_map<caf::actor_addr, std::string> key_by_address_;
  std::uint64_t restarts_ = 0;
};

}  // namespace hedgerow::bridges
