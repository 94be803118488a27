// The parts of the kit that know no actor.
#include "actors/entity/entity.hpp"

#include <gtest/gtest.h>

#include "actors/entity/dispatch.hpp"
#include "actors/entity/effects.hpp"
#include "actors/entity/outbox.hpp"
#include "actors/entity/timer.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::entity {
namespace {

using namespace std::chrono_literals;

constexpr timestamp now{1'735'914'600'000'000};
const envelope cause{"trade:1", now - 2s, now - 1s, "fill 1", "log:1", "00-trace"};
const control_event halt{"AAPL", control_action::halt, "", "test", "me"};

record record_of(topic t, std::optional<std::string> value, const std::string& key = "AAPL:1") {
  record r;
  r.from = {t, 2};
  r.offset = 7;
  r.key = key;
  if (value) r.value = payload{std::move(*value)};
  return r;
}

TEST(Outbox, TheEnvelopeNamesTheCauseAndTheTimeOfWriting) {
  outbox out{"books", now};
  out.append({topic::control_events, 2}, "AAPL", "mine:1", halt, caused_by(cause));
  out.append({topic::control_events, 2}, "AAPL", "mine:2", halt, {now, "order 1"});
  const auto step = out.finish(true);
  ASSERT_EQ(step->records.size(), 2U);
  EXPECT_EQ(step->records[0].to, (topic_partition{topic::control_events, 2}));
  EXPECT_EQ(step->records[0].key, "AAPL");
  const envelope follows{"mine:1", cause.occurred_at, now, "fill 1", "trade:1", "00-trace"};
  EXPECT_EQ(*step->records[0].value, codec::encode(follows, halt));
  const envelope begins{"mine:2", now, now, "order 1", {}, {}};
  EXPECT_EQ(*step->records[1].value, codec::encode(begins, halt));
  envelope given_up = cause;
  EXPECT_EQ(out.encoded("mine:1", halt, caused_by(std::move(given_up))), codec::encode(follows, halt));
}

TEST(Outbox, KeepsTheOrderAndMayBeUsedAgain) {
  outbox out{"books", now};
  EXPECT_TRUE(out.empty());
  out.tombstone({topic::poller_changelog, 1}, "AAPL:1");
  out.append({{topic::control_events, 0}, "AAPL", "bytes"});
  EXPECT_FALSE(out.empty());
  const auto first = out.finish(false);
  ASSERT_EQ(first->records.size(), 2U);
  EXPECT_FALSE(first->records[0].value);
  EXPECT_EQ(first->records[1].value, "bytes");
  EXPECT_FALSE(first->idle);
  EXPECT_EQ(first->ticket, 0U);
  EXPECT_TRUE(out.empty());
  out.set_now(now + 1s);
  out.append({topic::control_events, 0}, "AAPL", "mine:1", halt, {now, {}});
  const auto second = out.finish(true);
  ASSERT_EQ(second->records.size(), 1U);
  EXPECT_EQ(codec::decode<control_event>(*second->records[0].value)->meta.recorded_at, now + 1s);
  EXPECT_TRUE(second->idle);
}

TEST(Outbox, ADeadLetterKeepsTheRecordAndItsAlarmDoesNotFlood) {
  test::heard_notices notices;
  entity::dead_letter_alarms lately;
  outbox out{"books", now};
  const auto broken = record_of(topic::onchain_trades, "nonsense");
  for (int i = 0; i < 3; ++i)
    out.dead_letter(broken, "undecodable", "not JSON", {lately, &notices, "not_booked", "AAPL", "do something"});
  out.dead_letter(broken, "unknown_execution", "of nobody");
  out.dead_letter("frame:1", "text", "malformed_frame", "no hash");
  const auto step = out.finish(true);
  ASSERT_EQ(step->records.size(), 5U);
  const auto letter = codec::decode<dead_letter>(*step->records[0].value);
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->data.value, "nonsense");
  EXPECT_EQ(letter->data.reason, "undecodable");
  EXPECT_EQ(letter->meta.recorded_at, now);
  EXPECT_EQ(codec::decode<dead_letter>(*step->records[4].value)->data.key, "frame:1");
  EXPECT_EQ(notices.count("ALARM not_booked AAPL"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("onchain-trades AAPL:1: undecodable: not JSON; do something")) << notices.all();
}

TEST(Outbox, EffectsRunOnceInOrderWhenTheirStepIsDurable) {
  effects waiting;
  std::string ran;
  outbox out{"books", now};
  out.after_commit([&] { ran += "a"; });
  EXPECT_FALSE(out.empty());
  out.after_commit([&] { ran += waiting.empty() ? "b" : "?"; });
  const auto first = out.finish(waiting, true, false);
  EXPECT_NE(first->ticket, 0U);
  EXPECT_FALSE(first->idle) << "it waits for its effects";
  EXPECT_TRUE(first->unfinished);
  out.after_commit([&] { ran += "c"; });
  const auto second = out.finish(waiting, true, false);
  EXPECT_NE(second->ticket, first->ticket);
  waiting.committed(second->ticket + 1);
  EXPECT_EQ(ran, "");
  waiting.committed(second->ticket);
  EXPECT_EQ(ran, "c");
  waiting.committed(first->ticket);
  waiting.committed(first->ticket);
  EXPECT_EQ(ran, "cab");
  const auto last = out.finish(waiting, true, false);
  EXPECT_EQ(last->ticket, 0U);
  EXPECT_TRUE(last->idle);
  EXPECT_FALSE(last->unfinished);
  EXPECT_TRUE(out.finish(waiting, false, true)->unfinished) << "a call is under way";
}

TEST(Timer, SleepsAtMostAMinuteAndNeverWakesTooEarly) {
  timer t;
  EXPECT_FALSE(t.set(std::nullopt, now));
  EXPECT_FALSE(t.set(timestamp{}, now)) << "zero is no time";
  EXPECT_FALSE(t.rings(0)) << "it was never set";
  const auto soon = t.set(now + microseconds{1'500}, now);
  ASSERT_TRUE(soon);
  EXPECT_EQ(soon->after, 3ms) << "rounded up, and one for the other clock";
  const auto late = t.set(now - 1h, now);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->after, 1ms);
  const auto far = t.set(now + 24h, now);
  ASSERT_TRUE(far);
  EXPECT_EQ(far->after, timer::longest_sleep + 1ms);
}

TEST(Timer, OneMessageIsOnItsWayAndStaleOnesDoNotRing) {
  timer t;
  const auto first = t.set(now + 10s, now);
  ASSERT_TRUE(first);
  EXPECT_FALSE(t.set(now + 10s, now + 1s)) << "it is set for that";
  EXPECT_FALSE(t.set(std::nullopt, now));
  EXPECT_FALSE(t.set(timestamp{}, now)) << "zero is no time, and changes nothing";
  const auto second = t.set(now + 5s, now);
  ASSERT_TRUE(second);
  EXPECT_FALSE(t.rings(first->round));
  EXPECT_TRUE(t.rings(second->round));
  EXPECT_FALSE(t.rings(second->round)) << "it is no longer set";
  EXPECT_TRUE(t.set(now + 5s, now + 1s)) << "after a minute's sleep it is set again for the same time";
}

std::string dispatched(const record& r) {
  std::string seen;
  dispatch(
      r, [&](std::string_view reason, const std::string& detail) { seen = std::string{reason} + ": " + detail; },
      on<control_event>(topic::control_events, [&](auto& e) { seen = "control " + e.data.scope; }),
      on<schwab_command>(topic::schwab_commands, [&](auto& e) { seen = "command " + e.meta.event_id; }));
  return seen;
}

TEST(Dispatch, ARecordGoesToTheReaderOfItsTopicOrIsBuried) {
  const auto control = codec::encode(cause, halt);
  EXPECT_EQ(dispatched(record_of(topic::control_events, control)), "control AAPL");
  const schwab_command command{{*symbol::parse("AAPL"), 1}, side::buy, 1, {}};
  EXPECT_EQ(dispatched(record_of(topic::schwab_commands, codec::encode(cause, command))), "command trade:1");
  EXPECT_EQ(dispatched(record_of(topic::schwab_commands, control)).find("undecodable: "), 0U) << "of another type";
  EXPECT_EQ(dispatched(record_of(topic::control_events, "{")).find("undecodable: "), 0U);
  EXPECT_EQ(dispatched(record_of(topic::onchain_trades, control)), "undecodable: an unexpected topic");
  EXPECT_EQ(dispatched(record_of(topic::control_events, std::nullopt)), "");
}

TEST(Entity, StartsFromItsNewestStateAndNotFromOneThatItCannotRead) {
  bridges::entity_seed seed{"AAPL", 0, {{"AAPL", codec::encode(cause, halt)}, {"broken", "{"}}, {}};
  const auto newest = restore<control_event>(seed, "AAPL");
  ASSERT_TRUE(newest && *newest);
  EXPECT_EQ((*newest)->data.scope, "AAPL");
  EXPECT_FALSE(seed.changelog.contains("AAPL")) << "it is not held twice";
  const auto none = restore<control_event>(seed, "NVDA");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  const auto broken = restore<control_event>(seed, "broken");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().find("changelog of broken: "), 0U) << broken.error();
}

TEST(Entity, WakesByItselfWhenItHasWorkOrCannotBeRead) {
  const auto wakes =
      has_own_work_if<control_event>([](const control_event& e) { return e.action == control_action::halt; });
  EXPECT_FALSE(wakes({}));
  EXPECT_TRUE(wakes({{"AAPL", codec::encode(cause, halt)}}));
  auto resume = halt;
  resume.action = control_action::resume;
  EXPECT_FALSE(wakes({{"AAPL", codec::encode(cause, resume)}}));
  EXPECT_TRUE(wakes({{"AAPL", "{"}}));
}

TEST(Entity, ARecordsSymbolIsInItsKey) {
  EXPECT_EQ(symbol_of(record_of(topic::onchain_trades, {}, "AAPL:0x1:2")), "AAPL");
  EXPECT_EQ(symbol_of(record_of(topic::onchain_trades, {}, "AAPL")), std::nullopt);
  EXPECT_EQ(symbol_of(record_of(topic::control_events, {}, "AAPL")), "AAPL");
  EXPECT_EQ(symbol_of(record_of(topic::control_events, {}, "global")), std::nullopt);
}

}  // namespace
}  // namespace hedgerow::entity
