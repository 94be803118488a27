// onchain_trade, written_trades and token_record.
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

void write(json_writer& out, const written_trades& v) {
  out.key("trades");
  out.begin_array();
  for (const auto& trade : v.trades) {
    out.begin_object();
    write(out, trade);
    out.end_object();
  }
  out.end_array();
}

void read(object_reader& in, written_trades& v) {
  in.objects("trades", v.trades, [](object_reader& one, onchain_trade& trade) { read(one, trade); });
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
HEDGEROW_CODEC(hedgerow::token_record, "token_record")
