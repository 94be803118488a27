// What one step of an entity adds to the log. Envelopes, encoding and dead letters are made here and nowhere else in a
// service.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/bridges/dead_letter_alarms.hpp"
#include "actors/entity/effects.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/record.hpp"
#include "messages/protocol/step.hpp"

namespace hedgerow::entity {

/// Where an event comes from: what its envelope says besides its id and the time of writing.
struct origin {
  timestamp occurred_at;
  std::string correlation_id;
  /// event_id of the cause; empty at the start of a chain.
  std::string causation_id{};
  std::string traceparent{};
};

/// Of an event that tells, in other words, what `cause` tells: it happened at the same time.
[[nodiscard]] inline origin caused_by(const envelope& cause) {
  return {cause.occurred_at, cause.correlation_id, cause.event_id, cause.traceparent};
}

/// The same; takes the strings over.
[[nodiscard]] inline origin caused_by(envelope&& cause) {
  return {cause.occurred_at, std::move(cause.correlation_id), std::move(cause.event_id), std::move(cause.traceparent)};
}

/// An entity limits its alarms as its bridge does.
using bridges::dead_letter_alarms;

/// The alarm that goes with a dead letter.
struct dead_letter_alarm {
  dead_letter_alarms& lately;
  /// May be null.
  ports::notices* notices;
  std::string_view code;
  std::string_view about;
  /// What a person should do; the text before it names the record and the reason.
  std::string_view advice;
};

/// Collects records in the order in which they are appended. May be used again after finish(). Not thread-safe.
class outbox {
 public:
  /// `service` is a literal and names the dead letters; records are stamped with `now`.
  outbox(const char* service, timestamp now) : service_{service}, now_{now} {}

  [[nodiscard]] timestamp now() const { return now_; }
  /// For an outbox that collects over several messages.
  void set_now(timestamp now) { now_ = now; }

  /// `event_id` must be the same whenever the same facts are handled again.
  template <class Event>
  void append(topic_partition to, std::string key, std::string event_id, const Event& event, origin from) {
    // In place: each event comes through here.
    open().records.emplace_back(to, std::move(key), encoded(std::move(event_id), event, std::move(from)));
  }

  /// A record that is ready, for bytes that go to more than one topic.
  void append(outgoing ready) { open().records.push_back(std::move(ready)); }

  /// The bytes that append() would write.
  template <class Event>
  [[nodiscard]] std::string encoded(std::string event_id, const Event& event, origin from) const {
    const envelope meta{std::move(event_id),          from.occurred_at,           now_, std::move(from.correlation_id),
                        std::move(from.causation_id), std::move(from.traceparent)};
    return codec::encode(meta, event);
  }

  /// Deletes the key in a compacted topic.
  void tombstone(topic_partition to, std::string key) { append({to, std::move(key), std::nullopt}); }

  /// Puts a record aside. `reason` is stable snake_case, `detail` is for people.
  void dead_letter(const record& failed, std::string_view reason, const std::string& detail);
  /// The same with an alarm, unless one for this reason was raised lately.
  void dead_letter(const record& failed, std::string_view reason, const std::string& detail,
                   const dead_letter_alarm& alarm);
  /// For input that did not come from the log. `key` must be unique within the service.
  void dead_letter(const std::string& key, const std::string& value, std::string_view reason,
                   const std::string& detail);

  /// `effect` runs when what is collected here is durable, in the order of the calls. Needs finish() with `waiting`.
  void after_commit(effects::function effect) { effects_.push_back(std::move(effect)); }

  /// Nothing is collected: neither a record nor an effect.
  [[nodiscard]] bool empty() const { return (!step_ || step_->records.empty()) && effects_.empty(); }

  /// The step of an entity without effects. `idle`: the entity waits for nothing.
  [[nodiscard]] protocol::step_ptr finish(bool idle);
  /// The step of an entity with effects, which go to `waiting`. As long as any wait there, the entity is neither idle
  /// nor finished, whatever it says. `unfinished`: an effect is under way whose result should still be recorded.
  [[nodiscard]] protocol::step_ptr finish(effects& waiting, bool idle, bool unfinished);

 private:
  protocol::step& open() {
    if (!step_) step_ = std::make_shared<protocol::step>();
    return *step_;
  }

  const char* service_;
  timestamp now_;
  protocol::step_ptr step_;
  std::vector<effects::function> effects_;
};

}  // namespace hedgerow::entity
