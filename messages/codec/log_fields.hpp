// Private: the identity of a log, which several events carry.
#pragma once

#include "messages/codec/json_reader.hpp"
#include "messages/codec/json_writer.hpp"

namespace hedgerow::codec {

inline void write_ref(json_writer& out, const evm_log_ref& v) {
  out.key("ref");
  out.begin_object();
  out.wide_field("block_number", v.block_number);
  out.field("block_hash", v.block_hash);
  out.field("tx_hash", v.tx_hash);
  out.wide_field("log_index", v.log_index);
  out.end_object();
}

inline void read_ref(object_reader& in, evm_log_ref& v) {
  in.object("ref", [&](object_reader& ref) {
    ref.wide("block_number", v.block_number);
    ref.value("block_hash", v.block_hash);
    ref.value("tx_hash", v.tx_hash);
    ref.wide("log_index", v.log_index);
  });
}

}  // namespace hedgerow::codec
