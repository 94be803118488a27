// One endpoint of the chain: its connection, its health, and the questions that it is asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "actors/chain/chain_messages.hpp"
#include "actors/chain/chain_question.hpp"
#include "actors/domain/chain/endpoint_health.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/types/connection_policy.hpp"

namespace hedgerow::chain {

struct endpoint_config : endpoint_limits {
  std::string name;
  /// A connection of its own each time.
  std::function<std::shared_ptr<ports::chain_client>()> connect;
  domain::endpoint_policy policy;
  /// Answers are compared with those of others.
  bool compared = false;
};

class endpoint {
 public:
  using interface = endpoint_actor::extend<
      // Of the connection: who listens, and what it tells.
      caf::reacts_to<protocol::up_atom, std::uint64_t>, caf::reacts_to<protocol::down_atom, std::uint64_t, std::string>,
      caf::reacts_to<protocol::logseen_atom, std::uint64_t, ports::evm_log>,
      caf::reacts_to<protocol::headseen_atom, std::uint64_t, ports::chain_block>,
      caf::reacts_to<protocol::badframe_atom, std::uint64_t, ports::malformed_evm_log>,
      caf::reacts_to<protocol::complaint_atom, std::uint64_t, ports::chain_error>,
      // To which chain it belongs, when `up` came of this listener.
      caf::reacts_to<protocol::answer_atom, std::uint64_t, std::uint64_t, chain_id_answer>,
      // Its head on the connection of this number.
      caf::reacts_to<protocol::answer_atom, std::uint64_t, head_answer>,
      // The answer to the question of this number; then the last block that it speaks of.
      caf::reacts_to<protocol::answer_atom, std::uint64_t, told_ptr>,
      caf::reacts_to<protocol::answer_atom, std::uint64_t, told_ptr, block_answer>,
      // Ask for the chain again, for this listener, on the connection of this number.
      caf::reacts_to<protocol::tick_atom, std::uint64_t, std::uint64_t>>;
  using pointer = protocol::pointer_to<endpoint>;
  static inline const char* actor_name = "chain-endpoint";

  /// `at` is its place in the gateway's list. Clock, random and notices must outlive the actor system.
  endpoint(pointer self, std::size_t at, endpoint_config config, caf::actor_addr gateway, const ports::clock* clock,
           ports::random* random, ports::notices* notices);
  interface::behavior_type start();

 private:
  struct asked {
    question_ptr what;
    monotonic_time since;
  };

  void listen(std::uint64_t id, const ports::evm_log_filter& wanted);
  void up(std::uint64_t id);
  void identified(std::uint64_t id, std::uint64_t connection, const chain_id_answer& answer);
  void first_head_came(std::uint64_t connection, const head_answer& head);
  void down(std::uint64_t id, const std::string& reason);
  void ask(std::uint64_t number, const question_ptr& what);
  void pump();
  void answered(std::uint64_t number, const told_ptr& what);
  void last_block_came(std::uint64_t number, const told_ptr& what, const block_answer& last);
  void finish(std::uint64_t number, const told_ptr& what);
  void judge(const told& what, std::chrono::nanoseconds took);
  void contradicted(const std::string& how);
  /// Sends (`verb`, the place of this endpoint, `what`...) to the gateway.
  template <class Verb, class... What>
  void tell(Verb verb, What&&... what) const {
    protocol::sends_to<chain_gateway_actor>(gateway_, verb)(std::uint64_t{at_}, std::forward<What>(what)...);
  }
  void complained(std::uint64_t id, const ports::chain_error& why);
  void refuse_waiting(const ports::chain_error& why);
  void report();
  [[nodiscard]] protocol::actor_status status() const;
  void raise(ports::notice_level level, std::string_view code, const std::string& text) const;

  pointer self_;
  std::size_t at_;
  endpoint_config config_;
  /// No strong handle: the gateway holds one of this actor.
  caf::actor_addr gateway_;
  const ports::clock* clock_;
  ports::random* random_;
  ports::notices* notices_;
  std::shared_ptr<ports::chain_client> client_;
  /// By the gateway's number of the listener.
  std::map<std::uint64_t, ports::subscription> listening_;
  domain::endpoint_health health_;
  std::map<std::uint64_t, asked> under_way_;
  std::deque<std::pair<std::uint64_t, question_ptr>> waiting_;
  /// Counts the connections: an answer about an earlier one says nothing.
  std::uint64_t connection_ = 0;
  std::optional<std::uint64_t> chain_id_;
  bool connected_ = false;
  ports::chain_block head_;
  std::uint64_t answers_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t dissents_ = 0;
  std::string last_error_;
};

}  // namespace hedgerow::chain
