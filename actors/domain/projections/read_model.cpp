#include "actors/domain/projections/read_model.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

const shares& one_share() {
  static const shares one = shares::from_whole(1);
  return one;
}

/// Ended executions of a symbol that a late fill is still counted for.
constexpr std::size_t remembered_executions = 64;

template <class Row>
void keep_newest(std::deque<Row>& rows, std::size_t limit) {
  while (rows.size() > limit) rows.pop_front();
}

/// A report of an execution that has ended which says what is known.
bool repeats(const schwab_execution& known, const schwab_execution& told) {
  return told.state == known.state && told.code == known.code && told.order == known.order &&
         told.filled <= known.filled && told.filled_notional <= known.filled_notional;
}

/// Partitions bring trades out of order between them; the sequence is one for all.
bool comes_before(const trade_row& a, const trade_row& b) {
  return std::tie(a.trade.sequence, a.trade.chain_id, a.recorded_at) <
         std::tie(b.trade.sequence, b.trade.chain_id, b.recorded_at);
}

}  // namespace

void read_model::apply(const enveloped<onchain_trade>& e) {
  // As the position does it: the trades of a symbol stand in one partition, with ascending sequences.
  auto& last = last_sequence_[{e.data.symbol, e.data.chain_id}];
  if (e.data.sequence <= last) return;
  last = e.data.sequence;
  ++trade_count_;
  const trade_row row{e.data, e.meta.recorded_at};
  // Almost always at the end.
  auto at = trades_.end();
  while (at != trades_.begin() && comes_before(row, *std::prev(at))) --at;
  trades_.insert(at, row);
  keep_newest(trades_, limits_.trades);
  positions_[e.data.symbol.str()].pnl.add(
      e.data.block_time, e.meta.event_id,
      {trade_venue::onchain, e.data.side, e.data.amount, e.data.notional}, e.data.change == log_change::reverted);
}

void read_model::apply(const enveloped<schwab_execution>& e) {
  auto& [open, forgotten] = by_symbol_[e.data.execution.symbol];
  const auto number = e.data.execution.sequence;
  const bool known = open.contains(number);
  if (!known && number <= forgotten) return list(e, false);
  count_fills(e, open[number]);
  for (auto old = open.begin(); open.size() > remembered_executions && old != open.end();) {
    if (old->second.ended) {
      forgotten = std::max(forgotten, old->first);
      old = open.erase(old);
    } else {
      ++old;
    }
  }
  list(e, !known);
}

void read_model::count_fills(const enveloped<schwab_execution>& e, counted_fills& counted) {
  counted.ended = counted.ended || e.data.terminal();
  // A fill without a price waits for the step that brings it: both move on together.
  if (e.data.filled <= counted.filled || e.data.filled_notional <= counted.notional) return;
  const auto filled = e.data.filled.minus(counted.filled);
  const auto notional = e.data.filled_notional.minus(counted.notional);
  if (filled && notional)
    positions_[e.data.execution.symbol.str()].pnl.add(e.meta.occurred_at, e.meta.event_id,
                                                      {trade_venue::broker, e.data.side, *filled, *notional}, false);
  counted.filled = e.data.filled;
  counted.notional = e.data.filled_notional;
}

void read_model::list(const enveloped<schwab_execution>& e, bool first_step) {
  if (first_step) {
    ++execution_count_;
    executions_[e.data.execution].row.created_at = e.meta.recorded_at;
    execution_order_.emplace(e.meta.recorded_at, e.data.execution.symbol, e.data.execution.sequence);
  }
  const auto it = executions_.find(e.data.execution);
  // A late step of one that is no longer listed.
  if (it == executions_.end()) return;
  auto& [row, ended] = it->second;
  if (ended && repeats(row.latest, e.data)) return;
  const shares before = row.latest.filled;
  const usd notional_before = row.latest.filled_notional;
  row.latest = e.data;
  // A later step without a fill of its own does not take back earlier fills.
  row.latest.filled = std::max(before, e.data.filled);
  row.latest.filled_notional = std::max(notional_before, e.data.filled_notional);
  row.updated_at = e.meta.recorded_at;
  row.history.emplace_back(e.data.state, e.meta.recorded_at);
  ended = ended || e.data.terminal();
  forget_old_executions();
}

