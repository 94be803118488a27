#include "runtime/chain_check/booked_logs.hpp"

#include <algorithm>

#include "actors/ingestion/stored_history.hpp"
#include "actors/ingestion/waiting_logs.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/dead_letter.hpp"
#include "messages/types/keccak.hpp"
#include "runtime/replay/partition_reader.hpp"

namespace hedgerow::chain_check {
namespace {

constexpr topic_partition events{topic::blockchain_events, 0};
constexpr topic_partition changelog{topic::ingestion_changelog, 0};
constexpr topic_partition letters{topic::dead_letters, 0};
/// Records between two words about how far it is.
constexpr std::uint64_t tell_every = 1000;

/// Gives every record of the partition to `take`. The error is for people.
template <class Take>
expected<void, std::string> for_each(ports::event_log& log, topic_partition source, Take take) {
  replay::partition_reader reader{log, source};
  while (true) {
    auto next = reader.next();
    if (!next) return unexpected(std::move(next.error()));
    if (!*next) return {};
    take(**next);
  }
}

void apply(booked_logs& all, const blockchain_event& e) {
  const auto id = id_of(e.log.ref);
  if (e.change == evm_log_change::reverted) {
    all.standing.erase(id);
    return;
  }
  booked_log booked{e.sequence, e.log.book, e.log.ref, content_of(e.log), std::nullopt};
  if (e.after_clear) booked.after_clear = content_of(*e.after_clear);
  all.standing.insert_or_assign(id, std::move(booked));
}

}  // namespace

log_id id_of(const evm_log_ref& ref) { return {ref.block_hash, ref.log_index}; }

hash32 content_of(const raw_evm_log& log) {
  bytes all;
  const auto add = [&all](const auto& value) { all.append(value.value.data(), value.value.size()); };
  add(log.book);
  add(log.ref.tx_hash);
  // The EVM knows at most four. With their number before them no data can stand for one.
  all.push_back(static_cast<unsigned char>(log.topics.size()));
  for (const auto& topic : log.topics) add(topic);
  all += log.data;
  return keccak256(all);
}

expected<booked_logs, std::string> read_booked(ports::event_log& log, const domain::block_range& blocks,
                                               const progress& tell) {
  booked_logs out;
  std::uint64_t records = 0;
  const auto events_read = for_each(log, events, [&](const record& r) {
    if (++records % tell_every == 0) tell(records);
    if (!r.value) return;
    const auto event = codec::decode<blockchain_event>(*r.value);
    if (!event) {
      out.unreadable.push_back(replay::to_string(events, r.offset));
      return;
    }
    const auto block = event->data.log.ref.block_number;
    if (block >= blocks.from && block <= blocks.to) apply(out, event->data);
  });
  if (!events_read) return unexpected(events_read.error());
  const auto letters_read = for_each(log, letters, [&](const record& r) {
    if (!r.value) return;
    const auto letter = codec::decode<dead_letter>(*r.value);
    if (letter && letter->data.reason == ingestion::record_too_large) out.refused.insert(letter->data.key);
  });
  if (!letters_read) return unexpected(letters_read.error());
  return out;
}

expected<std::optional<ingestion_checkpoint>, std::string> read_checkpoint(ports::event_log& log) {
  const auto newest = log.changelog(changelog);
  if (!newest) return unexpected("cannot read " + replay::to_string(changelog) + ": " + newest.error().detail);
  const auto it = std::ranges::find(*newest, ingestion::checkpoint_key, &record::key);
  if (it == newest->end()) return std::nullopt;
  auto found = codec::decode<ingestion_checkpoint>(*it->value);
  if (!found)
    return unexpected(replay::to_string(changelog, it->offset) + ": the checkpoint cannot be read by this version");
  return found->data;
}

}  // namespace hedgerow::chain_check
