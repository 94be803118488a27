#include "actors/domain/cluster/member_list.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;

member_record node(const std::string& name, std::uint64_t incarnation = 100) {
  return {name, incarnation, name + ".host", 7000, "0.1.0", cluster_protocol, {"execution"}, 0, 0, false};
}

class MemberListTest : public ::testing::Test {
 public:
  member_state state_of(const std::string& name) {
    for (const auto& m : list.others())
      if (m.info.name == name) return m.state;
    return member_state::left;
  }
  bool knows(const std::string& name) {
    const auto all = list.others();
    return std::any_of(all.begin(), all.end(), [&](const auto& m) { return m.info.name == name; });
  }
  /// Time passes in the steps of a node that is awake.
  void wait(std::chrono::milliseconds by) {
    for (const auto end = now + by; now < end; now += 500ms) list.observe(now);
    list.observe(now);
  }

  member_list list{node("me", 50), {{500ms, 2s, 60s}, {"execution"}}};
  std::chrono::nanoseconds now = 1h;
};

TEST_F(MemberListTest, ASilentMemberIsUnreachableThenRemovedAndComesBackWhenItTalks) {
  list.join(node("a"), now);
  EXPECT_EQ(state_of("a"), member_state::reachable);
  wait(1500ms);
  EXPECT_EQ(state_of("a"), member_state::reachable);
  wait(500ms);
  EXPECT_EQ(state_of("a"), member_state::unreachable);
  EXPECT_TRUE(list.heard("a", 100, now));
  EXPECT_EQ(state_of("a"), member_state::reachable);
  wait(60s);
  EXPECT_FALSE(knows("a"));
  EXPECT_FALSE(list.heard("a", 100, now)) << "it has to come in again";
  list.join(node("a"), now);
  EXPECT_EQ(state_of("a"), member_state::reachable);
}

TEST_F(MemberListTest, ANodeThatStoodStillDoesNotBlameTheOthers) {
  list.join(node("a"), now);
  list.observe(now);
  now += 10min;
  list.observe(now);
  EXPECT_EQ(state_of("a"), member_state::reachable);
  wait(2s);
  EXPECT_EQ(state_of("a"), member_state::unreachable);
}

TEST_F(MemberListTest, ALostConnectionIsUnreachableAtOnceAndARestartTakesTheName) {
  list.join(node("a"), now);
  list.lost("a", 100);
  EXPECT_EQ(state_of("a"), member_state::unreachable);
  EXPECT_EQ(list.admit(node("a", 200)), admission::welcome);
  list.join(node("a", 200), now);
  ASSERT_EQ(list.others().size(), 1U);
  EXPECT_EQ(list.others()[0].info.incarnation, 200U);
}

TEST_F(MemberListTest, OfTwoRunsAtWorkTheLaterOneHasToGo) {
  list.join(node("a", 100), now);
  EXPECT_EQ(list.admit(node("a", 200)), admission::name_taken);
  EXPECT_EQ(list.admit(node("a", 99)), admission::evicts);
  EXPECT_EQ(list.admit(node("a", 100)), admission::welcome);
  EXPECT_EQ(list.admit(node("me", 60)), admission::name_taken);
  EXPECT_EQ(list.admit(node("me", 40)), admission::evicts);
  EXPECT_EQ(list.admit(node("me", 50)), admission::own_run);
}

TEST_F(MemberListTest, AnotherVersionIsNotLetIn) {
  auto other = node("a");
  other.protocol = cluster_protocol + 1;
  EXPECT_EQ(list.admit(other), admission::other_version);
  other = node("a");
  other.version = "7.0.0";
  EXPECT_EQ(list.admit(other), admission::other_version);
}

TEST_F(MemberListTest, WhoSaidGoodbyeIsGoneAtOnceAndIsNotHeardOfAgain) {
  list.join(node("a"), now);
  list.leave("a", 100, now);
  EXPECT_FALSE(knows("a"));
  list.merge({node("a")}, now);
  EXPECT_FALSE(list.heard("a", 100, now));
  EXPECT_FALSE(knows("a"));
  const auto gossip = list.gossip();
  EXPECT_TRUE(std::any_of(gossip.begin(), gossip.end(), [](const auto& r) { return r.name == "a" && r.left; }));
  list.join(node("a", 200), now);
  EXPECT_EQ(state_of("a"), member_state::reachable);
}

TEST_F(MemberListTest, GossipMakesKnownButOnlySpeakingMakesReachable) {
  list.merge({node("a"), node("me", 7)}, now);
  EXPECT_EQ(state_of("a"), member_state::joining);
  EXPECT_FALSE(knows("me"));
  EXPECT_EQ(list.gossip().size(), 1U) << "what is only heard of is not passed on";
  EXPECT_TRUE(list.heard("a", 100, now));
  EXPECT_EQ(list.gossip().size(), 2U);
}

TEST_F(MemberListTest, ASilentMemberThatSomebodyElseHearsStaysAMember) {
  list.join(node("a"), now);
  for (int i = 0; i < 20; ++i) {
    wait(5s);
    list.merge({node("a")}, now);
  }
  EXPECT_EQ(state_of("a"), member_state::unreachable);
  wait(60s);
  EXPECT_FALSE(knows("a"));
}

TEST_F(MemberListTest, ASilentMemberCountsAsACallerUntilItIsRemoved) {
  list.join(node("a"), now);
  auto reader = node("b");
  reader.sets = {"api"};
  list.join(reader, now);
  EXPECT_EQ(list.broker_callers(), 2U);
  wait(59s);
  EXPECT_EQ(list.broker_callers(), 2U);
  wait(2s);
  EXPECT_EQ(list.broker_callers(), 1U);
}

TEST_F(MemberListTest, TellsEachChangeOnce) {
  list.join(node("a"), now);
  auto changes = list.take_changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].state, member_state::reachable);
  list.heard("a", 100, now);
  EXPECT_TRUE(list.take_changes().empty());
  wait(61s);
  changes = list.take_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].state, member_state::unreachable);
  EXPECT_TRUE(changes[1].removed);
}

TEST(MemberListProperty, WhateverIsSaidNoNameIsHeldTwiceAndTheListIsBounded) {
  EXPECT_TRUE(rc::check("one run holds a name", [] {
    member_list list{node("me", 3), {{500ms, 2s, 60s}, {"execution"}}};
    std::chrono::nanoseconds now = 1h;
    const auto steps = *rc::gen::inRange(1, 300);
    for (int i = 0; i < steps; ++i) {
      const auto who = node(*rc::gen::element<std::string>("a", "b", "me"), *rc::gen::inRange<std::uint64_t>(1, 6));
      switch (*rc::gen::inRange(0, 6)) {
        case 0:
          if (list.admit(who) == admission::welcome || list.admit(who) == admission::evicts) list.join(who, now);
          break;
        case 1: list.merge({who}, now); break;
        case 2: list.lost(who.name, who.incarnation); break;
        case 3: list.leave(who.name, who.incarnation, now); break;
        case 4:
          if (list.admit(who) == admission::welcome) list.heard(who.name, who.incarnation, now);
          break;
        default: now += *rc::gen::inRange(0, 3'000) * 1ms; list.observe(now);
      }
      std::map<std::string, int> holders;
      for (const auto& m : list.others()) {
        RC_ASSERT(m.info.name != "me");
        if (m.state == member_state::reachable) RC_ASSERT(++holders[m.info.name] == 1);
      }
      RC_ASSERT(list.others().size() <= 10U);
      RC_ASSERT(list.broker_callers() >= 1U);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