void read_model::apply(const enveloped<position_update>& e) {
  auto& row = positions_[e.data.symbol.str()];
  row.latest = e.data;
  row.updated_at = e.meta.recorded_at;
  if (e.data.exposure().abs() < one_share())
    row.unhedged_since.reset();
  else if (!row.unhedged_since)
    row.unhedged_since = e.meta.recorded_at;
}

void read_model::apply(const enveloped<dead_letter>& e) {
  // What did not come from the log has no place by which it could be known.
  if (e.data.origin_offset >= 0 && !letter_places_.insert(place_of(e.data)).second) return;
  ++dead_letter_count_;
  ++letters_of_kind_[kind_of(e.data)];
  dead_letters_.push_back({e.data, e.meta.recorded_at});
  if (dead_letters_.size() > limits_.dead_letters) forget_a_dead_letter();
}

void read_model::forget_a_dead_letter() {
  const auto most = std::max_element(letters_of_kind_.begin(), letters_of_kind_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto oldest = std::find_if(dead_letters_.begin(), dead_letters_.end(),
                                   [&](const dead_letter_row& row) { return kind_of(row.letter) == most->first; });
  letter_places_.erase(place_of(oldest->letter));
  dead_letters_.erase(oldest);
  if (--most->second == 0) letters_of_kind_.erase(most);
}

void read_model::apply(const enveloped<token_update>& e) {
  token_ = e.data;
  // The query side has no use for sealed tokens.
  token_->access_token.clear();
  token_->refresh_token.clear();
}

void read_model::apply(const enveloped<control_event>& e) {
  // All of a scope stand in one partition. One whose first try seemed to fail is written a second time.
  auto& rows = decisions_[e.data.scope];
  const auto known = [&](const decision_row& row) { return row.event_id == e.meta.event_id; };
  if (std::any_of(rows.begin(), rows.end(), known)) return;
  rows.push_back({e.data, e.meta.recorded_at, e.meta.event_id});
  keep_newest(rows, limits_.decisions);
}

std::vector<const decision_row*> read_model::decisions() const {
  std::vector<const decision_row*> all;
  for (const auto& [scope, rows] : decisions_)
    for (const auto& row : rows) all.push_back(&row);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto* a, const auto* b) { return a->recorded_at < b->recorded_at; });
  return all;
}

/// Drops executions that have ended and are not among the newest. The order of arrival does not change the result: the
/// newest are always kept, and of the older ones exactly those that are still open.
void read_model::forget_old_executions() {
  if (execution_order_.size() <= limits_.executions) return;
  auto old = execution_order_.begin();
  for (auto surplus = execution_order_.size() - limits_.executions; surplus > 0; --surplus) {
    const auto it = executions_.find({std::get<symbol>(*old), std::get<std::uint64_t>(*old)});
    if (!it->second.ended) {
      ++old;
      continue;
    }
    executions_.erase(it);
    old = execution_order_.erase(old);
  }
}

std::vector<const execution_row*> read_model::executions() const {
  std::vector<const execution_row*> rows;
  rows.reserve(execution_order_.size());
  for (const auto& [created, name, number] : execution_order_) rows.push_back(&executions_.at({name, number}).row);
  return rows;
}

const execution_row* read_model::execution(const std::string& id) const {
  const auto parsed = execution_id::parse(id);
  if (!parsed) return nullptr;
  const auto it = executions_.find(*parsed);
  return it == executions_.end() ? nullptr : &it->second.row;
}

}  // namespace hedgerow::domain
