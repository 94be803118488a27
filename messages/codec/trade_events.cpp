// onchain_trade, written_trades, validation_checkpoint and token_record.
#include "messages/codec/event_codec.hpp"
#include "messages/codec/log_fields.hpp"

namespace hedgerow::codec {
namespace {

void write(json_writer& out, const onchain_trade& v) {
  out.wide_field("sequence", v.sequence);
  out.wide_field("chain_id", v.chain_id);
  out.plain_field("change", to_string(v.change));
  write_ref(out, v.ref);
  out.field("book", v.book);
  out.plain_field("kind", to_string(v.kind));
  out.field("symbol", v.symbol);
  out.text_field("token_symbol", v.token_symbol);
  out.field("token", v.token);
  out.field("side", v.side);
  out.field("amount", v.amount);
  out.field("notional", v.notional);
  out.field("block_time", v.block_time);
}

void read(object_reader& in, onchain_trade& v) {
  in.wide("sequence", v.sequence);
  in.wide("chain_id", v.chain_id);
  in.name_of("change", v.change);
  read_ref(in, v.ref);
  in.value("book", v.book);
  in.name_of("kind", v.kind);
  in.value("symbol", v.symbol);
  in.text("token_symbol", v.token_symbol);
  in.value("token", v.token);
  in.value("side", v.side);
  in.value("amount", v.amount);
  in.value("notional", v.notional);
  in.value("block_time", v.block_time);
}

// By columns: a block's trades are many small rows, and names in each would be half of the bytes.
template <class Put>
void write_column(json_writer& out, std::string_view name, const std::vector<written_trade>& trades, Put put) {
  out.key(name);
  out.begin_array();
  for (const auto& trade : trades) put(trade);
  out.end_array();
}

void write(json_writer& out, const written_trades& v) {
  out.wide_field("block_number", v.block_number);
  out.field("block_hash", v.block_hash);
  out.wide_field("part", v.part);
  write_column(out, "log_index", v.trades, [&](const written_trade& t) { out.wide(t.log_index); });
  write_column(out, "kind", v.trades, [&](const written_trade& t) { out.plain(to_string(t.kind)); });
  write_column(out, "symbol", v.trades, [&](const written_trade& t) { out.value(t.symbol); });
  write_column(out, "token_symbol", v.trades, [&](const written_trade& t) { out.text(t.token_symbol); });
  write_column(out, "token", v.trades, [&](const written_trade& t) { out.value(t.token); });
  write_column(out, "side", v.trades, [&](const written_trade& t) { out.value(t.side); });
  write_column(out, "amount", v.trades, [&](const written_trade& t) { out.value(t.amount); });
  write_column(out, "notional", v.trades, [&](const written_trade& t) { out.value(t.notional); });
}

/// `parse(text, member)` is false for text that is ill-formed.
template <class Member, class Parse>
void read_column(object_reader& in, std::string_view name, std::vector<written_trade>& trades,
                 Member trade_terms::*member, Parse parse) {
  std::vector<std::string> texts;
  in.texts(name, texts);
  if (!in.ok()) return;
  if (texts.size() != trades.size()) return in.fail(name, decode_errc::bad_field, "not as long as log_index");
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (!parse(texts[i], trades[i].*member)) return in.fail(name, decode_errc::bad_field, "an element is ill-formed");
}

constexpr auto to_text = [](std::string& text, std::string& out) {
  out = std::move(text);
  return true;
};
constexpr auto to_parsed = []<class T>(const std::string& text, T& out) {
  auto result = T::parse(text);
  if (result) out = std::move(*result);
  return result.has_value();
};
constexpr auto to_kind = [](const std::string& text, fill_kind& out) {
  const auto result = parse_name<fill_kind>(text);
  if (result) out = *result;
  return result.has_value();
};
constexpr auto to_side = [](const std::string& text, side& out) {
  const auto result = parse_side(text);
  if (result) out = *result;
  return result.has_value();
};

void read(object_reader& in, written_trades& v) {
  in.wide("block_number", v.block_number);
  in.value("block_hash", v.block_hash);
  in.wide("part", v.part);
  std::vector<std::string> indexes;
  in.texts("log_index", indexes);
  v.trades.assign(indexes.size(), {});
  for (std::size_t i = 0; i < indexes.size(); ++i)
    if (!parse_integer(indexes[i], v.trades[i].log_index) ||
        (i > 0 && v.trades[i].log_index <= v.trades[i - 1].log_index))
      return in.fail("log_index", decode_errc::bad_field, "an element is ill-formed or not in order");
  read_column(in, "kind", v.trades, &trade_terms::kind, to_kind);
  read_column(in, "symbol", v.trades, &trade_terms::symbol, to_parsed);
  read_column(in, "token_symbol", v.trades, &trade_terms::token_symbol, to_text);
  read_column(in, "token", v.trades, &trade_terms::token, to_parsed);
  read_column(in, "side", v.trades, &trade_terms::side, to_side);
  read_column(in, "amount", v.trades, &trade_terms::amount, to_parsed);
  read_column(in, "notional", v.trades, &trade_terms::notional, to_parsed);
}

void write(json_writer& out, const validation_checkpoint& v) {
  out.wide_field("next_sequence", v.next_sequence);
  out.wide_field("block", v.block);
  out.wide_field("remembered_from", v.remembered_from);
  out.wide_field("forgotten_below", v.forgotten_below);
}

void read(object_reader& in, validation_checkpoint& v) {
  in.wide("next_sequence", v.next_sequence);
  in.wide("block", v.block);
  in.wide("remembered_from", v.remembered_from);
  in.wide("forgotten_below", v.forgotten_below);
}

void write(json_writer& out, const token_record& v) {
  out.field("token", v.token);
  out.text_field("symbol", v.symbol);
  out.number_field("decimals", v.decimals);
}

void read(object_reader& in, token_record& v) {
  in.value("token", v.token);
  in.text("symbol", v.symbol);
  in.number("decimals", v.decimals);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::onchain_trade, "onchain_trade")
HEDGEROW_CODEC(hedgerow::written_trades, "written_trades")
HEDGEROW_CODEC(hedgerow::validation_checkpoint, "validation_checkpoint")
HEDGEROW_CODEC(hedgerow::token_record, "token_record")
