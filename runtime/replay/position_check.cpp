#include "runtime/replay/position_check.hpp"

#include <array>

#include "actors/accumulator/accumulator_service.hpp"
#include "actors/domain/projections/position_facts.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/replay/symbol_inputs.hpp"

namespace hedgerow::replay {
namespace {

using result = expected<void, std::string>;
using decision = expected<domain::position_decision, domain::position_fault>;

constexpr const char* accumulator_group = accumulator::service_name;

/// What is checked of one symbol.
struct checked {
  position_update state;
  bool begun = false;
  /// Set when compaction took the updates before this time.
  std::optional<timestamp> known_since;
  std::optional<position_difference> difference;
};

/// An input that is the cause of an update.
struct cause {
  envelope meta;
  decision decided;
};

bool is_decision(const enveloped<position_update>& logged) { return logged.meta.causation_id.starts_with("control:"); }

/// The place of a person's decision is taken from the log: it is another one after an import, and older versions did
/// not note it.
position_update with_place_of_decision(position_update ours, const enveloped<position_update>& logged) {
  if (is_decision(logged)) ours.newest_decision = logged.data.newest_decision;
  return ours;
}

std::string different_fields(const position_update& ours, const position_update& logged) {
  std::string out;
  const auto compare = [&](const char* name, const auto& a, const auto& b, const auto& text) {
    if (a == b) return;
    out += (out.empty() ? "" : "; ") + std::string{name} + " is " + text(b) + ", recomputed " + text(a);
  };
  const auto amount = [](const shares& v) { return v.to_string(); };
  const auto number = [](const auto& v) { return std::to_string(v); };
  const auto time = [](timestamp t) { return t.us == 0 ? std::string{"none"} : to_rfc3339(t); };
  const auto yes_no = [](bool v) { return std::string{v ? "true" : "false"}; };
  const auto list = [](const std::vector<tracked_execution>& l) {
    std::string text = "[";
    for (const auto& e : l)
      text += (text.size() > 1 ? " " : "") + e.execution.to_string() + " " + std::string{to_string(e.side)} + " " +
              e.filled.to_string() + "/" + std::to_string(e.quantity);
    return text + "]";
  };
  const auto as_it_is = [](const std::string& v) { return v; };
  const auto mark = [](const std::optional<decision_mark>& v) {
    return v ? "at " + to_rfc3339(v->recorded_at) + ", offset " + std::to_string(v->offset) : std::string{"none"};
  };
  compare("onchain", ours.onchain, logged.onchain, amount);
  compare("hedged", ours.hedged, logged.hedged, amount);
  compare("reserved", ours.reserved, logged.reserved, amount);
  compare("last_trade_sequence", ours.last_trade_sequence, logged.last_trade_sequence, number);
  compare("next_execution", ours.next_execution, logged.next_execution, number);
  compare("live", ours.live, logged.live, list);
  compare("closed", ours.closed, logged.closed, list);
  compare("failure_streak", ours.failure_streak, logged.failure_streak, number);
  compare("retry_at", ours.retry_at, logged.retry_at, time);
  compare("frozen", ours.frozen, logged.frozen, yes_no);
  compare("cause", ours.cause, logged.cause, as_it_is);
  compare("newest_decision", ours.newest_decision, logged.newest_decision, mark);
  return out.empty() ? "the bytes differ in the envelope or the encoding" : out;
}

/// One partition number of all the topics that the accumulator reads and writes by symbol.
class partition_check {
 public:
  partition_check(ports::event_log& log, std::uint32_t number, const domain::hedging_policy& policy)
      : policy_{policy},
        updates_{log, {topic::position_updates, number}},
        inputs_{{{log, {topic::onchain_trades, number}},
                 {log, {topic::schwab_executions, number}},
                 {log, {topic::control_events, number}}}} {}

  /// The offsets are read first: what is below them is covered by the updates that are read later.
  result run(ports::event_log& log, position_check& out, const progress& tell) {
    std::array<std::int64_t, 3> booked{};
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto offset = log.committed(accumulator_group, inputs_[i].source());
      if (!offset)
        return unexpected("cannot read the offsets of " + std::string{accumulator_group} + ": " +
                          offset.error().detail);
      booked[i] = offset->value_or(0);
    }
    for (std::uint64_t seen = 1;; ++seen) {
      auto r = updates_.next();
      if (!r) return unexpected(std::move(r.error()));
      if (!*r) break;
      ++out.records;
      if (tell && seen % 1000 == 0) tell(records() + out.records);
      if (!(*r)->value) continue;
      if (auto done = take(**r, out); !done) return done;
    }
    if (auto done = rest(booked); !done) return done;
    out.records += records();
    out.symbols += symbols_.size();
    for (auto& [name, s] : symbols_)
      if (s.difference) out.differences.push_back(*s.difference);
    return {};
  }

