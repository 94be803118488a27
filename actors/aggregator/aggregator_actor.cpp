#include "actors/aggregator/aggregator_actor.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "messages/codec/codec.hpp"

namespace hedgerow::aggregator {

using namespace protocol;

namespace {

using pointer = aggregator_actor::stateful_pointer<aggregator_state>;

constexpr topic followed_topics[] = {topic::onchain_trades, topic::schwab_executions, topic::position_updates,
                                     topic::dead_letters, topic::token_updates, topic::control_events};
/// Records folded before other messages get their turn.
constexpr std::size_t records_per_turn = 5000;

template <class Event>
void prepare_as(prepared& out, std::string_view bytes) {
  auto event = codec::decode<Event>(bytes);
  if (event)
    out.event = std::move(*event);
  else
    out.event = undecodable{event.error().detail};
}

prepared prepare(const record& r) {
  prepared out{r.recorded_at, {}};
  if (!r.value) return out;
  switch (r.from.topic) {
    case topic::onchain_trades: prepare_as<onchain_trade>(out, *r.value); break;
    case topic::schwab_executions: prepare_as<schwab_execution>(out, *r.value); break;
    case topic::position_updates: prepare_as<position_update>(out, *r.value); break;
    case topic::dead_letters: prepare_as<dead_letter>(out, *r.value); break;
    case topic::token_updates: prepare_as<token_update>(out, *r.value); break;
    case topic::control_events: prepare_as<control_event>(out, *r.value); break;
    default: break;
  }
  return out;
}

/// Reads and decodes the next records of a partition; touches nothing else, so it can run on any thread.
prepared_batch read_batch(ports::event_log& log, topic_partition source, std::int64_t from, std::size_t batch_max) {
  prepared_batch out{from, false, {}, {}};
  auto records = log.read(source, from, batch_max);
  if (!records) {
    out.error = records.error().detail;
    return out;
  }
  if (records->empty()) return out;
  out.next = records->back().offset + 1;
  out.full = records->size() >= batch_max;
  for (const auto& r : *records) out.records.push_back(prepare(r));
  return out;
}

/// Reading and decoding is most of a rebuild: while one batch is folded, the next of its partition is made ready.
void read_ahead(const std::shared_ptr<ports::event_log>& log, followed& f, std::size_t batch_max) {
  f.coming = std::async(std::launch::async, [log, source = f.source, from = f.next, batch_max] {
    return read_batch(*log, source, from, batch_max);
  });
}

void fold(aggregator_state& state, topic from, const prepared& p) {
  ++state.folded;
  std::visit(
      [&](const auto& event) {
        using kind = std::decay_t<decltype(event)>;
        if constexpr (std::is_same_v<kind, undecodable>) {
          ++state.undecodable;
          state.last_error = std::string{to_string(from)} + ": " + event.why;
        } else if constexpr (!std::is_same_v<kind, std::monostate>) {
          state.model.apply(event);
        }
      },
      p.event);
}

/// Fills the buffer of a partition. False when the log cannot be read.
bool refill(pointer self, const std::shared_ptr<ports::event_log>& log, followed& f, std::size_t batch_max) {
  auto batch = f.coming.valid() ? f.coming.get() : read_batch(*log, f.source, f.next, batch_max);
  if (!batch.error.empty()) {
    self->quit(caf::make_error(caf::sec::runtime_error, "cannot read the log: " + batch.error));
    return false;
  }
  f.next = batch.next;
  f.ahead = std::move(batch.records);
  if (batch.full) read_ahead(log, f, batch_max);
  return true;
}

/// The partition whose first record is the oldest: partitions are merged by time, so that a rebuild folds in the
/// order in which things happened.
followed* oldest(std::vector<followed>& sources) {
  followed* best = nullptr;
  for (auto& f : sources)
    if (!f.ahead.empty() && (best == nullptr || f.ahead.front().recorded_at < best->ahead.front().recorded_at))
      best = &f;
  return best;
}

void poll(pointer self, const std::shared_ptr<ports::event_log>& log, const aggregator_config& config) {
  auto& state = self->state;
  state.poll_queued->store(false);
  for (auto& f : state.sources)
    if (f.ahead.empty() && !refill(self, log, f, config.batch_max)) return;
  for (std::size_t i = 0; i < records_per_turn; ++i) {
    followed* f = oldest(state.sources);
    if (f == nullptr) {
      state.caught_up = true;
      return;
    }
    fold(state, f->source.topic, f->ahead.front());
    f->ahead.pop_front();
    if (f->ahead.empty() && !refill(self, log, *f, config.batch_max)) return;
  }
  self->send(self, poll_atom::value);
}

}  // namespace

aggregator_actor::behavior_type aggregator(pointer self, std::shared_ptr<ports::event_log> log,
                                           aggregator_config config, const ports::clock* clock) {
  for (const topic t : followed_topics)
    for (std::uint32_t p = 0; p < log->partitions(t); ++p) self->state.sources.push_back({{t, p}, 0, {}, {}});
  for (auto& f : self->state.sources) read_ahead(log, f, config.batch_max);
  const auto address = caf::actor_cast<caf::actor_addr>(self);
  self->state.appends = log->on_append([address, queued = self->state.poll_queued] {
    if (queued->exchange(true)) return;
    if (auto me = caf::actor_cast<aggregator_actor>(address)) caf::anon_send(me, poll_atom::value);
  });
  self->send(self, poll_atom::value);
  return {
      [=](poll_atom) { poll(self, log, config); },
      [=](ask_atom, const view& render) { return render(self->state.model, clock->now()); },
      [=](status_atom) {
        const auto& state = self->state;
        return actor_status{"aggregator", "aggregator", state.caught_up ? "running" : "rebuilding",
                            self->mailbox().size(), 0, state.last_error,
                            {{"folded", std::to_string(state.folded)},
                             {"undecodable", std::to_string(state.undecodable)}},
                            {}};
      },
  };
}

}  // namespace hedgerow::aggregator
