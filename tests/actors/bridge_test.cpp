#include <gtest/gtest.h>

#include <utility>

#include "actors/bridges/bridge_actor.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "messages/codec/codec.hpp"
#include "messages/codec/event_codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::bridges {
namespace {

using namespace protocol;

static_assert(ports::largest_record <= codec::max_record, "what a log takes can be read back");

/// Counts its records: appends `{key}={count}` to position-updates (its changelog) for each of them. A record "crash"
/// makes it throw, "hang" keeps its answer back, "effect" makes it ask for a ticket and emit "{key}!" once the ticket is committed; "huge" makes it
/// append a record that no log takes, "huge effect" makes it emit one, with "{key}!" beside it; "end" deletes its changelog.
struct counter_state {
  std::uint64_t count = 0;
  std::string key;
  std::uint32_t partition = 0;
  bool huge_effect = false;
  emitter_actor bridge;
  std::vector<caf::typed_response_promise<step_ptr>> kept_back;
};

outgoing huge(topic_partition to, const std::string& key) {
  return {to, key, std::string(ports::largest_record, '9')};
}

entity_actor::behavior_type counter(entity_actor::stateful_pointer<counter_state> self, entity_seed seed) {
  auto& state = self->state;
  state.key = seed.key;
  state.partition = seed.partition;
  state.bridge = seed.bridge;
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end()) state.count = std::stoull(it->second);
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error, "crash"); });
  return {
      [=](handle_atom, const slice_ptr& part) -> caf::result<step_ptr> {
        if (part->records.front().value == "hang")
          return self->state.kept_back.emplace_back(self->make_response_promise<step_ptr>());
        auto answer = std::make_shared<step>();
        for (const auto& r : part->records) {
          if (r.value == "crash") throw std::runtime_error{"crash"};
          if (r.value == "effect" || r.value == "huge effect") answer->ticket = r.offset + 1;
          self->state.huge_effect = r.value == "huge effect";
          if (r.value == "huge")
            answer->records.push_back(huge({topic::schwab_commands, self->state.partition}, self->state.key));
          if (r.value == "end") {
            self->state.count = 0;
            answer->records.push_back({{topic::position_updates, self->state.partition}, self->state.key, std::nullopt});
            continue;
          }
          ++self->state.count;
          answer->records.push_back({{topic::position_updates, self->state.partition}, self->state.key,
                                     std::to_string(self->state.count)});
        }
        return step_ptr{answer};
      },
      [=](committed_atom, std::uint64_t) {
        auto own = std::make_shared<step>();
        own->records.push_back({{topic::schwab_executions, self->state.partition}, self->state.key, "!"});
        if (std::exchange(self->state.huge_effect, false)) {
          own->records.push_back(huge({topic::position_updates, self->state.partition}, self->state.key));
          own->ticket = 1;
        }
        self->send(self->state.bridge, emit_atom::value, step_ptr{own});
      },
      [=](status_atom) { return actor_status{self->state.key, "entity", "running", 0, 0, {}, {}, {}}; },
  };
}

class notice_list final : public ports::notices {
 public:
  void raise(ports::notice_level, std::string_view, std::string_view code, std::string_view about,
             std::string_view text) override {
    codes.emplace_back(code);
    texts.push_back(std::string{about} + " " + std::string{text});
  }
  std::vector<std::string> codes;
  std::vector<std::string> texts;
};

class BridgeTest : public test::actor_fixture {
 public:
  service counting() {
    service s;
    s.name = "counting";
    s.inputs = {topic::onchain_trades};
    s.changelog = topic::position_updates;
    s.route = [](const record& r) -> std::optional<std::string> {
      if (r.key == "nobody") return std::nullopt;
      return r.key;
    };
    s.spawn = [](caf::actor_system& sys, entity_seed seed) { return sys.spawn(counter, std::move(seed)); };
    return s;
  }

  protocol::bridge_actor start(bridge_config config = {}) {
    return own(system.spawn(bridge_actor, std::shared_ptr<ports::event_log>{log}, counting(), config, &clock));
  }

  void append(const std::string& key, const std::string& value) {
    auto writer = log->join({"test-writer", "w", {}});
    ASSERT_TRUE(writer);
    (*writer)->commit({{{{topic::onchain_trades, partition_of_symbol(key, 4)}, key, value}}, {}},
                      [](auto outcome) { EXPECT_TRUE(outcome); });
  }

  std::vector<std::string> values(topic t, const std::string& key) {
    std::vector<std::string> found;
    for (std::uint32_t p = 0; p < log->partitions(t); ++p) {
      const auto records = log->read({t, p}, 0, 1'000'000);
      for (const auto& r : *records)
        if (r.key == key && r.value) found.push_back(r.value->str());
    }
    return found;
  }