 private:
  [[nodiscard]] std::uint64_t records() const {
    std::uint64_t sum = 0;
    for (const auto& i : inputs_) sum += i.records();
    return sum;
  }

  void differ(checked& s, const std::string& name, topic_partition p, std::int64_t offset, std::string what) const {
    if (!s.difference) s.difference = position_difference{name, to_string(p, offset), std::move(what)};
  }

  /// What an input does to a state.
  [[nodiscard]] std::optional<cause> apply(const position_update& state, const input& in, timestamp now) const {
    if (const auto* trade = std::get_if<enveloped<onchain_trade>>(&in.event))
      return cause{trade->meta, domain::apply_trade(state, trade->data, policy_, now, trade->meta.event_id)};
    if (const auto* step = std::get_if<enveloped<schwab_execution>>(&in.event))
      return cause{step->meta, domain::apply_execution(state, step->data, policy_, now, step->meta.event_id)};
    if (const auto* control = std::get_if<enveloped<control_event>>(&in.event)) {
      if (control->data.action == control_action::halt)
        return cause{control->meta, domain::freeze(state, control->meta.event_id)};
      if (control->data.action == control_action::resume)
        return cause{control->meta, domain::resume(state, policy_, now, control->meta.event_id)};
    }
    return std::nullopt;
  }

  /// Whether an input that caused no update was right not to.
  [[nodiscard]] bool changes_nothing(const checked& s, const input& in, timestamp now) const {
    const auto done = apply(s.state, in, now);
    if (!done || !done->decided || !done->decided->changed) return true;
    // A person's decision is in no sum; its update may be among those that compaction took.
    const auto* control = std::get_if<enveloped<control_event>>(&in.event);
    if (control != nullptr && s.known_since && control->meta.recorded_at <= *s.known_since) return true;
    // The step may have found the symbol frozen; a person has resumed it since.
    const auto* step = std::get_if<enveloped<schwab_execution>>(&in.event);
    return step != nullptr && step->data.state == execution_state::held &&
           done->decided->after.hedged == s.state.hedged;
  }

  /// Takes the inputs before place `until`; they must change nothing.
  void skip(checked& s, const std::string& name, symbol_inputs& from, std::size_t until, timestamp now) {
    auto& waiting = from.of(name);
    for (; until > 0; --until) {
      const auto& in = waiting.front();
      if (!changes_nothing(s, in, now))
        differ(s, name, from.source(), in.offset, "was not booked: no position update names " + in.event_id());
      waiting.pop_front();
    }
  }

  [[nodiscard]] result take(const record& r, position_check& out) {
    const std::string& name = r.key;
    auto& s = symbols_[name];
    if (s.difference) return {};
    const auto logged = codec::decode<position_update>(*r.value);
    if (!logged) {
      differ(s, name, r.from, r.offset, "cannot be read: " + logged.error().detail);
      return {};
    }
    if (!s.begun) s.state = domain::empty_position(logged->data.symbol);
    auto found = find_cause(s, name, *logged);
    if (!found) return unexpected(std::move(found.error()));
    if (equals(s, *found, *logged, *r.value)) {
      use(s, name, *found, logged->meta.recorded_at);
      ++out.updates;
    } else if (!s.begun && !is_first(*found, logged->data)) {
      auto wrong = sums_disagree(name, logged->data);
      if (!wrong) return unexpected(std::move(wrong.error()));
      if (!wrong->empty()) differ(s, name, r.from, r.offset, *wrong);
      s.known_since = logged->meta.recorded_at;
      ++out.after_compaction;
    } else {
      differ(s, name, r.from, r.offset,
             found->done
                 ? different_fields(with_place_of_decision(found->done->decided->after, *logged), logged->data)
                 : "its cause is not in the log, or does not change the position: " + logged->meta.causation_id);
    }
    s.begun = true;
    s.state = logged->data;
    return {};
  }

  /// What an update says it was caused by.
  struct found_cause {
    /// Nothing: there is no such input, or the position does not accept it.
    std::optional<cause> done;
    /// Where it waits; nothing for a timer.
    symbol_inputs* from = nullptr;
    std::size_t place = 0;
  };

  [[nodiscard]] expected<found_cause, std::string> find_cause(const checked& s, const std::string& name,
                                                              const enveloped<position_update>& logged) {
    const std::string& id = logged.meta.causation_id;
    const timestamp now = logged.meta.recorded_at;
    found_cause out;
    if (id.starts_with("timer:")) {
      cause timer{{id, now, now, id, {}, {}}, domain::apply_timer(s.state, policy_, now)};
      if (timer.decided->changed) out.done = std::move(timer);
      return out;
    }
    auto& from = inputs_[id.starts_with("trade:") ? 0 : id.starts_with("control:") ? 2 : 1];
    const auto place = from.find(name, [&](const input& in) { return in.event_id() == id; });
    if (!place) return unexpected(place.error());
    if (!*place) return out;
    out.from = &from;
    out.place = **place;
    out.done = apply(s.state, from.of(name)[out.place], now);
    if (out.done && !out.done->decided) out.done.reset();
    return out;
  }

