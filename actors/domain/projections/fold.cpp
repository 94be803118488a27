#include "actors/domain/projections/fold.hpp"

#include <algorithm>
#include <memory>

namespace hedgerow::domain {
namespace {

const shares& one_share() {
  static const shares one = shares::from_whole(1);
  return one;
}

/// Ended executions of a symbol that a late fill is still counted for.
constexpr std::size_t remembered_executions = 64;

void add_keys(row_keys& keys, const enveloped<onchain_trade>& e) { keys.symbols.insert(e.data.symbol); }
void add_keys(row_keys& keys, const enveloped<schwab_execution>& e) {
  keys.symbols.insert(e.data.execution.symbol);
  keys.executions.insert(e.data.execution);
}
void add_keys(row_keys& keys, const enveloped<position_update>& e) { keys.symbols.insert(e.data.symbol); }
void add_keys(row_keys& keys, const enveloped<dead_letter>& e) {
  if (auto place = place_of(e.data)) keys.letters.insert(*std::move(place));
}
void add_keys(row_keys&, const enveloped<token_update>&) {}
void add_keys(row_keys& keys, const enveloped<control_event>& e) {
  keys.decisions[e.data.scope].insert(e.meta.event_id);
}

/// A report of an execution that has ended which says what is known.
bool repeats(const schwab_execution& known, const schwab_execution& told) {
  return told.state == known.state && told.code == known.code && told.order == known.order &&
         told.filled <= known.filled && told.filled_notional <= known.filled_notional;
}

void forget_ended(symbol_state& state) {
  for (auto old = state.open.begin(); state.open.size() > remembered_executions && old != state.open.end();) {
    if (old->second.ended) {
      state.forgotten = std::max(state.forgotten, old->first);
      old = state.open.erase(old);
    } else {
      ++old;
    }
  }
}

/// One batch being folded.
class batch_fold {
 public:
  explicit batch_fold(known_rows before) : known_{std::move(before)} { out_.totals = known_.totals; }

  void apply(const enveloped<onchain_trade>& e) {
    auto& state = state_of(e.data.symbol);
    auto& last = state.last_sequence[e.data.chain_id];
    if (e.data.sequence <= last) return;
    last = e.data.sequence;
    ++out_.totals.trades;
    out_.trades.push_back({e.data, e.meta.recorded_at});
    add_profit(e.data.symbol, e.data.block_time, e.meta.event_id,
               {trade_venue::onchain, e.data.side, e.data.amount, e.data.notional},
               e.data.change == evm_log_change::reverted);
  }

  void apply(const enveloped<schwab_execution>& e) {
    auto& state = state_of(e.data.execution.symbol);
    const auto number = e.data.execution.sequence;
    const bool known = state.open.contains(number);
    if (!known && number <= state.forgotten) return list(e, false);
    count_fills(e, state.open[number]);
    forget_ended(state);
    list(e, !known);
  }

  void apply(const enveloped<position_update>& e) {
    auto& row = position_of(e.data.symbol);
    row.latest = e.data;
    row.updated_at = e.meta.recorded_at;
    if (e.data.exposure().abs() < one_share())
      row.unhedged_since.reset();
    else if (!row.unhedged_since)
      row.unhedged_since = e.meta.recorded_at;
  }

  void apply(const enveloped<dead_letter>& e) {
    // What did not come from the log has no place by which it could be known.
    if (auto place = place_of(e.data); place && !known_.letters.insert(*std::move(place)).second) return;
    out_.letters.push_back({e.data, e.meta.recorded_at, ++out_.totals.dead_letters});
  }

  void apply(const enveloped<token_update>& e) {
    // The query side has no use for sealed tokens.
    out_.login = login_row{e.data.event, e.data.access_expires_at, e.data.refresh_expires_at, e.data.detail};
  }

  void apply(const enveloped<control_event>& e) {
    // All of a scope stand in one partition. One whose first try seemed to fail is written a second time.
    auto& known = known_.decisions[e.data.scope];
    if (!known.ids.insert(e.meta.event_id).second) return;
    out_.decisions.push_back({e.data, e.meta.recorded_at, e.meta.event_id, ++known.newest});
  }

