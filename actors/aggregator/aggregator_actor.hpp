// The query side: follows the log, folds it into rows, keeps them in a projection store, and answers questions from
// there. It continues where the rows of the store end; with a store that is empty at the start it folds everything. So
// what it shows is always a function of the log. A store that fails is tried again: nothing else rests on it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>

#include "actors/aggregator/log_reader.hpp"
#include "actors/ports/queries.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::aggregator {

using protocol::aggregator_actor;

/// What the store said; inside the actor.
struct store_news {
  /// Of what was asked last; that of an earlier call is ignored.
  std::uint64_t call = 0;
  /// Nothing: applied.
  std::variant<std::monostate, ports::store_error, ports::store_position, known_rows> what;
};

/// What the store answers to a question of somebody's; inside the actor.
struct store_answer {
  std::uint64_t question = 0;
  std::variant<ports::store_error, position_list, position_answer, trade_page, execution_page, execution_answer,
               dead_letter_page, decision_page, projection_overview>
      what;
};

struct aggregator_config {
  /// Records read from a partition at a time.
  std::size_t batch_max = 1000;
  /// How long after a failure of the store it is tried again; doubles from one failure to the next.
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{10'000};
};

class aggregator {
 public:
  /// `poll`: the log may have something new. `tick`: the time to ask the store has come, for the first time or again.
  using interface =
      aggregator_actor::extend<caf::reacts_to<protocol::poll_atom>, caf::reacts_to<protocol::done_atom, store_news>,
                               caf::reacts_to<protocol::answer_atom, store_answer>,
                               caf::reacts_to<protocol::tick_atom, std::uint64_t>>;
  using pointer = protocol::pointer_to<aggregator>;
  static inline const char* actor_name = "aggregator";

  aggregator(pointer self, std::shared_ptr<ports::event_log> log, ports::projections rows, aggregator_config config);

  interface::behavior_type start();

 private:
  using store_listener = std::function<void(store_news)>;

  /// What the store is being asked.
  enum class phase : std::uint8_t { position, idle, rows, apply };

  struct progress {
    /// Everything that was in the log when the actor started is in the rows.
    bool caught_up = false;
    std::uint64_t folded = 0;
    std::uint64_t undecodable = 0;
    std::string last_error;
    /// Failures of the store in a row, and what the last one said.
    std::uint32_t failures = 0;
    std::string store_error;
  };

  [[nodiscard]] interface::behavior_type behavior();
  [[nodiscard]] protocol::actor_status status() const;
  /// Begins a turn, unless one is under way.
  void poll();
  /// Asks the store what the phase wants to know.
  void ask_store();
  void apply_batch(std::uint64_t call, const store_listener& tell);
  void heard(store_news& news);
  void failed(const ports::store_error& why);
  void begin_at(const ports::store_position& position);
  void fold_turn(known_rows& before);
  void applied();
  template <class Answer, class Ask>
  [[nodiscard]] caf::result<Answer> answer(Ask ask);

  pointer self_;
  std::shared_ptr<ports::event_log> log_;
  ports::projections rows_;
  aggregator_config config_;
  log_reader reader_;
  /// A poll is in the mailbox; shared with the log's callback.
  std::shared_ptr<std::atomic<bool>> poll_queued_ = std::make_shared<std::atomic<bool>>(false);
  ports::subscription appends_;
  phase phase_ = phase::position;
  std::uint64_t call_ = 0;
  turn turn_;
  /// The turn's rows, until they are in the store.
  std::shared_ptr<const ports::projected_batch> batch_;
  progress state_;
  std::uint64_t questions_ = 0;
  /// Those who wait for an answer of the store.
  std::unordered_map<std::uint64_t, std::function<void(store_answer&)>> asking_;
};

}  // namespace hedgerow::aggregator

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::aggregator::store_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::aggregator::store_answer)
