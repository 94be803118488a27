#include "runtime/api/views.hpp"

#include "messages/events/names.hpp"
#include "messages/events/topics.hpp"
#include "runtime/api/json_writer.hpp"

namespace hedgerow::api {

namespace {

/// Signed shares still missing to the next whole share, toward the side that the position leans to.
shares to_next_share(const shares& available) {
  const shares whole = shares::from_units(available.whole_abs() * amount_unit() + amount_unit());
  return *whole.minus(available.abs());
}

void write_position(json_writer& w, const position_row& row, timestamp now) {
  const auto& p = row.latest;
  w.begin_object();
  w.field("symbol", p.symbol.str());
  w.field("onchain", p.onchain.to_string());
  w.field("schwab", p.hedged.to_string());
  w.field("net", p.exposure().to_string());
  w.field("reserved", p.reserved.to_string());
  w.field("available", p.available().to_string());
  w.field("to_next_share", to_next_share(p.available()).to_string());
  w.field("frozen", p.frozen);
  w.field("failure_streak", p.failure_streak);
  w.field("retry_at", p.retry_at);
  w.key("live_executions");
  w.begin_array();
  for (const auto& e : p.live) w.text(e.execution.to_string());
  w.end_array();
  w.field("unhedged_since", row.unhedged_since.value_or(timestamp{}));
  w.field("unhedged_ms", row.unhedged_since ? (now - *row.unhedged_since).count() / 1000 : std::int64_t{0});
  w.field("realized_pnl", row.realized.to_string());
  w.field("last_trade_sequence", std::to_string(p.last_trade_sequence));
  w.field("updated_at", row.updated_at);
  w.end_object();
}

void write_trade(json_writer& w, const trade_row& row) {
  const auto& t = row.trade;
  w.begin_object();
  w.field("id", t.ref.key());
  w.field("sequence", std::to_string(t.sequence));
  w.field("symbol", t.symbol.str());
  w.field("token_symbol", t.token_symbol);
  w.field("side", to_string(t.side));
  w.field("amount", t.amount.to_string());
  w.field("usdc", t.notional.to_string());
  w.field("price", t.price().to_string());
  w.field("kind", to_string(t.kind));
  w.field("reverted", t.change == evm_log_change::reverted);
  w.field("book", t.book.to_string());
  w.field("tx_hash", t.ref.tx_hash.to_string());
  w.field("log_index", t.ref.log_index);
  w.field("block_number", t.ref.block_number);
  w.field("block_hash", t.ref.block_hash.to_string());
  w.field("block_time", t.block_time);
  w.field("recorded_at", row.recorded_at);
  w.end_object();
}

void write_execution(json_writer& w, const execution_row& row) {
  const auto& e = row.latest;
  w.begin_object();
  w.field("id", e.execution.to_string());
  w.field("symbol", e.execution.symbol.str());
  w.field("side", to_string(e.side));
  w.field("quantity", e.quantity);
  w.field("status", public_status(e.state));
  w.field("state", to_string(e.state));
  w.field("code", to_string(e.code));
  w.field("detail", e.detail);
  w.key("order_id");
  e.order ? w.text(e.order->str()) : w.null();
  w.field("filled_quantity", e.filled.to_string());
  w.key("average_price");
  e.filled.is_zero() ? w.null() : w.text(price{e.filled_notional, e.filled}.to_string());
  w.key("evidence");
  w.begin_array();
  for (const auto& fact : e.evidence) w.text(fact);
  w.end_array();
  w.field("created_at", row.created_at);
  w.field("updated_at", row.updated_at);
  w.key("history");
  w.begin_array();
  for (const auto& [state, at] : row.history) {
    w.begin_object();
    w.field("state", to_string(state));
    w.field("at", at);
    w.end_object();
  }
  w.end_array();
  w.end_object();
}

/// At most `most` bytes, and no half character.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

/// The record as it was. Tokens are not shown, sealed or not.
void write_payload(json_writer& w, const dead_letter& letter) {
  constexpr std::size_t most_bytes = 4 * 1024;
  const bool secret = letter.origin_topic == to_string(topic::token_updates);
  w.key("payload");
  secret ? w.null() : w.text(cut(letter.value, most_bytes));
  w.field("payload_bytes", std::uint64_t{letter.value.size()});
}

void write_actor(json_writer& w, const protocol::actor_status& s) {
  w.begin_object();
  w.field("name", s.name);
  w.field("kind", s.kind);
  w.field("state", to_string(s.state));
  w.field("activity", s.activity);
  w.field("mailbox", s.mailbox);
  w.field("restarts", s.restarts);
  w.field("last_error", s.last_error);
  w.key("problems");
  w.begin_array();
  for (const auto& problem : s.problems) w.text(problem);
  w.end_array();
  w.key("detail");
  w.begin_object();
  for (const auto& one : s.detail)
    caf::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::chrono::milliseconds>)
            w.field(one.name, std::int64_t{value.count()});
          else
            w.field(one.name, value);
        },
        one.value);
  w.end_object();
  w.key("children");
  w.begin_array();
  for (const auto& child : s.children) write_actor(w, child);
  w.end_array();
  w.end_object();
}

