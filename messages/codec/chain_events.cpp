// blockchain_event and ingestion_checkpoint.
#include "messages/codec/event_codec.hpp"
#include "messages/codec/log_fields.hpp"

namespace hedgerow::codec {
namespace {

void write(json_writer& out, const raw_evm_log& v) {
  out.begin_object();
  out.field("book", v.book);
  out.key("topics");
  out.begin_array();
  for (const auto& topic : v.topics) out.value(topic);
  out.end_array();
  out.field("data", v.data);
  write_ref(out, v.ref);
  out.end_object();
}

void read(object_reader& in, raw_evm_log& v) {
  in.value("book", v.book);
  in.strings("topics", v.topics);
  in.value("data", v.data);
  read_ref(in, v.ref);
}

void write(json_writer& out, const blockchain_event& v) {
  out.wide_field("sequence", v.sequence);
  out.wide_field("chain_id", v.chain_id);
  out.plain_field("version", to_string(v.version));
  out.plain_field("change", to_string(v.change));
  out.key("log");
  write(out, v.log);
  out.key("after_clear");
  if (v.after_clear) {
    write(out, *v.after_clear);
  } else {
    out.null();
  }
  out.field("block_time", v.block_time);
  if (v.reverts != 0) out.wide_field("reverts", v.reverts);
}

void read(object_reader& in, blockchain_event& v) {
  in.wide("sequence", v.sequence);
  in.wide("chain_id", v.chain_id);
  in.name_of("version", v.version);
  in.name_of("change", v.change);
  in.object("log", [&](object_reader& log) { read(log, v.log); });
  in.object_or_null("after_clear", [&](object_reader& log) { read(log, v.after_clear.emplace()); });
  in.value("block_time", v.block_time);
  if (in.has("reverts")) in.wide("reverts", v.reverts);
}

void write(json_writer& out, const ingestion_checkpoint& v) {
  out.wide_field("chain_id", v.chain_id);
  out.wide_field("block", v.block);
  out.field("block_hash", v.block_hash);
  out.wide_field("next_sequence", v.next_sequence);
}

void read(object_reader& in, ingestion_checkpoint& v) {
  in.wide("chain_id", v.chain_id);
  in.wide("block", v.block);
  in.value("block_hash", v.block_hash);
  in.wide("next_sequence", v.next_sequence);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::blockchain_event, "blockchain_event")
HEDGEROW_CODEC(hedgerow::ingestion_checkpoint, "ingestion_checkpoint")
