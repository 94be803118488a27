#include "runtime/cli/live_view.hpp"

#include <algorithm>

#include "messages/events/names.hpp"

namespace hedgerow::cli {

namespace {

constexpr std::size_t bar_width = 10;

std::string pad(std::string text, std::size_t width, bool right = false) {
  if (text.size() > width) text.resize(width);
  text.insert(right ? 0 : text.size(), width - text.size(), ' ');
  return text;
}

/// At most `decimals` digits after the point, cut, not rounded: a position of 0.9999 must not look like 1.
std::string cut(const shares& amount, std::size_t decimals) {
  std::string text = amount.to_string();
  if (const auto dot = text.find('.'); dot != std::string::npos && text.size() > dot + 1 + decimals)
    text.resize(dot + 1 + decimals);
  return text;
}

std::string clock_text(timestamp t) { return to_rfc3339(t).substr(11, 8); }

std::string duration_text(microseconds d) {
  const auto seconds = d.count() / 1'000'000;
  if (seconds < 60) return std::to_string(seconds) + "." + std::to_string(d.count() / 100'000 % 10) + " s";
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

/// How much of the next whole share has gathered.
std::string bar(const shares& available) {
  const int256 fraction = available.abs().units() % amount_unit();
  const auto filled = static_cast<std::size_t>(fraction * bar_width / amount_unit());
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
}

std::string orders_of(const position_row& row) {
  if (row.latest.frozen) return "FROZEN";
  std::string text;
  for (const auto& e : row.latest.live)
    text += (text.empty() ? "" : " ") + std::string{to_string(e.side)} + " " + std::to_string(e.quantity);
  return text.empty() ? "-" : text;
}

std::string trade_line(const trade_row& row) {
  const auto& t = row.trade;
  return clock_text(row.recorded_at) + "  fill   " + pad(t.symbol.str(), 6) + pad(std::string{to_string(t.side)}, 5) +
         pad(cut(t.amount, 6), 12, true) + " @ " + t.price().to_string(2) + "  " + std::string{to_string(t.kind)} +
         (t.change == evm_log_change::reverted ? "  REVERTED" : "") + "  block " + std::to_string(t.ref.block_number);
}

std::string execution_line(const execution_row& row) {
  const auto& e = row.latest;
  std::string text = clock_text(row.updated_at) + "  order  " + pad(e.execution.to_string(), 10) +
                     std::string{to_string(e.side)} + " " + std::to_string(e.quantity) + "  " +
                     std::string{to_string(e.state)};
  if (e.order) text += "  #" + e.order->str();
  if (!e.filled.is_zero())
    text += "  " + e.filled.to_string() + " @ " + price{e.filled_notional, e.filled}.to_string(2);
  if (e.code != execution_code::none) text += "  (" + std::string{to_string(e.code)} + ")";
  return text;
}

void add_positions(std::string& out, const position_list& all, timestamp now) {
  out += pad("SYMBOL", 8) + pad("ON CHAIN", 14, true) + pad("SCHWAB", 12, true) + pad("NET", 12, true) +
         "  NEXT SHARE    " + pad("ORDER", 10) + pad("UNHEDGED", 13) + pad("P&L $", 12, true) + "\n";
  for (const auto& row : all.rows) {
    const auto& p = row.latest;
    out += pad(p.symbol.str(), 8) + pad(cut(p.onchain, 6), 14, true) + pad(cut(p.hedged, 6), 12, true) +
           pad(cut(p.exposure(), 6), 12, true) + "  " + bar(p.available()) + "  " + pad(orders_of(row), 10) +
           pad(row.unhedged_since ? duration_text(now - *row.unhedged_since) : "-", 13) +
           pad(money(row.realized), 12, true) + "\n";
  }
}

usd total_profit(const position_list& all) {
  usd sum;
  for (const auto& row : all.rows)
    if (const auto next = sum.plus(row.realized)) sum = *next;
  return sum;
}

std::string totals_text(const projection_overview& known) {
  return std::to_string(known.totals.trades) + " fills, " + std::to_string(known.totals.executions) + " orders, " +
         std::to_string(known.totals.dead_letters) + " dead letters, P&L $" + money(total_profit(known.positions));
}

}  // namespace

std::string money(const usd& amount) { return price{amount, shares::from_whole(1)}.to_string(2); }

std::string live_screen(const live_rows& rows, const live_header& header, timestamp now) {
  std::string out =
      header.title + "   up " + duration_text(now - header.started_at) + "   " + totals_text(rows.known) + "\n";
  out += "API " + header.api_url + "   admin " + header.admin_url + "   Ctrl-C stops\n\n";
  add_positions(out, rows.known.positions, now);
  out += "\nLatest fills on chain\n";
  const auto& trades = rows.trades.rows;
  for (std::size_t i = 0; i < std::min(screen_rows, trades.size()); ++i) out += "  " + trade_line(trades[i]) + "\n";
  out += "\nLatest orders\n";
  const auto& executions = rows.executions.rows;
  for (std::size_t i = 0; i < std::min(screen_rows, executions.size()); ++i)
    out += "  " + execution_line(executions[i]) + "\n";
  return out;
}

std::string line_printer::lines(const live_rows& rows, timestamp now) {
  std::string out;
  const auto& trades = rows.trades.rows;
  std::set<trade_place> shown;
  for (auto row = trades.rbegin(); row != trades.rend(); ++row) {
    if (!trades_.contains(place_of(*row))) out += trade_line(*row) + "\n";
    shown.insert(place_of(*row));
  }
  trades_ = std::move(shown);
  timestamp newest = executions_until_;
  const auto& executions = rows.executions.rows;
  for (auto row = executions.rbegin(); row != executions.rend(); ++row) {
    if (row->updated_at <= executions_until_) continue;
    out += execution_line(*row) + "\n";
    newest = std::max(newest, row->updated_at);
  }
  executions_until_ = newest;
  if (!out.empty()) out += clock_text(now) + "  " + totals_text(rows.known) + "\n";
  return out;
}

}  // namespace hedgerow::cli
