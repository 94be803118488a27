// Writes a history into an event log as the services would: trades and executions first, and an accumulator that takes
// them partition by partition, topics in turns, and writes a position update for each that changes something.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>

#include "actors/domain/positions/position.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/events/control_event.hpp"
#include "messages/events/envelope.hpp"

namespace hedgerow::test {

class simulated_history {
 public:
  /// `log` must outlive it. The same seed writes the same history.
  simulated_history(ports::event_log& log, std::uint64_t seed, timestamp begin = {1'735'914'600'000'000});

  /// Something happens: a trade, a step of an execution, a control event; or the accumulator takes something.
  void step();
  void steps(int count) {
    for (int i = 0; i < count; ++i) step();
  }
  /// The accumulator takes all that is there.
  void settle();

  /// Appends a record as it is, past the accumulator.
  void append(outgoing r, std::optional<input_offset> processed = std::nullopt);
  [[nodiscard]] const std::map<symbol, position_update>& positions() const { return positions_; }
  [[nodiscard]] const domain::hedging_policy& policy() const { return policy_; }
  [[nodiscard]] timestamp now() const { return now_; }
  /// A trade that the accumulator has not seen, and will not.
  [[nodiscard]] outgoing next_trade(const symbol& name);
  [[nodiscard]] const std::vector<symbol>& symbols() const { return symbols_; }

 private:
  enum class kind : std::uint8_t { trade, execution, control };
  struct waiting {
    kind what = kind::trade;
    envelope meta;
    onchain_trade trade;
    schwab_execution execution;
    control_event control;
    input_offset done;
  };
  using decision = expected<domain::position_decision, domain::position_fault>;

  [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  [[nodiscard]] std::uint32_t partition_of(const symbol& name) const;
  [[nodiscard]] envelope stamp(const std::string& id, timestamp happened) const;
  void enqueue(waiting w, topic to, std::string key, std::string value);
  [[nodiscard]] waiting make_trade(const symbol& name);
  void trade(const symbol& name);
  void advance_execution(const symbol& name);
  void control(const symbol& name);
  void timer(const symbol& name);
  bool take(std::uint32_t partition, kind what);
  void write_update(const envelope& cause, const domain::position_decision& decided, std::optional<input_offset> done);

  ports::event_log& log_;
  std::unique_ptr<ports::log_member> member_;
  std::mt19937_64 random_;
  timestamp now_;
  domain::hedging_policy policy_;
  std::vector<symbol> symbols_;
  std::uint64_t sequence_ = 0;
  std::uint64_t steps_ = 0;
  /// Per partition and kind, in the order of the topic.
  std::map<std::uint32_t, std::array<std::deque<waiting>, 3>> queues_;
  std::map<symbol, position_update> positions_;
  /// The newest step of each execution that has not ended.
  std::map<execution_id, schwab_execution> executions_;
};

}  // namespace hedgerow::test