  [[nodiscard]] row_changes take() {
    for (auto& [name, state] : states_) {
      if (earned_.contains(name)) position_of(name).realized = state->pnl.realized();
      out_.states.emplace(name, std::move(state));
    }
    return std::move(out_);
  }

 private:
  /// A copy of what is known: the rows before may still be shown.
  symbol_state& state_of(const symbol& name) {
    auto& state = states_[name];
    if (!state) {
      const auto known = known_.states.find(name);
      state = known == known_.states.end() ? std::make_shared<symbol_state>()
                                           : std::make_shared<symbol_state>(*known->second);
    }
    return *state;
  }

  position_row& position_of(const symbol& name) {
    const auto [it, fresh] = out_.positions.try_emplace(name);
    if (!fresh) return it->second;
    if (const auto known = known_.positions.find(name); known != known_.positions.end()) it->second = known->second;
    it->second.latest.symbol = name;
    return it->second;
  }

  void add_profit(const symbol& name, timestamp happened, const std::string& id, const pnl_fill& fill, bool reverted) {
    state_of(name).pnl.add(happened, id, fill, reverted);
    earned_.insert(name);
  }

  void count_fills(const enveloped<schwab_execution>& e, counted_fills& counted) {
    counted.ended = counted.ended || e.data.terminal();
    // A fill without a price waits for the step that brings it: both move on together.
    if (e.data.filled <= counted.filled || e.data.filled_notional <= counted.notional) return;
    const auto filled = e.data.filled.minus(counted.filled);
    const auto notional = e.data.filled_notional.minus(counted.notional);
    if (filled && notional)
      add_profit(e.data.execution.symbol, e.meta.occurred_at, e.meta.event_id,
                 {trade_venue::broker, e.data.side, *filled, *notional}, false);
    counted.filled = e.data.filled;
    counted.notional = e.data.filled_notional;
  }

  /// Null for a late step of one that is no longer kept.
  execution_row* row_of(const execution_id& id, bool first_step) {
    if (const auto changed = out_.executions.find(id); changed != out_.executions.end()) return &changed->second;
    const auto known = known_.executions.find(id);
    if (known == known_.executions.end() && !first_step) return nullptr;
    return &out_.executions.emplace(id, known == known_.executions.end() ? execution_row{} : known->second)
                .first->second;
  }

  void list(const enveloped<schwab_execution>& e, bool first_step) {
    auto* row = row_of(e.data.execution, first_step);
    if (row == nullptr) return;
    if (first_step) {
      ++out_.totals.executions;
      row->created_at = e.meta.recorded_at;
    }
    if (row->ended && repeats(row->latest, e.data)) return;
    const shares before = row->latest.filled;
    const usd notional_before = row->latest.filled_notional;
    row->latest = e.data;
    // A later step without a fill of its own does not take back earlier fills.
    row->latest.filled = std::max(before, e.data.filled);
    row->latest.filled_notional = std::max(notional_before, e.data.filled_notional);
    row->updated_at = e.meta.recorded_at;
    row->history.emplace_back(e.data.state, e.meta.recorded_at);
    row->ended = row->ended || e.data.terminal();
  }

  known_rows known_;
  row_changes out_;
  std::map<symbol, std::shared_ptr<symbol_state>> states_;
  /// Symbols whose profit has to be worked out again; once a batch, since that is dearer than to add a fill.
  std::set<symbol> earned_;
};

}  // namespace

row_keys keys_of(const std::vector<projected_event>& events) {
  row_keys keys;
  for (const auto& event : events) std::visit([&](const auto& e) { add_keys(keys, e); }, event);
  return keys;
}

row_changes fold(const std::vector<projected_event>& events, known_rows before) {
  batch_fold folding{std::move(before)};
  for (const auto& event : events) std::visit([&](const auto& e) { folding.apply(e); }, event);
  return folding.take();
}

}  // namespace hedgerow::domain
