#include "actors/ingestion/stored_history.hpp"

#include <algorithm>

#include "actors/entity/changelog.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::ingestion {
namespace {

bool is_position(const std::string& key) { return key == checkpoint_key || key == floor_key; }

template <class Event>
Event read(const std::string& bytes) {
  auto event = codec::decode<Event>(bytes);
  HEDGEROW_CHECK(event, "the bridge lets no unreadable record of a changelog through");
  return std::move(event->data);
}

std::uint64_t certain_floor(const stored_history& h) {
  if (!h.checkpoint) return 0;
  std::uint64_t lowest = h.checkpoint->block + 1;
  for (const auto& event : h.window) lowest = std::min(lowest, event.log.ref.block_number);
  return lowest;
}

}  // namespace

stored_history read_history(const std::map<std::string, std::string>& changelog) {
  stored_history h;
  for (const auto& [key, bytes] : changelog) {
    if (key == checkpoint_key) {
      h.checkpoint = read<ingestion_checkpoint>(bytes);
    } else if (key == floor_key) {
      h.floor = read<ingestion_checkpoint>(bytes).block;
      h.floor_is_stored = true;
    } else {
      h.window.push_back(read<blockchain_event>(bytes));
    }
  }
  std::sort(h.window.begin(), h.window.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  if (!h.floor_is_stored) h.floor = certain_floor(h);
  return h;
}

std::string why_unreadable(const record& r) {
  return is_position(r.key) ? entity::why_unreadable<ingestion_checkpoint>(r)
                            : entity::why_unreadable<blockchain_event>(r);
}

}  // namespace hedgerow::ingestion
