// The one way to the broker inside a node: keeps the call budget, lets placements go first, serves many pollers with
// one list call, remembers the market session (order-protocol, "The gate in front of it" and "Polling").
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/broker/account_share.hpp"
#include "actors/broker/remembered_budget.hpp"
#include "actors/broker/watched_clock.hpp"
#include "actors/domain/broker/call_budget.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/call_memory.hpp"
#include "actors/ports/metrics.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/types/session_policy.hpp"

namespace hedgerow::broker {

struct gateway_config {
  /// The budget of the whole account.
  domain::budget_policy budget;
  /// What part of it is this node's.
  std::shared_ptr<const account_share> share = std::make_shared<account_share>();
  /// What was sent before this gateway, and what it sends; may be null.
  std::shared_ptr<ports::call_memory> memory{};
  /// Status questions that come within this time are put together.
  std::chrono::milliseconds gather{10};
  /// From so many on, one list call serves them; from two on, when there are more than calls.
  std::size_t list_from = 4;
  /// Orders that are older than this are listed apart from the others.
  std::chrono::milliseconds list_back{600'000};
  session_policy session;
  /// Pause of all calls after a 429 without Retry-After.
  std::chrono::milliseconds throttle_pause{1'000};
  /// A difference between the broker's clock and ours above this is an alarm.
  std::chrono::milliseconds clock_alarm{5'000};
  /// Alarm after this many failed lists in a row, and again after as many more.
  std::uint32_t list_alarm = 3;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
  /// May be null.
  ports::metrics_ptr metrics{};
};

/// Implements gateway_actor of messages/protocol/interfaces.hpp.
class broker_gateway {
 public:
  /// Also what the broker answered to the call of a number, and the gateway's timers.
  using interface = protocol::gateway_actor::extend<
      caf::reacts_to<protocol::placed_atom, std::uint64_t, protocol::place_result>,
      caf::reacts_to<protocol::gotorder_atom, std::uint64_t, protocol::get_result>,
      caf::reacts_to<protocol::gotorders_atom, std::uint64_t, protocol::list_result>,
      caf::reacts_to<protocol::gotlooks_atom, std::uint64_t, protocol::list_result>,
      caf::reacts_to<protocol::gotshares_atom, std::uint64_t, protocol::position_result>,
      caf::reacts_to<protocol::gotsession_atom, std::uint64_t, protocol::session_result>,
      caf::reacts_to<protocol::gathered_atom>, caf::reacts_to<protocol::tick_atom>>;
  using pointer = protocol::pointer_to<broker_gateway>;
  static inline const char* actor_name = "broker-gateway";

  /// `on_rejected` is called when the broker does not accept the access token. `clock` must outlive the actor system.
  broker_gateway(pointer self, std::shared_ptr<ports::broker_api> api, gateway_config config, const ports::clock* clock,
                 std::function<void()> on_rejected);
  interface::behavior_type start();

 private:
  struct waiting_call {
    std::function<void()> run;
    /// The latest time of the call; after it the answer is `too_late`.
    deadline not_after;
    std::function<void()> too_late;
  };
  struct look {
    protocol::get_call call;
    caf::typed_response_promise<protocol::get_result> promise;
    /// Nobody waits for the answer after this.
    deadline not_after;
    /// A list did not show it.
    bool alone = false;
  };
  /// Calls under way, by number.
  template <class T>
  using asked = std::unordered_map<std::uint64_t, caf::typed_response_promise<protocol::broker_result<T>>>;

  // -- questions -----------------------------------------------------------------------------------------------------
  caf::result<protocol::place_result> place(const protocol::place_call& c);
  caf::result<protocol::get_result> get(const protocol::get_call& c);
  caf::result<protocol::list_result> list(const protocol::list_call& c);
  caf::result<protocol::position_result> position(const protocol::position_call& c);
  caf::result<protocol::session_result> session();
  [[nodiscard]] protocol::actor_status status();

  // -- the budget ----------------------------------------------------------------------------------------------------
  void tick();
  void pump();
  void take_share(monotonic_time now);
  std::deque<waiting_call>& queue_of(domain::call_class c) { return queues_[static_cast<std::size_t>(c)]; }
  [[nodiscard]] std::size_t waiting(domain::call_class c);
  void enqueue(domain::call_class c, waiting_call what);
  void call_next(domain::call_class c, std::size_t free);
  std::optional<monotonic_time> drop_late(monotonic_time now);
  /// The answer to a call of class `c` that waited for too long: nothing was sent.
  [[nodiscard]] broker_error no_room(domain::call_class c);
  /// Until when a question that is asked now may wait.
  [[nodiscard]] deadline patience() const;
  template <class T, class Call>
  caf::result<protocol::broker_result<T>> in_turn(domain::call_class c, asked<T>& calls, deadline not_after, Call call);

  // -- answers -------------------------------------------------------------------------------------------------------
  template <class T>
  void answered(asked<T>& calls, std::uint64_t number, protocol::broker_result<T>& answer);
  void session_answered(protocol::session_result& answer);
  void answer_session(const expected<market_session, broker_error>& answer);
  [[nodiscard]] microseconds good_for(const market_session& session, timestamp now);
  /// Counts the call; `error` is null when it went well.
  void note(const broker_error* error);
  void raise(ports::notice_level level, std::string_view code, const std::string& text) const;
  [[nodiscard]] microseconds clock_offset() const { return broker_clock_.ahead(); }

  /// Counts the answer and translates its times.
  template <class T>
  void take_in(expected<T, broker_error>& answer) {
    note(answer ? nullptr : &answer.error());
    if (answer) translate_times(*answer, -clock_offset());
  }

  /// A callback for the adapter that brings the answer back to this actor, as that of the call `number`.
  template <class T, class Verb>
  [[nodiscard]] ports::broker_callback<T> bring_back(Verb verb, std::uint64_t number) const {
    return [send = protocol::sends_to<interface>(self_->address(), verb), number](expected<T, broker_error> answer) {
      send(number, protocol::broker_result<T>{std::move(answer)});
    };
  }

  // -- status questions, put together (gathered_looks.cpp) -----------------------------------------------------------
  void gather(look what);
  void serve_gathered();
  void look_next(std::size_t free);
  void looks_answered(std::uint64_t number, protocol::list_result& answer);

  pointer self_;
  std::shared_ptr<ports::broker_api> api_;
  gateway_config config_;
  const ports::clock* clock_;
  std::function<void()> on_rejected_;
  remembered_budget budget_;
  std::uint32_t allowed_;
  std::uint32_t callers_ = 1;
  std::array<std::deque<waiting_call>, domain::call_classes> queues_;
  /// The earliest of the ticks under way.
  std::optional<monotonic_time> ticking_at_;
  /// Number of the newest call.
  std::uint64_t number_ = 0;
  asked<placement> placing_;
  asked<broker_order> getting_;
  asked<order_list> listing_;
  asked<shares> counting_;
  /// The status questions that one list call under way serves, by its number.
  std::unordered_map<std::uint64_t, std::vector<look>> looking_;
  std::vector<look> gathered_;
  /// Waiting calls of class status.
  std::deque<look> looks_;
  std::optional<expected<market_session, broker_error>> session_;
  timestamp session_until_;
  /// When the broker began to say that there is no session today.
  std::optional<timestamp> closed_since_;
  watched_clock broker_clock_;
  std::uint32_t failed_lists_ = 0;
  std::vector<caf::typed_response_promise<protocol::session_result>> session_waiting_;
  ports::value_cell calls_;
  ports::value_cell unsent_;
  ports::value_cell failures_;
  std::string last_error_;
};

/// Waiting questions of one class; more are refused at once.
inline constexpr std::size_t gateway_queue_max = 10'000;

/// The answer to a call that was not made.
template <class T>
[[nodiscard]] protocol::broker_result<T> unsent(std::string why) {
  return {unexpected(broker_error{broker_failure::not_sent, 0, std::move(why), {}})};
}

}  // namespace hedgerow::broker