  std::vector<dead_letter> letters() {
    std::vector<dead_letter> all;
    const auto records = log->read({topic::dead_letters, 0}, 0, 1000);
    for (const auto& r : *records) all.push_back(codec::decode<dead_letter>(*r.value)->data);
    return all;
  }

  /// Lets the pauses before the second and the third try of a record pass.
  void try_again() {
    advance(bridge_config{}.entity_backoff);
    advance(2 * bridge_config{}.entity_backoff);
  }

  std::uint64_t fact(const protocol::bridge_actor& of, const std::string& name) {
    for (const auto& [key, value] : ask<actor_status>(of, status_atom::value).detail)
      if (key == name) return std::stoull(value);
    ADD_FAILURE() << "no " << name;
    return 0;
  }

  std::int64_t lag() {
    std::int64_t sum = 0;
    for (std::uint32_t p = 0; p < 4; ++p)
      sum += *log->end_offset({topic::onchain_trades, p}) -
             log->committed("counting", {topic::onchain_trades, p})->value_or(0);
    return sum;
  }

  test::fake_clock clock;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
};

using strings = std::vector<std::string>;

TEST_F(BridgeTest, EachEntityGetsItsRecordsInOrderAndOffsetsMoveWithTheOutput) {
  for (int i = 0; i < 3; ++i) {
    append("AAPL", "x");
    append("TSLA", "x");
  }
  start();
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2", "3"}));
  EXPECT_EQ(values(topic::position_updates, "TSLA"), (strings{"1", "2", "3"}));
  EXPECT_EQ(lag(), 0);
}

TEST_F(BridgeTest, RestartContinuesFromTheChangelog) {
  auto first = start();
  append("AAPL", "x");
  append("AAPL", "x");
  run();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  run();
  append("AAPL", "x");
  start();
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2", "3"}));
}

TEST_F(BridgeTest, EffectsRunAfterTheCommitAndWhatTheyEmitIsAppended) {
  start();
  append("AAPL", "effect");
  run();
  EXPECT_EQ(values(topic::schwab_executions, "AAPL"), strings{"!"});
}

TEST_F(BridgeTest, ARecordThatKillsItsEntityBecomesADeadLetterAndTheRestGoesOn) {
  append("AAPL", "x");
  append("AAPL", "crash");
  append("AAPL", "x");
  append("TSLA", "x");
  auto b = start();
  run();
  try_again();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
  EXPECT_EQ(values(topic::position_updates, "TSLA"), strings{"1"});
  EXPECT_EQ(lag(), 0);
  const auto letters = log->read({topic::dead_letters, 0}, 0, 10);
  ASSERT_EQ(letters->size(), 1U);
  const auto letter = codec::decode<dead_letter>(*letters->front().value);
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->data.reason, "entity_failed");
  EXPECT_EQ(letter->data.attempts, 3U);
  EXPECT_EQ(letter->data.value, "crash");
  const auto status = ask<actor_status>(b, status_atom::value);
  EXPECT_EQ(status.restarts, 4U);  // once for the slice, three times alone
}

TEST_F(BridgeTest, ARecordThatFailsAloneIsTriedAgainAfterPausesThatDouble) {
  append("AAPL", "crash");
  auto b = start();
  run();
  const auto tries = [&] { return ask<actor_status>(b, status_atom::value).restarts - 1; };
  const auto almost = std::chrono::milliseconds{1};
  EXPECT_EQ(tries(), 1U) << "beside the try of the whole slice";
  advance(bridge_config{}.entity_backoff - almost);
  EXPECT_EQ(tries(), 1U);
  advance(almost);
  EXPECT_EQ(tries(), 2U);
  advance(2 * bridge_config{}.entity_backoff - almost);
  EXPECT_EQ(tries(), 2U);
  EXPECT_TRUE(letters().empty());
  advance(almost);
  EXPECT_EQ(tries(), 3U);
  EXPECT_EQ(letters().size(), 1U);
}

TEST_F(BridgeTest, ADrainDoesNotWaitForTheNextTryOfARecord) {
  append("AAPL", "crash");
  auto b = start();
  run();
  ask<ok_atom>(b, drain_atom::value);
  EXPECT_TRUE(letters().empty());
  EXPECT_EQ(lag(), 1) << "the next start takes it again";
}

