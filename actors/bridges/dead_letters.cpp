#include "actors/bridges/dead_letters.hpp"

#include "messages/codec/codec.hpp"

namespace hedgerow::bridges {
namespace {

// A dead letter must always fit into the log: in JSON a byte may become six.
constexpr std::size_t max_value_bytes = 64 * 1024;
constexpr std::size_t max_detail_bytes = 4 * 1024;
constexpr std::size_t max_key_bytes = 1024;

outgoing to_record(dead_letter letter, const std::string& id, timestamp now) {
  letter.key = letter.key.substr(0, max_key_bytes);
  letter.value = letter.value.substr(0, max_value_bytes);
  letter.detail = letter.detail.substr(0, max_detail_bytes);
  const envelope meta{"dead-letter:" + id, now, now, letter.key, {}, {}};
  return {{topic::dead_letters, 0}, id, codec::encode(meta, letter)};
}

}  // namespace

outgoing make_dead_letter(const std::string& service, const record& failed, std::string_view reason,
                          const std::string& detail, std::uint32_t attempts, timestamp now) {
  const std::string origin{to_string(failed.from.topic)};
  dead_letter letter{service,
                     origin,
                     failed.from.partition,
                     failed.offset,
                     failed.key,
                     failed.value.value_or(payload{}).str(),
                     std::string{reason},
                     detail,
                     attempts};
  // A record that has no offset yet is told from its like by its key.
  const std::string place =
      failed.offset >= 0 ? std::to_string(failed.offset) : ":" + failed.key.substr(0, max_key_bytes);
  const std::string id = service + ":" + origin + ":" + std::to_string(failed.from.partition) + ":" + place;
  return to_record(std::move(letter), id, now);
}

outgoing make_dead_letter(const std::string& service, const std::string& key, const std::string& value,
                          std::string_view reason, const std::string& detail, timestamp now) {
  dead_letter letter{service, "", 0, -1, key, value, std::string{reason}, detail, 1};
  return to_record(std::move(letter), service + "::" + key.substr(0, max_key_bytes), now);
}

}  // namespace hedgerow::bridges