void write_actor_text(std::string& out, const protocol::actor_status& s, std::size_t depth) {
  out.append(depth * 2, ' ').append(s.name).append("  ").append(s.kind).append("  ").append(to_string(s.state));
  if (!s.activity.empty()) out.append(": ").append(s.activity);
  out.append("  mailbox ").append(std::to_string(s.mailbox)).append("  restarts ").append(std::to_string(s.restarts));
  if (!s.last_error.empty()) out.append("  last error: ").append(s.last_error);
  out += '\n';
  for (const auto& child : s.children) write_actor_text(out, child, depth + 1);
}

/// {name: [rows]}
template <class Rows, class Write>
std::string list_view(std::string_view name, const Rows& rows, Write write) {
  json_writer w;
  w.begin_object();
  w.key(name);
  w.begin_array();
  for (const auto& row : rows) write(w, row);
  w.end_array();
  w.end_object();
  return w.take();
}

}  // namespace

std::string_view public_status(execution_state state) {
  switch (state) {
    case execution_state::submitted:
    case execution_state::partially_filled: return "SUBMITTED";
    case execution_state::filled: return "FILLED";
    case execution_state::failed: return "FAILED";
    default: return "PENDING";
  }
}

trades_query trades_of(const page& p) { return {.symbol = p.symbol, .limit = p.limit}; }

executions_query executions_of(const page& p) {
  executions_query query{.symbol = p.symbol, .limit = p.limit};
  if (p.status.empty()) return query;
  // A status that there is not is that of no execution.
  query.states.emplace();
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(execution_state::held); ++i)
    if (const auto state = static_cast<execution_state>(i); public_status(state) == p.status)
      query.states->push_back(state);
  return query;
}

std::string positions_view(const position_list& all, timestamp now) {
  return list_view("positions", all.rows,
                   [now](json_writer& w, const position_row& row) { write_position(w, row, now); });
}

std::optional<std::string> position_view(const position_answer& one, timestamp now) {
  if (!one.row) return std::nullopt;
  json_writer w;
  write_position(w, *one.row, now);
  return w.take();
}

std::string trades_view(const trade_page& rows) { return list_view("trades", rows.rows, write_trade); }

std::string executions_view(const execution_page& rows) { return list_view("executions", rows.rows, write_execution); }

std::optional<std::string> execution_view(const execution_answer& one) {
  if (!one.row) return std::nullopt;
  json_writer w;
  write_execution(w, *one.row);
  return w.take();
}

std::string decisions_view(const decision_page& rows) {
  return list_view("decisions", rows.rows, [](json_writer& w, const decision_row& row) {
    w.begin_object();
    w.field("symbol", row.decision.scope);
    w.field("action", to_string(row.decision.action));
    const bool of_order = row.decision.action == control_action::adopt_order;
    if (!row.decision.argument.empty()) w.field(of_order ? "order" : "execution_id", row.decision.argument);
    w.field("by", row.decision.by);
    w.field("reason", row.decision.reason);
    w.field("decided_at", row.recorded_at);
    w.end_object();
  });
}

std::string dead_letters_view(const dead_letter_page& rows) {
  return list_view("dead_letters", rows.rows, [](json_writer& w, const dead_letter_row& row) {
    w.begin_object();
    w.field("service", row.letter.service);
    w.field("reason", row.letter.reason);
    w.field("detail", row.letter.detail);
    w.field("origin_topic", row.letter.origin_topic);
    w.field("origin_partition", row.letter.origin_partition);
    w.field("origin_offset", row.letter.origin_offset);
    w.field("key", row.letter.key);
    write_payload(w, row.letter);
    w.field("attempts", row.letter.attempts);
    w.field("recorded_at", row.recorded_at);
    w.end_object();
  });
}

std::string actors_view(const protocol::actor_status& root) {
  json_writer w;
  write_actor(w, root);
  return w.take();
}

std::string actors_text(const protocol::actor_status& root) {
  std::string text;
  write_actor_text(text, root, 0);
  return text;
}

}  // namespace hedgerow::api