TEST_F(BridgeTest, OneThatDoesNotAnswerIsStartedAgainWithANoticeLikeOneThatDied) {
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  config.max_attempts = 1;
  append("AAPL", "hang");
  start(config);
  run();
  EXPECT_TRUE(notices.codes.empty());
  advance(config.handle_timeout);
  EXPECT_EQ(notices.codes, strings{"entity_died"});
  EXPECT_EQ(notices.texts, strings{"AAPL did not answer within bridge.handle_timeout (30000 ms)"});
  advance(config.handle_timeout);
  append("AAPL", "crash");
  run();
  EXPECT_EQ(notices.codes, (strings(4, "entity_died"))) << "twice each: in its slice and alone";
}

TEST_F(BridgeTest, ARecordWhoseOutputNoLogTakesBecomesADeadLetterAndTheRestGoesOn) {
  append("AAPL", "x");
  append("AAPL", "huge");
  append("AAPL", "effect");
  append("TSLA", "x");
  auto b = start();
  run();
  // What came of the huge one is gone as a whole: its count, too.
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
  EXPECT_EQ(values(topic::schwab_executions, "AAPL"), strings{"!"});
  EXPECT_EQ(values(topic::position_updates, "TSLA"), strings{"1"});
  EXPECT_TRUE(values(topic::schwab_commands, "AAPL").empty());
  EXPECT_EQ(lag(), 0);
  const auto found = letters();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reason, "record_too_large");
  EXPECT_EQ(found[0].origin_topic, "onchain-trades");
  EXPECT_EQ(found[0].origin_offset, 1);
  EXPECT_EQ(found[0].key, "AAPL");
  EXPECT_EQ(found[0].value, "huge");
  EXPECT_NE(found[0].detail.find("schwab-commands"), std::string::npos) << found[0].detail;
  EXPECT_EQ(ask<actor_status>(b, status_atom::value).state, "running");
}

TEST_F(BridgeTest, AStepOfAnEntityThatNoLogTakesIsRefusedAsAWholeAndTold) {
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  auto b = start(config);
  append("AAPL", "huge effect");
  append("TSLA", "x");
  run();
  EXPECT_EQ(values(topic::schwab_executions, "AAPL"), strings{});
  EXPECT_EQ(notices.codes, strings{"record_too_large"});
  const auto found = letters();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reason, "record_too_large");
  EXPECT_EQ(found[0].origin_offset, -1);
  // It begins again from what is durable as soon as there is something for it.
  append("AAPL", "x");
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
  EXPECT_EQ(values(topic::position_updates, "TSLA"), strings{"1"});
  EXPECT_EQ(lag(), 0);
  EXPECT_EQ(ask<actor_status>(b, status_atom::value).state, "running");
}

TEST_F(BridgeTest, AnEntityThatHasSomethingToDoByItselfGoesOnAfterItsLastRecordWasGivenUp) {
  auto busy = counting();
  busy.wakes_by_itself = [](const auto& changelog) { return !changelog.empty(); };
  for (const std::string fatal : {"crash", "huge"}) {
    log = adapters::make_memory_log(clock, 4);
    append("AAPL", "x");
    append("AAPL", fatal);
    auto b = own(system.spawn(bridge_actor, std::shared_ptr<ports::event_log>{log}, busy, bridge_config{}, &clock));
    run();
    try_again();
    EXPECT_EQ(letters().size(), 1U);
    EXPECT_EQ(ask<actor_status>(b, status_atom::value).children.size(), 1U) << fatal;
  }
}

TEST_F(BridgeTest, ADeadLetterFitsWhateverItTellsOf) {
  const std::string long_text(ports::largest_record, '\x01');
  const record failed{{topic::onchain_trades, 1}, 7, {}, long_text, long_text};
  for (const auto& letter : {make_dead_letter("service", failed, "reason", long_text, 1, clock.now()),
                             make_dead_letter("service", "key", long_text, "reason", long_text, clock.now())}) {
    EXPECT_LT(ports::size_of(letter), ports::largest_record / 4);
    EXPECT_TRUE(codec::decode<dead_letter>(*letter.value));
  }
}

TEST_F(BridgeTest, RecordsForNobodyMoveTheOffsetOnceThereAreEnough) {
  bridge_config config;
  config.batch_max = 5;
  start(config);
  for (int i = 0; i < 7; ++i) append("nobody", "x");
  run();
  EXPECT_LT(lag(), 5);
}

TEST_F(BridgeTest, IdleEntitiesArePassivatedAndComeBackWithTheirState) {
  bridge_config config;
  config.passivate_after = std::chrono::milliseconds{1000};
  auto b = start(config);
  append("AAPL", "x");
  run();
  clock.advance(std::chrono::seconds{2});
  advance(std::chrono::milliseconds{600});
  auto status = ask<actor_status>(b, status_atom::value);
  EXPECT_TRUE(status.children.empty());
  append("AAPL", "x");
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
}

