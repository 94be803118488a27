// The bridge between the event log and the entities of one service. Per cycle: take a
// bounded batch, hand each entity its slice, append all answers and the input offsets in one transaction, run the
// effects. The next batch is taken while the commit is on its way.
//
// Crash-only: when a commit fails the bridge quits, and with it its entities. Its supervisor starts it again from the
// changelog and the committed offsets.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <unordered_map>

#include "actors/bridges/bridge_metrics.hpp"
#include "actors/bridges/cycle.hpp"
#include "actors/bridges/hand_over.hpp"
#include "actors/bridges/outbound.hpp"
#include "actors/bridges/service.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::bridges {

/// One entity as its bridge knows it. Without a handle it is passive: it exists only as its changelog.
struct entity_entry {
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
};

/// Who is told that a step is durable.
using ticket = std::pair<protocol::entity_actor, std::uint64_t>;

/// A transaction that another bridge has left to this one.
struct taken_over {
  caf::actor_addr sender;
  protocol::hand_over_ptr what;
  caf::typed_response_promise<protocol::hand_over_result> answer;
};

/// Who waits for the next transaction.
struct waiting_for_next {
  std::vector<ticket> tickets;
  std::optional<taken_over> taken;
};

/// A transaction on its way: to the log, or handed over.
struct commit_under_way {
  std::uint64_t number = 0;
  std::vector<ticket> tickets;
  std::optional<taken_over> taken;
  bridge_metrics::share share;
  /// Handed over to the next bridge.
  protocol::hand_over_ptr handed{};
  bool declined = false;
};

/// How a commit of its own ended; empty text means that it is durable.
struct commit_result {
  std::uint64_t number = 0;
  std::string error;
};

/// Implements bridge_actor of messages/protocol/interfaces.hpp.
class bridge {
 public:
  /// Also what its log tells: there may be something new, a commit has ended; and its timers: look for what is idle,
  /// send the slice of this number again, start the entity of this key again, commit the offsets that have waited.
  using interface =
      protocol::bridge_actor::extend<caf::reacts_to<protocol::poll_atom>,
                                     caf::reacts_to<protocol::done_atom, commit_result>,
                                     caf::reacts_to<protocol::tick_atom>,
                                     caf::reacts_to<protocol::again_atom, std::uint64_t>,
                                     caf::reacts_to<protocol::wake_atom, std::string>,
                                     caf::reacts_to<protocol::offsets_atom>>;
  using pointer = protocol::pointer_to<bridge>;
  static inline const char* actor_name = "bridge";

  /// `clock` must outlive the actor system.
  bridge(pointer self, std::shared_ptr<ports::event_log> log, service what, bridge_config config,
         const ports::clock* clock);
  ~bridge();
  /// Joins the group; quits when it cannot.
  interface::behavior_type start();

 private:
  [[nodiscard]] bool join();
  void poll();
  void emitted(const protocol::step_ptr& what);
  void committed(const commit_result& result);
  void tick();
  void send_again(std::size_t index);
  void wake_again(const std::string& key);
  caf::result<protocol::ok_atom> drain();
  caf::result<protocol::actor_status> status();
  void went_down(const caf::actor_addr& source, const std::string& reason);
  void offsets_due();
  caf::result<protocol::hand_over_result> take(const protocol::hand_over_ptr& what);

  // batch -> slices
  void change_assignment(const ports::log_batch& batch);
  // changelog -> entities (bridge_changelog.cpp)
  void load(topic_partition source);
  void watch_offsets(std::uint32_t first);
  void refuse_changelog(const record& r, const std::string& why);
  void begin_cycle(std::vector<record> records);
  void add_to_cycle(record r);
  void send_jobs();
  void send_slice(std::size_t index);
  void slice_answered(std::size_t index, const protocol::step_ptr& answer);
  void slice_failed(std::size_t index, std::string_view reason, const std::string& detail, std::uint32_t tries);
  void go_on(std::size_t index, cycle::next_step next);
  void send_later(std::size_t index, std::chrono::milliseconds pause);
  void job_ended(std::size_t index);
  void bury(const record& failed, std::string_view reason, const std::string& detail, std::uint32_t attempts);
  // steps -> transactions
  void absorb(entity_entry& entity, const protocol::step_ptr& what);
  void refuse(const std::string& key, const std::string& why);
  void end_cycle();
  // transactions -> log, or the next bridge (bridge_commits.cpp)
  void flush();
  [[nodiscard]] protocol::bridge_actor receiver();
  void commit(log_transaction content, std::uint64_t number, const bridge_metrics::share& share);
  void hand_over(const protocol::bridge_actor& to, commit_under_way& entry, log_transaction content);
  void handed_over(std::uint64_t number, const protocol::hand_over_result& result);
  void commit_declined();
  void finish_front();
  // what the bridge before this one hands over (bridge_commits.cpp)
  [[nodiscard]] bool begin_taken_over();
  void decline_all();
  // entities (bridge_entities.cpp)
  [[nodiscard]] bool has_own_work(const std::string& key, const entity_entry& entity) const;
  [[nodiscard]] std::chrono::milliseconds tick_interval() const;
  [[nodiscard]] bool may_be_forgotten(const std::string& key, const entity_entry& entity) const;
  entity_entry& entry(const std::string& key, std::uint32_t partition);
  void wake(const std::string& key, entity_entry& entity);
  void stop(entity_entry& entity);
  void finish_drain();
  protocol::actor_status own_status();
  void fail(std::string why, std::optional<ports::log_errc> reason = std::nullopt);
  void tell_of_death(const std::string& key, const std::string& reason);
  void entity_down(const std::string& key, const std::string& reason);
  void restarted(entity_entry& entity, const std::string& reason);

  pointer self_;
  std::shared_ptr<ports::event_log> log_;
  service what_;
  bridge_config config_;
  const ports::clock* clock_;
  /// Shared with the callbacks of commits that are on their way.
  std::shared_ptr<bridge_metrics> metrics_;
  std::unique_ptr<ports::log_member> member_;

  std::unordered_map<std::string, entity_entry> entities_;
  std::unordered_map<caf::actor_addr, std::string> keys_by_address_;
  std::set<topic_partition> assigned_;

  cycle cycle_;
  std::size_t live_ = 0;
  outbound outbound_;
  waiting_for_next next_;
  std::uint64_t commit_number_ = 0;
  std::deque<commit_under_way> in_flight_;
  /// What comes next cannot go the way of what is under way, and waits for its end.
  bool blocked_ = false;
  bool offsets_timed_ = false;
  /// It was asked whether the group still has its offsets.
  bool offsets_watched_ = false;

  std::optional<handed_by> handed_by_;
  /// The bridge that it hands over to.
  caf::actor_addr next_bridge_;
  std::optional<handed_to> handed_to_;
  std::deque<taken_over> taken_;
  bool moving_ = false;
  /// A sender whose transactions of this round, and of those before, are declined.
  std::pair<caf::actor_addr, std::uint64_t> declined_;

  /// It has quit: nothing more is read.
  bool ended_ = false;
  bool draining_ = false;
  monotonic_time drain_until_{0};
  caf::typed_response_promise<protocol::ok_atom> drained_;

  std::uint64_t handed_over_ = 0;
  std::uint64_t records_taken_over_ = 0;
  std::uint64_t records_in_ = 0;
  std::uint64_t records_out_ = 0;
  std::uint64_t dead_letters_ = 0;
  std::uint64_t restarts_ = 0;
  std::string last_error_;
};

}  // namespace hedgerow::bridges

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::bridges::commit_result)
