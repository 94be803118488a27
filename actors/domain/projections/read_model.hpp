// What the query side knows: a fold over the events of the log. Rebuilding it from the beginning gives the same.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/domain/projections/pnl_fold.hpp"
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

struct read_model_limits {
  std::size_t trades = 10'000;
  std::size_t executions = 10'000;
  std::size_t dead_letters = 1'000;
};

class read_model {
 public:
  explicit read_model(read_model_limits limits = {}) : limits_{limits} {}

  void apply(const enveloped<onchain_trade>& e);
  void apply(const enveloped<schwab_execution>& e);
  void apply(const enveloped<position_update>& e);
  void apply(const enveloped<dead_letter>& e);
  void apply(const enveloped<token_update>& e);

  [[nodiscard]] const std::map<std::string, position_row>& positions() const { return positions_; }
  /// The newest ones, oldest first.
  [[nodiscard]] const std::deque<trade_row>& trades() const { return trades_; }
  /// The newest ones and all that are not terminal, by creation.
  [[nodiscard]] std::vector<const execution_row*> executions() const;
  [[nodiscard]] const execution_row* execution(const std::string& id) const;
  [[nodiscard]] const std::deque<dead_letter_row>& dead_letters() const { return dead_letters_; }
  [[nodiscard]] const std::optional<token_update>& token() const { return token_; }

  [[nodiscard]] std::uint64_t trade_count() const { return trade_count_; }
  [[nodiscard]] std::uint64_t execution_count() const { return execution_count_; }
  [[nodiscard]] std::uint64_t dead_letter_count() const { return dead_letter_count_; }

 private:
  void trim_executions();

  read_model_limits limits_;
  std::map<std::string, position_row> positions_;
  std::deque<trade_row> trades_;
  std::map<std::string, execution_row> executions_;
  /// Ids in order of creation.
  std::deque<std::string> execution_order_;
  std::deque<dead_letter_row> dead_letters_;
  std::optional<token_update> token_;
  std::uint64_t trade_count_ = 0;
  std::uint64_t execution_count_ = 0;
  std::uint64_t dead_letter_count_ = 0;
};

}  // namespace hedgerow::domain
