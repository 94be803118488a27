#include "runtime/replay/position_report.hpp"

#include <algorithm>

#include "actors/domain/projections/position_facts.hpp"
#include "runtime/api/json_writer.hpp"

namespace hedgerow::replay {
namespace {

struct collected {
  domain::position_facts facts;
  timestamp facts_at;
  std::optional<position_at> newest;
};

struct collector {
  std::map<std::string, collected> symbols;
  std::uint64_t undecodable_records = 0;

  void operator()(const told&, const undecodable&) { ++undecodable_records; }
  void operator()(const told&, const enveloped<dead_letter>&) {}
  void operator()(const told& t, const enveloped<onchain_trade>& e) { add_fact(t, e.data.symbol, e.data); }
  void operator()(const told& t, const enveloped<schwab_execution>& e) { add_fact(t, e.data.execution.symbol, e.data); }
  void operator()(const told& t, const enveloped<position_update>& e) {
    auto& newest = symbols[e.data.symbol.str()].newest;
    // All are of one partition, so the offset decides which is newest, not the clock.
    if (!newest || newest->origin->second < t.offset)
      newest = position_at{e.data, std::pair{t.from, t.offset}, t.recorded_at};
  }

  template <class Event>
  void add_fact(const told& t, const symbol& name, const Event& event) {
    auto& c = symbols[name.str()];
    c.facts.add(event);
    c.facts_at = std::max(c.facts_at, t.recorded_at);
  }
};

position_at from_facts(const std::string& name, const collected& c) {
  position_at out;
  out.state.symbol = symbol::parse(name).value_or(symbol{});
  out.state.last_trade_sequence = c.facts.last_trade_sequence();
  out.state.onchain = c.facts.onchain();
  out.state.hedged = c.facts.hedged();
  out.state.reserved = c.facts.reserved();
  out.state.live = c.facts.live();
  out.recorded_at = c.facts_at;
  return out;
}

std::string origin_text(const position_at& p) {
  return p.origin ? to_string(p.origin->first, p.origin->second) : "trades and executions";
}

std::string live_text(const position_update& p) {
  std::string out;
  for (const auto& e : p.live) out += (out.empty() ? "" : ",") + e.execution.to_string();
  return out.empty() ? "-" : out;
}

void write(api::json_writer& w, const std::string& name, const position_at& row) {
  const auto& p = row.state;
  w.begin_object();
  w.field("symbol", name);
  w.field("onchain", p.onchain.to_string());
  w.field("schwab", p.hedged.to_string());
  w.field("net", p.exposure().to_string());
  w.field("reserved", p.reserved.to_string());
  w.field("available", p.available().to_string());
  w.key("live_executions");
  w.begin_array();
  for (const auto& e : p.live) w.text(e.execution.to_string());
  w.end_array();
  if (row.origin) {
    w.field("frozen", p.frozen);
    w.field("failure_streak", p.failure_streak);
  } else {
    w.key("frozen");
    w.null();
    w.key("failure_streak");
    w.null();
  }
  w.field("last_trade_sequence", std::to_string(p.last_trade_sequence));
  w.field("recorded_at", row.recorded_at);
  w.field("origin", origin_text(row));
  w.end_object();
}

void pad(std::string& line, const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
  line += right ? blanks + text : text + blanks;
  line += "  ";
}

}  // namespace

expected<position_report, std::string> positions_at(ports::event_log& log, const cut& until, progress tell) {
  history events{
      log, {topic::onchain_trades, topic::schwab_executions, topic::position_updates}, until, std::move(tell)};
  collector all;
  for (;;) {
    auto event = events.next();
    if (!event) return unexpected(std::move(event.error()));
    if (!*event) break;
    std::visit([&](const auto& known) { all(**event, known); }, (*event)->event);
  }
  // Updates do not say which of the other topics' records they had seen.
  const bool facts_only = std::any_of(until.before.begin(), until.before.end(), [](const auto& limit) {
    return limit.first.topic == topic::onchain_trades || limit.first.topic == topic::schwab_executions;
  });
  position_report out;
  for (const auto& [name, c] : all.symbols)
    out.symbols.emplace(name, c.newest && !facts_only ? *c.newest : from_facts(name, c));
  out.records = events.records();
  out.undecodable = all.undecodable_records;
  return out;
}

std::string to_json(const position_report& report, const std::string& symbol) {
  api::json_writer w;
  w.begin_object();
  w.key("positions");
  w.begin_array();
  for (const auto& [name, row] : report.symbols)
    if (symbol.empty() || name == symbol) write(w, name, row);
  w.end_array();
  w.end_object();
  return w.take();
}

std::string to_text(const position_report& report, const std::string& symbol) {
  const auto line = [](const std::vector<std::string>& cells) {
    constexpr std::size_t widths[] = {8, 24, 10, 24, 10, 10, 27, 0};
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) pad(out, cells[i], widths[i], i > 0 && i < 5);
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
  };
  std::string out = line({"SYMBOL", "ON CHAIN", "SCHWAB", "NET", "RESERVED", "ORDERS", "RECORDED", "FROM"});
  for (const auto& [name, row] : report.symbols) {
    if (!symbol.empty() && name != symbol) continue;
    const auto& p = row.state;
    out += line({name, p.onchain.to_string(), p.hedged.to_string(), p.exposure().to_string(), p.reserved.to_string(),
                 live_text(p), to_rfc3339(row.recorded_at), origin_text(row)});
  }
  return out;
}

}  // namespace hedgerow::replay
