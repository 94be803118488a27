// Private: encode and decode in terms of three functions per event. Each codec file defines them and ends with
// HEDGEROW_CODEC(event).
#pragma once

#include <cstring>

#include "messages/codec/codec.hpp"
#include "messages/codec/json_reader.hpp"
#include "messages/codec/json_writer.hpp"

namespace hedgerow::codec {

/// Records longer than this are refused unread; the largest of our own stay below 0.5 MiB.
inline constexpr std::size_t max_record = std::size_t{4} << 20U;

/// Parses a record and checks its frame. On success the result is the index of its payload in the document of `state`,
/// valid until the next call on this thread and as long as `text`. Defined in frame.cpp.
[[nodiscard]] std::optional<std::uint32_t> read_frame(std::string_view text, std::string_view type, envelope& meta,
                                                      read_state& state);
/// Everything up to and including `"data":`. Defined in frame.cpp.
void write_frame(json_writer& out, std::string_view type, const envelope& meta);

}  // namespace hedgerow::codec

/// For an Event with `write(json_writer&, const Event&)` and `read(object_reader&, Event&)` in hedgerow::codec or in an
/// unnamed namespace inside it.
#define HEDGEROW_CODEC(Event, Name)                                                            \
  namespace hedgerow::codec {                                                                  \
  template <>                                                                                  \
  std::string_view type_name<Event>() {                                                        \
    return Name;                                                                               \
  }                                                                                            \
  template <>                                                                                  \
  std::string encode<Event>(const envelope& meta, const Event& event) {                        \
    json_writer out;                                                                           \
    write_frame(out, Name, meta);                                                              \
    out.begin_object();                                                                        \
    write(out, event);                                                                         \
    out.end_object();                                                                          \
    out.end_object();                                                                          \
    return out.str();                                                                          \
  }                                                                                            \
  template <>                                                                                  \
  expected<enveloped<Event>, decode_error> decode<Event>(std::string_view text) {              \
    expected<enveloped<Event>, decode_error> result;                                           \
    read_state state;                                                                          \
    if (const auto data = read_frame(text, Name, result->meta, state)) {                       \
      object_reader in{*data, state};                                                          \
      read(in, result->data);                                                                  \
      in.finish();                                                                             \
    }                                                                                          \
    if (state.failed) return unexpected(std::move(state.error));                               \
    return result;                                                                             \
  }                                                                                            \
  }  // namespace hedgerow::codec
