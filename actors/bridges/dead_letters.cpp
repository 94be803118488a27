#include "actors/bridges/dead_letters.hpp"

#include "messages/codec/codec.hpp"

namespace hedgerow::bridges {
namespace {

constexpr std::size_t max_value_bytes = 64 * 1024;

outgoing to_record(const dead_letter& letter, const std::string& id, timestamp now) {
  const envelope meta{"dead-letter:" + id, now, now, letter.key, {}, {}};
  return {{topic::dead_letters, 0}, id, codec::encode(meta, letter)};
}

}  // namespace

outgoing make_dead_letter(const std::string& service, const record& failed, std::string_view reason,
                          const std::string& detail, std::uint32_t attempts, timestamp now) {
  const std::string origin{to_string(failed.from.topic)};
  dead_letter letter{service, origin, failed.from.partition, failed.offset, failed.key,
                     failed.value.value_or("").substr(0, max_value_bytes), std::string{reason}, detail, attempts};
  const std::string id = service + ":" + origin + ":" + std::to_string(failed.from.partition) + ":" +
                         std::to_string(failed.offset);
  return to_record(letter, id, now);
}

outgoing make_dead_letter(const std::string& service, const std::string& key, const std::string& value,
                          std::string_view reason, const std::string& detail, timestamp now) {
  dead_letter letter{service, "", 0, -1, key, value.substr(0, max_value_bytes), std::string{reason}, detail, 1};
  return to_record(letter, service + "::" + key, now);
}

}  // namespace hedgerow::bridges
