#include "actors/aggregator/aggregator_actor.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "messages/codec/codec.hpp"

namespace hedgerow::aggregator {

using namespace protocol;

namespace {

using pointer = aggregator_actor::stateful_pointer<aggregator_state>;

constexpr topic followed_topics[] = {topic::onchain_trades, topic::schwab_executions, topic::position_updates,
                                     topic::dead_letters, topic::token_updates};
/// Records folded before other messages get their turn.
constexpr std::size_t records_per_turn = 5000;

template <class Event>
void fold_as(aggregator_state& state, const record& r) {
  const auto event = codec::decode<Event>(*r.value);
  if (event) return state.model.apply(*event);
  ++state.undecodable;
  state.last_error = std::string{to_string(r.from.topic)} + ": " + event.error().detail;
}

void fold(aggregator_state& state, const record& r) {
  ++state.folded;
  if (!r.value) return;
  switch (r.from.topic) {
    case topic::onchain_trades: return fold_as<onchain_trade>(state, r);
    case topic::schwab_executions: return fold_as<schwab_execution>(state, r);
    case topic::position_updates: return fold_as<position_update>(state, r);
    case topic::dead_letters: return fold_as<dead_letter>(state, r);
    case topic::token_updates: return fold_as<token_update>(state, r);
    default: return;
  }
}

/// Reads the next records of a partition into its buffer. False when the log cannot be read.
bool refill(pointer self, ports::event_log& log, followed& f, std::size_t batch_max) {
  auto records = log.read(f.source, f.next, batch_max);
  if (!records) {
    self->quit(caf::make_error(caf::sec::runtime_error, "cannot read the log: " + records.error().detail));
    return false;
  }
  if (records->empty()) return true;
  f.next = records->back().offset + 1;
  f.ahead.assign(std::make_move_iterator(records->begin()), std::make_move_iterator(records->end()));
  return true;
}

/// The partition whose first record is the oldest: partitions are merged by time, so that a rebuild folds in the
/// order in which things happened.
followed* oldest(std::vector<followed>& sources) {
  followed* best = nullptr;
  for (auto& f : sources)
    if (!f.ahead.empty() && (best == nullptr || f.ahead.front().recorded_at < best->ahead.front().recorded_at)) best = &f;
  return best;
}

void poll(pointer self, ports::event_log& log, const aggregator_config& config) {
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
    fold(state, f->ahead.front());
    f->ahead.pop_front();
    if (f->ahead.empty() && !refill(self, log, *f, config.batch_max)) return;
  }
  self->send(self, poll_atom::value);
}

}  // namespace

aggregator_actor::behavior_type aggregator(pointer self, std::shared_ptr<ports::event_log> log,
                                           aggregator_config config, const ports::clock* clock) {
  for (const topic t : followed_topics)
    for (std::uint32_t p = 0; p < log->partitions(t); ++p) self->state.sources.push_back({{t, p}, 0, {}});
  const auto address = caf::actor_cast<caf::actor_addr>(self);
  log->on_append([address, queued = self->state.poll_queued] {
    if (queued->exchange(true)) return;
    if (auto me = caf::actor_cast<aggregator_actor>(address)) caf::anon_send(me, poll_atom::value);
  });
  self->send(self, poll_atom::value);
  return {
      [=](poll_atom) { poll(self, *log, config); },
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
