#include "actors/bridges/dead_letters.hpp"
#include "bridge_fixture.hpp"

namespace hedgerow::bridges {
namespace {

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
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  auto b = start(config);
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
  EXPECT_EQ(notices.codes, (strings{"entity_died", "entity_died", "entity_died", "entity_died", "record_given_up"}));
  const auto place = "onchain-trades/" + std::to_string(letter->data.origin_partition) + " offset 1, key AAPL";
  EXPECT_NE(notices.texts.back().find("AAPL " + place + ": entity_failed: "), std::string::npos)
      << notices.texts.back();
  EXPECT_NE(notices.texts.back().find("lost for AAPL"), std::string::npos) << notices.texts.back();
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
  EXPECT_EQ(notices.codes, (strings{"entity_died", "entity_died", "record_given_up", "entity_died", "entity_died"}))
      << "twice each, in its slice and alone; the second dead letter follows too soon for an alarm of its own";
}

TEST_F(BridgeTest, ARecordWhoseOutputNoLogTakesBecomesADeadLetterAndTheRestGoesOn) {
  notice_list notices;
  bridge_config config;
  config.notices = &notices;
  append("AAPL", "x");
  append("AAPL", "huge");
  append("AAPL", "effect");
  append("TSLA", "x");
  auto b = start(config);
  run();
  // The whole output of the huge record is gone, its count included.
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
  EXPECT_EQ(notices.codes, strings{"record_given_up"}) << "what the record says is lost for AAPL";
  EXPECT_EQ(ask<actor_status>(b, status_atom::value).state, run_state::running);
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
  EXPECT_EQ(ask<actor_status>(b, status_atom::value).state, run_state::running);
}

TEST_F(BridgeTest, WhatAnEntityAnswersAfterAStepThatWasRefusedIsNotWritten) {
  append("AAPL", "x");
  append("AAPL", "huge before");
  append("TSLA", "x");
  auto b = start();
  run();
  try_again();
  EXPECT_EQ(values(topic::position_updates, "AAPL"), strings{"1"}) << "its state rests on what was refused";
  EXPECT_EQ(letters().back().value, "huge before");
  EXPECT_EQ(values(topic::position_updates, "TSLA"), strings{"1"});
  EXPECT_EQ(lag(), 0);
  EXPECT_EQ(ask<actor_status>(b, status_atom::value).state, run_state::running);
}

TEST_F(BridgeTest, AnEntityThatHasSomethingToDoByItselfGoesOnAfterItsLastRecordWasGivenUp) {
  auto busy = counting();
  busy.has_own_work = [](const auto& changelog) { return !changelog.empty(); };
  for (const std::string fatal : {"crash", "huge"}) {
    log = adapters::make_memory_log(clock, 4);
    append("AAPL", "x");
    append("AAPL", fatal);
    auto b = own(protocol::spawn_class<bridge>(system, log, busy, bridge_config{}, &clock));
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

}  // namespace
}  // namespace hedgerow::bridges
