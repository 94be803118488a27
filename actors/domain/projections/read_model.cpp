#include "actors/domain/projections/read_model.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

const shares& one_share() {
  static const shares one = shares::from_whole(1);
  return one;
}

template <class Row>
void keep_newest(std::deque<Row>& rows, std::size_t limit) {
  while (rows.size() > limit) rows.pop_front();
}

}  // namespace

void read_model::apply(const enveloped<onchain_trade>& e) {
  ++trade_count_;
  trades_.push_back({e.data, e.meta.recorded_at});
  keep_newest(trades_, limits_.trades);
  positions_[e.data.symbol.str()].pnl.add(
      e.data.block_time, e.meta.event_id,
      {trade_venue::onchain, e.data.side, e.data.amount, e.data.notional}, e.data.change == log_change::reverted);
}

void read_model::apply(const enveloped<schwab_execution>& e) {
  const std::string id = e.data.execution.to_string();
  auto [it, fresh] = executions_.try_emplace(id);
  auto& row = it->second;
  if (fresh) {
    ++execution_count_;
    row.created_at = e.meta.recorded_at;
    execution_order_.push_back(id);
  }
  const shares before = row.latest.filled;
  const usd notional_before = row.latest.filled_notional;
  if (e.data.filled > before) {
    const auto filled = e.data.filled.minus(before);
    const auto notional = e.data.filled_notional.minus(notional_before);
    if (filled && notional && notional->sign() > 0)
      positions_[e.data.execution.symbol.str()].pnl.add(e.meta.occurred_at, e.meta.event_id,
                                                        {trade_venue::broker, e.data.side, *filled, *notional}, false);
  }
  row.latest = e.data;
  // A later step without a fill of its own does not take back what was filled.
  row.latest.filled = std::max(before, e.data.filled);
  row.latest.filled_notional = std::max(notional_before, e.data.filled_notional);
  row.updated_at = e.meta.recorded_at;
  row.history.emplace_back(e.data.state, e.meta.recorded_at);
  trim_executions();
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
  ++dead_letter_count_;
  dead_letters_.push_back({e.data, e.meta.recorded_at});
  keep_newest(dead_letters_, limits_.dead_letters);
}

void read_model::apply(const enveloped<token_update>& e) {
  token_ = e.data;
  // The query side has no use for sealed tokens.
  token_->access_token.clear();
  token_->refresh_token.clear();
}

void read_model::trim_executions() {
  while (execution_order_.size() > limits_.executions) {
    const auto oldest = executions_.find(execution_order_.front());
    // An execution that is still open stays, and with it what came after: the bound is soft while orders hang.
    if (!oldest->second.latest.terminal()) return;
    executions_.erase(oldest);
    execution_order_.pop_front();
  }
}

std::vector<const execution_row*> read_model::executions() const {
  std::vector<const execution_row*> rows;
  rows.reserve(execution_order_.size());
  for (const auto& id : execution_order_) rows.push_back(&executions_.at(id));
  return rows;
}

const execution_row* read_model::execution(const std::string& id) const {
  const auto it = executions_.find(id);
  return it == executions_.end() ? nullptr : &it->second;
}

}  // namespace hedgerow::domain