  [[nodiscard]] bool equals(const checked& s, const found_cause& found, const enveloped<position_update>& logged,
                            std::string_view bytes) const {
    const auto agrees = [&](const envelope& meta, const position_update& after) {
      if (!is_decision(logged)) return bytes == codec::encode(meta, after);
      return bytes == codec::encode(meta, with_place_of_decision(after, logged));
    };
    if (found.done) return agrees(envelope_after(*found.done, logged.meta), found.done->decided->after);
    if (!is_decision(logged)) return false;
    // In a log of an older version control-events may be compacted: what a person decided can only be one of these.
    const auto& id = logged.meta.causation_id;
    return agrees(logged.meta, domain::freeze(s.state, id).after) ||
           agrees(logged.meta, domain::resume(s.state, policy_, logged.meta.recorded_at, id).after);
  }

  /// Takes the cause, and what waited before it.
  void use(checked& s, const std::string& name, const found_cause& found, timestamp now) {
    if (found.from == nullptr) return;
    skip(s, name, *found.from, found.place, now);
    found.from->of(name).pop_front();
  }

  /// No update can have been there before this one, so compaction is no excuse.
  [[nodiscard]] bool is_first(const found_cause& found, const position_update& logged) const {
    return found.from == &inputs_[0] && found.place == 0 && !logged.frozen;
  }

  [[nodiscard]] static envelope envelope_after(const cause& c, const envelope& logged) {
    return {"position:" + c.meta.event_id, c.meta.occurred_at, logged.recorded_at,
            c.meta.correlation_id,         c.meta.event_id,    c.meta.traceparent};
  }

  /// Compares an update after a gap with the sums of all trades and executions. Returns an empty text, or the
  /// difference.
  [[nodiscard]] expected<std::string, std::string> sums_disagree(const std::string& name,
                                                                 const position_update& logged) {
    domain::position_facts facts;
    const auto trades = inputs_[0].find(name, [&](const input& in) {
      const auto* e = std::get_if<enveloped<onchain_trade>>(&in.event);
      if (e != nullptr && e->data.sequence > logged.last_trade_sequence) return true;
      if (e != nullptr) facts.add(e->data);
      return facts.last_trade_sequence() == logged.last_trade_sequence;
    });
    if (!trades) return unexpected(trades.error());
    if (facts.last_trade_sequence() != logged.last_trade_sequence || facts.onchain() != logged.onchain)
      return "onchain is " + logged.onchain.to_string() + " after trade " + std::to_string(logged.last_trade_sequence) +
             ", the trades sum up to " + facts.onchain().to_string();
    if (logged.hedged.is_zero()) return std::string{};
    // It is not known which executions the update had seen: at some place the sum must be the same.
    const auto executions = inputs_[1].find(name, [&](const input& in) {
      if (const auto* e = std::get_if<enveloped<schwab_execution>>(&in.event)) facts.add(e->data);
      return facts.hedged() == logged.hedged;
    });
    if (!executions) return unexpected(executions.error());
    if (!*executions)
      return "hedged is " + logged.hedged.to_string() + ", which the executions never sum up to; in the end it is " +
             facts.hedged().to_string();
    return std::string{};
  }

  /// What is left over below the accumulator's offsets must change nothing.
  [[nodiscard]] result rest(const std::array<std::int64_t, 3>& booked) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      auto& from = inputs_[i];
      if (auto done = from.fetch_all(); !done) return done;
      for (const auto& name : from.names()) {
        const auto symbol_name = symbol::parse(name);
        // `global` and other scopes are not for positions.
        if (!symbol_name) continue;
        auto& s = symbols_[name];
        if (s.difference) continue;
        if (!s.begun) s.state = domain::empty_position(*symbol_name);
        std::size_t count = 0;
        for (const auto& in : from.of(name)) count += in.offset < booked[i] ? 1U : 0U;
        // Time is of no account to whether something is booked.
        skip(s, name, from, count, {});
      }
    }
    return {};
  }

  const domain::hedging_policy& policy_;
  partition_reader updates_;
  std::array<symbol_inputs, 3> inputs_;
  std::map<std::string, checked> symbols_;
};

}  // namespace

expected<position_check, std::string> check_positions(ports::event_log& log, const domain::hedging_policy& policy,
                                                      progress tell) {
  position_check out;
  for (std::uint32_t p = 0; p < log.partitions(topic::position_updates); ++p) {
    partition_check one{log, p, policy};
    if (auto done = one.run(log, out, tell); !done) return unexpected(std::move(done.error()));
  }
  return out;
}

}  // namespace hedgerow::replay
