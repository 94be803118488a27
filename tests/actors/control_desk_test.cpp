// Decisions of people in the log: one after the other, each answered once, even when the writer fails.
#include "runtime/api/control_desk.hpp"

#include "messages/faults/fault_plan.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/unsteady_log.hpp"

namespace hedgerow::api {
namespace {

using namespace protocol;

class ControlDesk : public test::actor_fixture {
 public:
  ControlDesk() {
    auto behind = std::make_shared<test::unsteady_log>(log, weather);
    desk = own(spawn_class<control_desk>(system, control_desk_ports{behind, "node-a", &clock, &heard}));
  }

  std::size_t written() {
    std::size_t count = 0;
    for (std::uint32_t p = 0; p < log->partitions(topic::control_events); ++p)
      count += log->read({topic::control_events, p}, 0, 100)->size();
    return count;
  }

  auto decide(const std::string& symbol) {
    auto pending = self->request(desk, std::chrono::seconds{10}, decide_atom::value,
                                 control_request{symbol, "halt", "", "looks wrong", "ann"});
    run();
    return pending;
  }

  template <class Pending>
  control_answer end(Pending& pending) {
    control_answer got;
    pending.receive([&](control_answer& answer) { got = std::move(answer); },
                    [&](const caf::error& why) { ADD_FAILURE() << system.render(why); });
    return got;
  }

  test::fake_clock clock;
  test::heard_notices heard;
  std::shared_ptr<adapters::memory_log_faults> faults = std::make_shared<adapters::memory_log_faults>();
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4, faults);
  std::shared_ptr<test::unsteady_log::weather> weather = std::make_shared<test::unsteady_log::weather>();
  control_desk_actor desk;
};

TEST_F(ControlDesk, ADecisionThatTheLogNeverAnsweredHoldsTheNextOneBack) {
  auto first = decide("AAPL");
  auto second = decide("MSFT");
  ASSERT_EQ(weather->waiting.size(), 1U);
  weather->let_one_through();
  run();
  EXPECT_EQ(end(first).outcome, control_outcome::recorded);
  ASSERT_EQ(weather->waiting.size(), 1U);
  weather->let_one_through();
  run();
  EXPECT_EQ(end(second).outcome, control_outcome::recorded);
  EXPECT_EQ(written(), 2U);
}

TEST_F(ControlDesk, AFailureIsTriedOnceMoreWithAFreshWriter) {
  auto pending = decide("AAPL");
  faults->fail_next_commit({ports::log_errc::fenced, "the transactional id has expired"});
  weather->let_one_through();
  run();
  ASSERT_EQ(weather->waiting.size(), 1U) << "the dead member was asked again, or nobody was";
  weather->let_one_through();
  run();
  EXPECT_EQ(end(pending).outcome, control_outcome::recorded);
  EXPECT_EQ(written(), 1U);
  EXPECT_EQ(heard.count("control_retried"), 1U);
}

TEST_F(ControlDesk, ASecondFailureIsAnAlarmAndEndsOnlyThisDecision) {
  auto first = decide("AAPL");
  auto second = decide("MSFT");
  for (int times = 0; times < 2; ++times) {
    faults->fail_next_commit({ports::log_errc::timed_out, "no answer"});
    weather->let_one_through();
    run();
  }
  const auto refused = end(first);
  EXPECT_EQ(refused.outcome, control_outcome::not_written);
  EXPECT_EQ(refused.why.find("it is not known whether the log took it: no answer"), 0U) << refused.why;
  EXPECT_TRUE(heard.has("ALARM control_not_written halt AAPL no answer")) << heard.all();
  weather->let_one_through();
  run();
  EXPECT_EQ(end(second).outcome, control_outcome::recorded);
}

TEST_F(ControlDesk, ADecisionThatTheLogRefusedTwiceIsToldAsNotTaken) {
  auto pending = decide("AAPL");
  for (int times = 0; times < 2; ++times) {
    faults->fail_next_commit({ports::log_errc::io, "the disk is full"});
    weather->let_one_through();
    run();
  }
  const auto told = end(pending);
  EXPECT_EQ(told.why.find("the log did not take it: the disk is full"), 0U) << told.why;
  EXPECT_EQ(written(), 0U);
}

TEST_F(ControlDesk, ADecisionWhoseAnswerWasLostIsTriedAgainAndTheSecondFailureIsTold) {
  const faults::armed_plan armed{
      faults::parse_fault_plan({"control.commit.before:fail@2", "control.commit.after:fail@1"}).value()};
  auto pending = decide("AAPL");
  weather->let_one_through();
  run();
  const auto told = end(pending);
  EXPECT_EQ(told.outcome, control_outcome::not_written);
  EXPECT_EQ(told.why.find("it is not known whether"), 0U) << told.why;
  EXPECT_EQ(written(), 1U);
  EXPECT_TRUE(heard.has("ALARM control_not_written halt AAPL injected by faults.plan")) << heard.all();
}

TEST_F(ControlDesk, AnUnusableRequestIsAnsweredWithoutTheLog) {
  const auto answer = ask<control_answer>(desk, decide_atom::value, control_request{"AAPL", "halt", "", "", "ann"});
  EXPECT_EQ(answer.outcome, control_outcome::invalid);
  EXPECT_TRUE(weather->waiting.empty());
}

}  // namespace
}  // namespace hedgerow::api
