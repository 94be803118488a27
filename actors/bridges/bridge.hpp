// The bridge between the event log and the entities of one service. Per cycle: take a
// bounded batch, hand each entity its slice, append all answers and the input offsets in one transaction, run the
// effects. The next batch is taken while the commit is on its way.
//
// Crash-only: when a commit fails the bridge quits, and with it its entities. Its supervisor starts it again from the
// changelog and the committed offsets.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "actors/bridges/assignment.hpp"
#include "actors/bridges/bridge_metrics.hpp"
#include "actors/bridges/chaining.hpp"
#include "actors/bridges/cycle.hpp"
#include "actors/bridges/dead_letter_alarms.hpp"
#include "actors/bridges/entity_host.hpp"
#include "actors/bridges/outbound.hpp"
#include "actors/bridges/service.hpp"
#include "actors/bridges/stored_state.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::bridges {

/// Who is told that a step is durable.
using ticket = std::pair<protocol::entity_actor, std::uint64_t>;

/// Who waits for the next transaction.
struct waiting_for_next {
  std::vector<ticket> tickets;
  std::optional<taken_over> taken;
};

/// A transaction on its way: to the log, or handed over.
struct commit_under_way {
  std::uint64_t number = 0;
  waiting_for_next waiting;
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
  /// send the slice of this number again, activate the entity of this key again, commit the offsets that have waited.
  using interface = protocol::bridge_actor::extend<
      caf::reacts_to<protocol::poll_atom>, caf::reacts_to<protocol::done_atom, commit_result>,
      caf::reacts_to<protocol::tick_atom>, caf::reacts_to<protocol::again_atom, std::uint64_t>,
      caf::reacts_to<protocol::activate_atom, std::string>, caf::reacts_to<protocol::offsets_atom>>;
  using pointer = protocol::pointer_to<bridge>;
  static inline const char* actor_name = "bridge";

  /// `clock` must outlive the actor system.
  bridge(pointer self, std::shared_ptr<ports::event_log> log, service what, bridge_config config,
         const ports::clock* clock);
  ~bridge();
  /// Joins the group; quits when it cannot.
  interface::behavior_type start();

 private:
  // its life (bridge.cpp)
  [[nodiscard]] bool join();
  void fail(const failure& what);
  void went_down(const caf::actor_addr& source, const std::string& reason);
  void tick();
  caf::result<protocol::ok_atom> drain();
  void finish_drain();
  // log -> cycle (bridge.cpp)
  void poll();
  [[nodiscard]] std::optional<failure> carry_out(const assignment::change& change);
  void begin_cycle(std::vector<record> records);
  void add_to_cycle(record&& r);
  // cycle -> entities -> next transaction (bridge_cycle.cpp)
  void start_cycle();
  void send_slice(std::size_t index);
  void send_later(std::size_t index, std::chrono::milliseconds pause);
  void send_again(std::size_t index);
  void slice_answered(std::size_t index, const protocol::step_ptr& answer);
  void slice_failed(std::size_t index, std::string_view reason, const std::string& detail, std::uint32_t tries);
  void give_up(const record& failed, const std::string& key, std::string_view reason, const std::string& detail,
               std::uint32_t attempts);
  void go_on(std::size_t index, cycle::next_step next);
  void job_ended(std::size_t index);
  void end_cycle();
  void emitted(const protocol::step_ptr& what);
  void depend_on_home(std::uint32_t partition);
  void collect(const std::string& key, const protocol::step_ptr& what);
  void refuse(const std::string& key, const std::string& why);
  // transactions -> log, or the next bridge (bridge_commits.cpp)
  void offsets_due();
  void flush();
  [[nodiscard]] bool awaits_receiver() const;
  [[nodiscard]] protocol::bridge_actor receiver();
  void commit(log_transaction content, std::uint64_t number, const bridge_metrics::share& share);
  void committed(const commit_result& result);
  void hand_over(const protocol::bridge_actor& to, commit_under_way& entry, log_transaction content);
  void handed_over(std::uint64_t number, const protocol::hand_over_result& result);
  void commit_declined();
  void finish_front();
  // what the bridge before this one hands over (bridge_commits.cpp)
  caf::result<protocol::hand_over_result> take(const protocol::hand_over_ptr& what);
  [[nodiscard]] bool begin_taken_over();
  // for people (bridge_status.cpp)
  caf::result<protocol::actor_status> status();
  protocol::actor_status own_status();

  /// A drain under way.
  struct drain_request {
    monotonic_time until{0};
    caf::typed_response_promise<protocol::ok_atom> answer;
  };

  struct counters {
    std::uint64_t handed_over = 0;
    std::uint64_t records_taken_over = 0;
    std::uint64_t records_in = 0;
    std::uint64_t records_out = 0;
    std::uint64_t dead_letters = 0;
    std::uint64_t commits = 0;
  };

  pointer self_;
  std::shared_ptr<ports::event_log> log_;
  service what_;
  bridge_config config_;
  const ports::clock* clock_;
  /// Shared with the callbacks of commits that are on their way.
  std::shared_ptr<bridge_metrics> metrics_;
  assignment assignment_;
  stored_state stored_;
  entity_host host_;
  cycle cycle_;
  outbound outbound_;
  waiting_for_next next_;
  std::deque<commit_under_way> in_flight_;
  std::optional<intake> before_;
  std::optional<handing_on> after_;
  std::optional<drain_request> drain_;
  counters count_;
  dead_letter_alarms alarms_;
  std::string last_error_;
  /// Leaves the group before the entities end.
  std::unique_ptr<ports::log_member> member_;
};

}  // namespace hedgerow::bridges

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::bridges::commit_result)
