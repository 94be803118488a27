#include "runtime/adapters/memory_store/row_tables.hpp"

#include <algorithm>

namespace hedgerow::adapters {
namespace {

/// The page of those rows of `ordered` before a place that are wanted. `of` gives place and row of an element.
template <class Page, class Ordered, class Place, class Of, class Wanted>
Page fill_page(const Ordered& ordered, const std::optional<Place>& before, std::size_t limit, Of of, Wanted wanted) {
  Page page;
  std::optional<Place> last;
  auto it = std::make_reverse_iterator(before ? ordered.lower_bound(*before) : ordered.end());
  for (; it != ordered.rend(); ++it) {
    const auto& [place, row] = of(*it);
    if (!wanted(row)) continue;
    if (page.rows.size() == limit) {
      page.next = last;
      break;
    }
    page.rows.push_back(row);
    last = place;
  }
  return page;
}

/// An element of a map, as fill_page() wants it.
constexpr auto same = [](const auto& element) -> const auto& { return element; };

}  // namespace

void row_tables::put(const row_changes& changes) {
  for (const auto& [name, row] : changes.positions) positions_.insert_or_assign(name, row);
  for (const auto& [name, state] : changes.states) states_.insert_or_assign(name, state);
  for (const auto& row : changes.trades) trades_.insert_or_assign(place_of(row), row);
  while (trades_.size() > limits_.trades) trades_.erase(trades_.begin());
  for (const auto& [id, row] : changes.executions) put(row);
  forget_old_executions();
  for (const auto& row : changes.letters) put(row);
  for (const auto& row : changes.decisions) put(row);
  if (changes.login) login_ = changes.login;
  totals_ = changes.totals;
}

void row_tables::put(const execution_row& row) {
  execution_order_.insert(place_of(row));
  executions_.insert_or_assign(row.latest.execution, row);
}

void row_tables::put(const dead_letter_row& row) {
  if (auto place = place_of(row.letter)) letter_places_.insert(*std::move(place));
  ++letters_of_kind_[kind_of(row.letter)];
  dead_letters_.insert_or_assign(row.number, row);
  if (dead_letters_.size() > limits_.dead_letters) forget_a_dead_letter();
}

void row_tables::put(const decision_row& row) {
  auto& rows = decisions_[row.decision.scope];
  rows.push_back(row);
  while (rows.size() > limits_.decisions) rows.pop_front();
}

/// Drops executions that have ended and are not among the newest. The order of arrival does not change the result: the
/// newest are always kept, and of the older ones exactly those that are still open.
void row_tables::forget_old_executions() {
  if (execution_order_.size() <= limits_.executions) return;
  auto old = execution_order_.begin();
  for (auto surplus = execution_order_.size() - limits_.executions; surplus > 0; --surplus) {
    const auto it = executions_.find(old->execution);
    if (!it->second.ended) {
      ++old;
      continue;
    }
    executions_.erase(it);
    old = execution_order_.erase(old);
  }
}

void row_tables::forget_a_dead_letter() {
  const auto most = std::max_element(letters_of_kind_.begin(), letters_of_kind_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto oldest = std::find_if(dead_letters_.begin(), dead_letters_.end(),
                                   [&](const auto& one) { return kind_of(one.second.letter) == most->first; });
  if (const auto place = place_of(oldest->second.letter)) letter_places_.erase(*place);
  dead_letters_.erase(oldest);
  if (--most->second == 0) letters_of_kind_.erase(most);
}

known_rows row_tables::find(const row_keys& wanted) const {
  known_rows found;
  for (const auto& name : wanted.symbols) {
    if (const auto it = positions_.find(name); it != positions_.end()) found.positions.insert(*it);
    if (const auto it = states_.find(name); it != states_.end()) found.states.insert(*it);
  }
  for (const auto& id : wanted.executions)
    if (const auto it = executions_.find(id); it != executions_.end()) found.executions.insert(*it);
  for (const auto& place : wanted.letters)
    if (letter_places_.contains(place)) found.letters.insert(place);
  for (const auto& [scope, ids] : wanted.decisions) {
    const auto rows = decisions_.find(scope);
    if (rows == decisions_.end()) continue;
    auto& known = found.decisions[scope];
    known.newest = rows->second.back().number;
    for (const auto& row : rows->second)
      if (ids.contains(row.event_id)) known.ids.insert(row.event_id);
  }
  found.totals = totals_;
  return found;
}

position_list row_tables::positions() const {
  position_list all;
  for (const auto& [name, row] : positions_) all.rows.push_back(row);
  return all;
}

position_answer row_tables::position(const std::string& symbol) const {
  const auto name = hedgerow::symbol::parse(symbol);
  const auto it = name ? positions_.find(*name) : positions_.end();
  return it == positions_.end() ? position_answer{} : position_answer{it->second};
}

trade_page row_tables::trades(const trades_query& query) const {
  return fill_page<trade_page>(trades_, query.before, query.limit, same, [&](const trade_row& row) {
    return (query.symbol.empty() || row.trade.symbol.str() == query.symbol) && query.recorded.contains(row.recorded_at);
  });
}

execution_page row_tables::executions(const executions_query& query) const {
  const auto of = [&](const execution_place& place) {
    return std::pair<const execution_place&, const execution_row&>{place, executions_.at(place.execution)};
  };
  return fill_page<execution_page>(execution_order_, query.before, query.limit, of, [&](const execution_row& row) {
    const auto& states = query.states;
    return (query.symbol.empty() || row.latest.execution.symbol.str() == query.symbol) &&
           (!query.pending || !row.ended) && query.created.contains(row.created_at) &&
           (!states || std::find(states->begin(), states->end(), row.latest.state) != states->end());
  });
}

execution_answer row_tables::execution(const std::string& id) const {
  const auto parsed = execution_id::parse(id);
  const auto it = parsed ? executions_.find(*parsed) : executions_.end();
  return it == executions_.end() ? execution_answer{} : execution_answer{it->second};
}

dead_letter_page row_tables::dead_letters(const dead_letters_query& query) const {
  return fill_page<dead_letter_page>(dead_letters_, query.before, query.limit, same,
                                     [](const dead_letter_row&) { return true; });
}

decision_page row_tables::decisions(const decisions_query& query) const {
  std::map<decision_place, const decision_row*> ordered;
  for (const auto& [scope, rows] : decisions_)
    if (query.scope.empty() || scope == query.scope)
      for (const auto& row : rows) ordered.emplace(place_of(row), &row);
  const auto of = [](const auto& element) {
    return std::pair<const decision_place&, const decision_row&>{element.first, *element.second};
  };
  return fill_page<decision_page>(ordered, query.before, query.limit, of, [](const decision_row&) { return true; });
}

projection_overview row_tables::overview() const {
  projection_overview all{positions(), login_, totals_, {}};
  for (const auto& [id, row] : executions_) ++all.executions_in_state[static_cast<std::size_t>(row.latest.state)];
  return all;
}

}  // namespace hedgerow::adapters
