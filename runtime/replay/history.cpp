#include "runtime/replay/history.hpp"

#include "messages/codec/codec.hpp"

namespace hedgerow::replay {
namespace {

constexpr std::uint64_t tell_every = 10'000;

template <class Event>
void decode_as(told& out, std::string_view bytes) {
  auto event = codec::decode<Event>(bytes);
  if (!event) {
    out.event = undecodable{event.error().detail};
    return;
  }
  out.recorded_at = event->meta.recorded_at;
  out.event = std::move(*event);
}

told decode(const record& r) {
  told out{r.from, r.offset, r.recorded_at, undecodable{"not an event that is replayed"}};
  switch (r.from.topic) {
    case topic::onchain_trades: decode_as<onchain_trade>(out, *r.value); break;
    case topic::schwab_executions: decode_as<schwab_execution>(out, *r.value); break;
    case topic::position_updates: decode_as<position_update>(out, *r.value); break;
    case topic::dead_letters: decode_as<dead_letter>(out, *r.value); break;
    default: break;
  }
  return out;
}

}  // namespace

history::history(ports::event_log& log, const std::vector<topic>& topics, cut until, progress tell)
    : until_{std::move(until)}, tell_{std::move(tell)} {
  for (const topic t : topics)
    for (std::uint32_t p = 0; p < log.partitions(t); ++p) readers_.emplace_back(log, topic_partition{t, p});
  heads_.resize(readers_.size());
}

expected<void, std::string> history::advance(std::size_t index) {
  auto& reader = readers_[index];
  const auto limit = until_.before.find(reader.source());
  for (;;) {
    auto r = reader.next();
    if (!r) return unexpected(std::move(r.error()));
    if (!*r || (limit != until_.before.end() && (*r)->offset >= limit->second)) return {};
    if (++records_ % tell_every == 0 && tell_) tell_(records_);
    if (!(*r)->value) continue;
    auto event = decode(**r);
    // Not the end: a clock that was set back makes later records older.
    if (until_.at && event.recorded_at > *until_.at) continue;
    order_.emplace(event.recorded_at, event.from, index);
    heads_[index] = std::move(event);
    return {};
  }
}

expected<std::optional<told>, std::string> history::next() {
  if (!started_) {
    started_ = true;
    for (std::size_t i = 0; i < readers_.size(); ++i)
      if (auto done = advance(i); !done) return unexpected(std::move(done.error()));
  }
  if (order_.empty()) return std::optional<told>{};
  const auto index = std::get<std::size_t>(*order_.begin());
  order_.erase(order_.begin());
  std::optional<told> out{std::move(heads_[index])};
  heads_[index].reset();
  if (auto done = advance(index); !done) return unexpected(std::move(done.error()));
  return out;
}

}  // namespace hedgerow::replay
