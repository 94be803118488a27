#include "actors/domain/cluster/member_record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace hedgerow::domain {
namespace {

using records = std::vector<member_record>;

/// A record as one of a few nodes may have it: facts are fixed by the run, known in part, or not yet.
member_record any_record() {
  const auto number = *rc::gen::inRange<std::uint64_t>(0, 5);
  member_record r{"n" + std::to_string(number % 3),
                  100 + number,
                  "10.0.0." + std::to_string(number),
                  7000,
                  "0.1.0",
                  1,
                  {},
                  0,
                  0,
                  false};
  if (*rc::gen::arbitrary<bool>()) r.sets = {"api", "execution"};
  if (*rc::gen::arbitrary<bool>()) r.api_port = 8080;
  if (*rc::gen::arbitrary<bool>()) r.admin_port = 8081;
  r.left = *rc::gen::inRange(0, 4) == 0;
  return r;
}

records any_list() { return *rc::gen::container<records>(rc::gen::exec(any_record)); }

TEST(MemberRecord, MergingIsCommutativeAssociativeAndIdempotent) {
  EXPECT_TRUE(rc::check("gossip needs no order", [] {
    const auto a = any_list();
    const auto b = any_list();
    const auto c = any_list();
    const auto ab = merge_records(a, b);
    RC_ASSERT(ab == merge_records(b, a));
    RC_ASSERT(merge_records(ab, c) == merge_records(a, merge_records(b, c)));
    RC_ASSERT(merge_records(ab, b) == ab);
    RC_ASSERT(merge_records(ab, ab) == ab);
  }));
}

TEST(MemberRecord, MergingForgetsNothingAndOneGoodbyeIsEnough) {
  EXPECT_TRUE(rc::check("nothing is forgotten", [] {
    const auto a = any_list();
    const auto all = merge_records(a, any_list());
    for (const auto& r : a) {
      const auto same = [&](const member_record& x) { return x.name == r.name && x.incarnation == r.incarnation; };
      RC_ASSERT(std::count_if(all.begin(), all.end(), same) == 1);
      RC_ASSERT(!r.left || std::find_if(all.begin(), all.end(), same)->left);
    }
  }));
}

TEST(MemberRecord, VersionsGoTogetherWhenProtocolAndMajorAreTheSame) {
  const member_record own{"a", 1, "h", 1, "1.2.3", 4, {}, 0, 0, false};
  EXPECT_EQ(version_refusal(own, 4, "1.9.0"), "");
  EXPECT_NE(version_refusal(own, 5, "1.2.3"), "");
  const auto why = version_refusal(own, 4, "2.0.0");
  for (const char* part : {"2.0.0", "1.2.3", "node a", "same major version"})
    EXPECT_NE(why.find(part), std::string::npos) << why;
}

TEST(MemberRecord, WhoRunsExecutionOrPollersCallsTheBrokerAndWhoHasNotSaidSoMay) {
  member_record r;
  EXPECT_TRUE(calls_broker(r, {"execution", "poller"}));
  r.sets = {"api", "ingestion"};
  EXPECT_FALSE(calls_broker(r, {"execution", "poller"}));
  r.sets = {"api", "poller"};
  EXPECT_TRUE(calls_broker(r, {"execution", "poller"}));
}

}  // namespace
}  // namespace hedgerow::domain
