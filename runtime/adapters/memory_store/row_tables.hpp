// The rows of the memory store, and how old ones are dropped. Not thread-safe.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "actors/ports/queries.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"

namespace hedgerow::adapters {

class row_tables {
 public:
  explicit row_tables(memory_store_limits limits) : limits_{limits} {}

  void put(const row_changes& changes);

  [[nodiscard]] known_rows find(const row_keys& wanted) const;
  [[nodiscard]] position_list positions() const;
  [[nodiscard]] position_answer position(const std::string& symbol) const;
  [[nodiscard]] trade_page trades(const trades_query& query) const;
  [[nodiscard]] execution_page executions(const executions_query& query) const;
  [[nodiscard]] execution_answer execution(const std::string& id) const;
  [[nodiscard]] dead_letter_page dead_letters(const dead_letters_query& query) const;
  [[nodiscard]] decision_page decisions(const decisions_query& query) const;
  [[nodiscard]] projection_overview overview() const;

 private:
  /// Service and reason.
  using letter_kind = std::pair<std::string, std::string>;
  static letter_kind kind_of(const dead_letter& letter) { return {letter.service, letter.reason}; }

  void put(const execution_row& row);
  void put(const dead_letter_row& row);
  void put(const decision_row& row);
  void forget_old_executions();
  void forget_a_dead_letter();

  memory_store_limits limits_;
  std::map<symbol, position_row> positions_;
  std::map<symbol, symbol_state_ptr> states_;
  std::map<trade_place, trade_row> trades_;
  std::map<execution_id, execution_row> executions_;
  std::set<execution_place> execution_order_;
  std::map<std::uint64_t, dead_letter_row> dead_letters_;
  /// Of dead_letters_: those that have a place in the log, and how many there are of each kind.
  std::set<letter_place> letter_places_;
  std::map<letter_kind, std::size_t> letters_of_kind_;
  std::map<std::string, std::deque<decision_row>> decisions_;
  std::optional<login_row> login_;
  row_totals totals_;
};

}  // namespace hedgerow::adapters
