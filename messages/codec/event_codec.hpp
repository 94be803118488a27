// Private: encode and decode in terms of three functions per event. Each codec file defines them and ends with
// HEDGEROW_CODEC(event).
#pragma once

#include "messages/codec/codec.hpp"
#include "messages/codec/json_reader.hpp"
#include "messages/codec/json_writer.hpp"

namespace hedgerow::codec {

/// Records longer than this are refused unread; the largest of our own stay below 0.5 MiB.
inline constexpr std::size_t max_record = std::size_t{4} << 20U;

/// Reads an event's fields into the event that `out` points to.
using data_reader = void (*)(object_reader& in, void* out);
/// Reads a record in exactly the form in which encode() writes it. Returns false for any other record; then `meta` and
/// the value at `out` are half read. Defined in frame.cpp.
[[nodiscard]] bool read_canonical(std::string_view text, std::string_view type, envelope& meta, data_reader read,
                                  void* out);
/// Reads a record in any form of JSON, or says what is wrong with it. Defined in frame.cpp.
[[nodiscard]] std::optional<decode_error> read_json(std::string_view text, std::string_view type, envelope& meta,
                                                    data_reader read, void* out);
/// Everything up to and including `"data":`. Defined in frame.cpp.
void write_frame(json_writer& out, std::string_view type, const envelope& meta);

/// A data_reader for an Event.
template <class Event>
void read_event(object_reader& in, void* out);

template <class Event>
[[nodiscard]] bool decode_canonical(std::string_view text, enveloped<Event>& out) {
  return read_canonical(text, type_name<Event>(), out.meta, read_event<Event>, &out.data);
}

template <class Event>
[[nodiscard]] std::optional<decode_error> decode_json(std::string_view text, enveloped<Event>& out) {
  return read_json(text, type_name<Event>(), out.meta, read_event<Event>, &out.data);
}

}  // namespace hedgerow::codec

/// For an Event with `write(json_writer&, const Event&)` and `read(object_reader&, Event&)` in hedgerow::codec or in an
/// unnamed namespace inside it.
#define HEDGEROW_CODEC(Event, Name)                                                    \
  namespace hedgerow::codec {                                                          \
  template <>                                                                          \
  std::string_view type_name<Event>() {                                                \
    return Name;                                                                       \
  }                                                                                    \
  template <>                                                                          \
  std::string encode<Event>(const envelope& meta, const Event& event) {                \
    json_writer out;                                                                   \
    write_frame(out, Name, meta);                                                      \
    out.begin_object();                                                                \
    write(out, event);                                                                 \
    out.end_object();                                                                  \
    out.end_object();                                                                  \
    return out.str();                                                                  \
  }                                                                                    \
  template <>                                                                          \
  void read_event<Event>(object_reader & in, void* out) {                              \
    read(in, *static_cast<Event*>(out));                                               \
  }                                                                                    \
  template <>                                                                          \
  expected<enveloped<Event>, decode_error> decode<Event>(std::string_view text) {      \
    expected<enveloped<Event>, decode_error> result;                                   \
    if (decode_canonical(text, *result)) return result;                                \
    *result = {};                                                                      \
    if (auto wrong = decode_json(text, *result)) return unexpected(std::move(*wrong)); \
    return result;                                                                     \
  }                                                                                    \
  }  // namespace hedgerow::codec