TEST_F(BridgeTest, AnEntityThatHasEndedIsForgotten) {
  auto b = start();
  for (int i = 0; i < 50; ++i) {
    append("ORDER" + std::to_string(i), "x");
    append("ORDER" + std::to_string(i), "end");
  }
  append("AAPL", "x");
  run();
  EXPECT_EQ(fact(b, "entities"), 51U);
  clock.advance(std::chrono::minutes{1});
  advance(std::chrono::minutes{1});
  EXPECT_EQ(fact(b, "entities"), 1U);
  EXPECT_EQ(fact(b, "entities_live"), 1U);
  append("ORDER1", "x");
  run();
  EXPECT_EQ(values(topic::position_updates, "ORDER1"), (strings{"1", "1"}));
}

TEST_F(BridgeTest, PartitionsMoveBetweenNodesWithoutLossOrRepetition) {
  const std::vector<std::string> symbols{"AAPL", "TSLA", "NVDA", "MSFT", "AMZN", "META"};
  for (unsigned seed = 1; seed <= 30; ++seed) {
    order.seed(seed);
    log = adapters::make_memory_log(clock, 4);
    std::map<std::string, protocol::bridge_actor> nodes;
    std::map<std::string, std::size_t> appended;
    bridge_config config;
    config.batch_max = 3;
    for (int i = 0; i < 60; ++i) {
      const auto& symbol = symbols[order() % symbols.size()];
      append(symbol, order() % 4 == 0 ? "effect" : "x");
      ++appended[symbol];
      config.instance = std::string(1, static_cast<char>('a' + order() % 3));
      if (auto& node = nodes[config.instance]; !node && order() % 4 == 0)
        node = start(config);
      else if (node && order() % 6 == 0)
        caf::anon_send_exit(std::exchange(node, nullptr), caf::exit_reason::kill);
      if (order() % 3 == 0) run();
    }
    config.instance = "last";
    start(config);
    run();
    EXPECT_EQ(lag(), 0) << "seed " << seed;
    for (const auto& symbol : symbols) {
      strings counted;
      for (std::size_t n = 1; n <= appended[symbol]; ++n) counted.push_back(std::to_string(n));
      EXPECT_EQ(values(topic::position_updates, symbol), counted) << "seed " << seed;
    }
    for (auto& [name, node] : nodes)
      if (node) caf::anon_send_exit(node, caf::exit_reason::kill);
    run();
  }
}

TEST_F(BridgeTest, WhatItCountsGoesOnWhenItIsStartedAgain) {
  bridge_config config;
  const auto registry = std::make_shared<telemetry::metric_registry>();
  config.metrics = registry;
  const auto number = [&](const std::string& name, test::series_labels more = {}) {
    more.emplace("service", "counting");
    const auto page = test::read_prometheus(registry->text());
    EXPECT_TRUE(page) << page.error();
    return page ? page->number("hedgerow_bridge_" + name, more) : -1;
  };
  append("AAPL", "x");
  append("AAPL", "crash");
  append("TSLA", "x");
  start(config);
  run();
  try_again();
  EXPECT_EQ(number("records_in_total"), 3);
  EXPECT_EQ(number("records_out_total"), 3) << "two counts and a dead letter";
  EXPECT_EQ(number("dead_letters_total"), 1);
  EXPECT_EQ(number("entity_restarts_total"), 4);
  EXPECT_EQ(number("entities"), 2);
  EXPECT_EQ(number("entities_live"), 1) << "the one that crashed last waits for its next record";
  EXPECT_EQ(number("partitions"), 4);
  EXPECT_EQ(number("commits_in_flight"), 0);
  const auto commits = number("commits_total");
  EXPECT_GE(commits, 1);
  // A second member of its name throws it out.
  { ASSERT_TRUE(log->join({"counting", config.instance, {topic::onchain_trades}})); }
  run();
  EXPECT_EQ(number("failures_total", {{"reason", "replaced"}}), 1);
  for (const char* other : {"lost_partition", "timed_out", "io", "closed", "other"})
    EXPECT_EQ(number("failures_total", {{"reason", other}}), 0) << other;
  start(config);
  append("AAPL", "x");
  run();
  EXPECT_EQ(number("records_in_total"), 4);
  EXPECT_GT(number("commits_total"), commits);
  EXPECT_EQ(number("entities_live"), 1);
}

TEST_F(BridgeTest, DrainAnswersWhenEverythingIsCommitted) {
  auto b = start();
  append("AAPL", "x");
  ask<ok_atom>(b, drain_atom::value);
  append("AAPL", "x");
  run();
  EXPECT_LE(values(topic::position_updates, "AAPL").size(), 1U);
  start();
  run();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), (strings{"1", "2"}));
}

}  // namespace
}  // namespace hedgerow::bridges
