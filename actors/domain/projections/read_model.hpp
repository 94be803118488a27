// What the query side knows: a fold over the events of the log. Rebuilding it from the beginning gives the same,
// however the partitions take turns: everything that several of them add to is sorted by what the events say, not by
// arrival (tests/unit/domain/projections/interleaving_test). What stands in the log twice, since a service read its
// input again, counts once.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "actors/domain/projections/pnl_fold.hpp"
#include "messages/events/control_event.hpp"
#include "messages/events/dead_letter.hpp"
#include "messages/events/envelope.hpp"
#include "messages/events/onchain_trade.hpp"
#include "messages/events/position_update.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/events/token_update.hpp"

namespace hedgerow::domain {

struct position_row {
  position_update latest;
  timestamp updated_at;
  /// Since when at least one whole share is not hedged; nothing when less than that is open.
  std::optional<timestamp> unhedged_since;
  pnl_fold pnl;
};

struct trade_row {
  onchain_trade trade;
  timestamp recorded_at;
};

struct execution_row {
  schwab_execution latest;
  timestamp created_at;
  timestamp updated_at;
  /// State and when it was recorded, in order.
  std::vector<std::pair<execution_state, timestamp>> history;
};

struct dead_letter_row {
  dead_letter letter;
  timestamp recorded_at;
};

/// What a person decided, who and why.
struct decision_row {
  control_event decision;
  timestamp recorded_at;
  std::string event_id;
};

struct read_model_limits {
  std::size_t trades = 10'000;
  std::size_t executions = 10'000;
  std::size_t dead_letters = 1'000;
  /// Of each scope.
  std::size_t decisions = 100;
};

class read_model {
 public:
  explicit read_model(read_model_limits limits = {}) : limits_{limits} {}

  void apply(const enveloped<onchain_trade>& e);
  void apply(const enveloped<schwab_execution>& e);
  void apply(const enveloped<position_update>& e);
  void apply(const enveloped<dead_letter>& e);
  void apply(const enveloped<token_update>& e);
  void apply(const enveloped<control_event>& e);

  [[nodiscard]] const std::map<std::string, position_row>& positions() const { return positions_; }
  /// The newest ones, in the order in which ingestion accepted them.
  [[nodiscard]] const std::deque<trade_row>& trades() const { return trades_; }
  /// The newest ones and all that have not ended, by creation.
  [[nodiscard]] std::vector<const execution_row*> executions() const;
  [[nodiscard]] const execution_row* execution(const std::string& id) const;
  /// The newest ones. Beyond the limit the kind (service and reason) with the most rows loses its oldest, so that a
  /// flood of one kind does not push out another.
  [[nodiscard]] const std::deque<dead_letter_row>& dead_letters() const { return dead_letters_; }
  /// The newest ones of each scope, by time.
  [[nodiscard]] std::vector<const decision_row*> decisions() const;
  [[nodiscard]] const std::optional<token_update>& token() const { return token_; }

  [[nodiscard]] std::uint64_t trade_count() const { return trade_count_; }
  [[nodiscard]] std::uint64_t execution_count() const { return execution_count_; }
  [[nodiscard]] std::uint64_t dead_letter_count() const { return dead_letter_count_; }

 private:
  /// By when the first step was recorded, then by symbol and number.
  using execution_place = std::tuple<timestamp, symbol, std::uint64_t>;
  struct known_execution {
    execution_row row;
    /// It has been terminal; late steps do not take that back.
    bool ended = false;
  };
  /// Fills of one execution that are counted in the profit.
  struct counted_fills {
    shares filled;
    usd notional;
    bool ended = false;
  };
  /// The executions of a symbol that may still fill, by number: whether a step is late depends on the symbol's own
  /// partition only.
  struct symbol_executions {
    std::map<std::uint64_t, counted_fills> open;
    /// Numbers up to this one that are not in `open` have ended long ago.
    std::uint64_t forgotten = 0;
  };

  /// Service and reason.
  using letter_kind = std::pair<std::string, std::string>;
  /// Kind, and the topic, partition and offset of the record.
  using letter_place = std::tuple<letter_kind, std::string, std::uint32_t, std::int64_t>;
  static letter_kind kind_of(const dead_letter& letter) { return {letter.service, letter.reason}; }
  static letter_place place_of(const dead_letter& letter) {
    return {kind_of(letter), letter.origin_topic, letter.origin_partition, letter.origin_offset};
  }

  void count_fills(const enveloped<schwab_execution>& e, counted_fills& counted);
  void list(const enveloped<schwab_execution>& e, bool first_step);
  void forget_old_executions();
  void forget_a_dead_letter();

  read_model_limits limits_;
  std::map<std::string, position_row> positions_;
  std::deque<trade_row> trades_;
  /// Of the newest trade of each symbol and chain.
  std::map<std::pair<symbol, std::uint64_t>, std::uint64_t> last_sequence_;
  std::map<execution_id, known_execution> executions_;
  std::set<execution_place> execution_order_;
  std::map<symbol, symbol_executions> by_symbol_;
  std::deque<dead_letter_row> dead_letters_;
  /// Of dead_letters_: those that have a place in the log, and how many there are of each kind.
  std::set<letter_place> letter_places_;
  std::map<letter_kind, std::size_t> letters_of_kind_;
  std::map<std::string, std::deque<decision_row>> decisions_;
  std::optional<token_update> token_;
  std::uint64_t trade_count_ = 0;
  std::uint64_t execution_count_ = 0;
  std::uint64_t dead_letter_count_ = 0;
};

}  // namespace hedgerow::domain
