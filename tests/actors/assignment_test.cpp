// What a bridge has and what it does when that changes, without a log: against a model of what is loaded.
#include "actors/bridges/assignment.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace hedgerow::bridges {
namespace {

using kind = assignment::change::kind;
using sources = std::vector<topic_partition>;

constexpr topic_partition trades(std::uint32_t p) { return {topic::onchain_trades, p}; }
constexpr topic_partition controls(std::uint32_t p) { return {topic::control_events, p}; }

ports::log_batch news(sources revoked, sources assigned, bool moving = false) {
  return {moving, std::move(revoked), std::move(assigned), {}};
}

/// The changes in words, all carried out.
std::string carry_out_all(assignment& a) {
  std::string out;
  for (; const auto* change = a.pending(); a.carried_out())
    out += (change->what == kind::lost ? "-" : "+") + std::to_string(change->source.partition) +
           (change->home ? " " : "(no home) ");
  return out;
}

TEST(Assignment, WhatIsTakenAwayComesBeforeWhatIsGiven) {
  assignment a{{topic::onchain_trades, topic::control_events}};
  a.told(news({}, {trades(1), controls(1)}));
  EXPECT_TRUE(a.owned().empty()) << "nothing is loaded yet";
  EXPECT_EQ(carry_out_all(a), "+1 +1(no home) ");
  a.told(news({trades(1)}, {trades(2)}));
  EXPECT_EQ(a.owned(), std::set{controls(1)}) << "its new owner may be at work";
  EXPECT_EQ(carry_out_all(a), "-1 +2 ");
  EXPECT_EQ(a.owned(), (std::set{trades(2), controls(1)}));
}

TEST(Assignment, NothingComesAfterAChangeThatWasNotCarriedOut) {
  assignment a{{topic::onchain_trades}};
  a.told(news({}, {trades(0), trades(1), trades(2)}));
  a.carried_out();
  ASSERT_NE(a.pending(), nullptr);
  EXPECT_EQ(a.pending()->source, trades(1)) << "where the bridge failed";
  EXPECT_EQ(a.owned(), std::set{trades(0)});
}

TEST(Assignment, APartitionThatIsGivenOnceMoreIsLoadedAnew) {
  assignment a{{topic::onchain_trades}};
  a.told(news({}, {trades(0)}));
  EXPECT_EQ(carry_out_all(a), "+0 ");
  a.told(news({}, {trades(0)}));
  EXPECT_TRUE(a.owned().empty());
  EXPECT_EQ(carry_out_all(a), "-0 +0 ");
  EXPECT_EQ(a.owned(), std::set{trades(0)});
}

TEST(Assignment, MovesAsLongAsTheLastPollSaidSo) {
  assignment a{{}};
  EXPECT_FALSE(a.moving());
  a.told(news({}, {}, true));
  EXPECT_TRUE(a.moving());
  a.told(news({}, {}));
  EXPECT_FALSE(a.moving());
}

/// A bridge that carries changes out at any time, and forgets or loads as they say.
class model {
 public:
  explicit model(unsigned seed) : random_{seed} {}

  void step() {
    if (random_() % 3 == 0)
      hear();
    else if (const auto* change = assignment_.pending())
      carry_out(*change);
    check();
  }

  void end() {
    while (const auto* change = assignment_.pending()) carry_out(*change);
    check();
    EXPECT_EQ(assignment_.owned(), given_);
    EXPECT_EQ(loaded_, given_) << "whatever is there was loaded, and nothing else";
  }

 private:
  void hear() {
    sources revoked;
    sources assigned;
    for (std::uint32_t p = 0; p < 4; ++p) {
      if (given_.contains(trades(p)) && random_() % 3 == 0) {
        revoked.push_back(trades(p));
        given_.erase(trades(p));
      }
      // Also what was taken away just now, and, rarely, what it has.
      if ((!given_.contains(trades(p)) && random_() % 3 == 0) || random_() % 20 == 0) {
        assigned.push_back(trades(p));
        given_.insert(trades(p));
      }
    }
    assignment_.told(news(revoked, assigned));
  }

  void carry_out(const assignment::change& change) {
    EXPECT_TRUE(change.home);
    if (change.what == kind::lost) {
      EXPECT_EQ(loaded_.erase(change.source), 1U) << "dropped once, and only what is there";
    } else {
      EXPECT_TRUE(loaded_.insert(change.source).second) << "loaded once: what was there has been dropped";
    }
    assignment_.carried_out();
  }

  void check() {
    for (const auto& source : assignment_.owned()) {
      EXPECT_TRUE(given_.contains(source)) << "another one may own it";
      EXPECT_TRUE(loaded_.contains(source)) << "its entities would lack their state";
    }
  }

  std::mt19937 random_;
  assignment assignment_{{topic::onchain_trades}};
  std::set<topic_partition> given_;
  std::set<topic_partition> loaded_;
};

TEST(Assignment, WhateverIsToldWhatIsOwnedIsGivenAndLoaded) {
  for (unsigned seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    model m{seed};
    for (int i = 0; i < 60; ++i) m.step();
    m.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace hedgerow::bridges
