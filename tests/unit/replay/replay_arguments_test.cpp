#include "runtime/cli/replay_command.hpp"

#include <gtest/gtest.h>

namespace hedgerow::cli {
namespace {

TEST(ReplayArguments, AMomentIsATimeOrSoLongAgo) {
  const timestamp now{1'735'914'600'000'000};
  EXPECT_EQ(parse_moment("2025-01-03T14:30:00Z", {}), now);
  EXPECT_EQ(parse_moment("2025-01-03T09:30:00-05:00", {}), now);
  EXPECT_EQ(parse_moment("90s ago", now), now - std::chrono::seconds{90});
  EXPECT_EQ(parse_moment("15m ago", now), now - std::chrono::minutes{15});
  EXPECT_EQ(parse_moment("2hago", now), now - std::chrono::hours{2});
  EXPECT_EQ(parse_moment("3d ago", now), now - std::chrono::days{3});
  for (const char* wrong :
       {"", "yesterday", "15m", "15 ago", "-1m ago", "15x ago", "m ago", "99999999999d ago", "1m ago!"})
    EXPECT_EQ(parse_moment(wrong, now), std::nullopt) << wrong;
}

TEST(ReplayArguments, AnOffsetNamesTopicAndPartition) {
  const auto limit = parse_offset_limit("position-updates/3=120");
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->from, (topic_partition{topic::position_updates, 3}));
  EXPECT_EQ(limit->next, 120);
  for (const char* wrong :
       {"", "position-updates", "position-updates/1", "position-updates=1", "nothing/1=1", "position-updates/x=1",
        "position-updates/1=", "position-updates/1=-1", "position-updates/1=1x"})
    EXPECT_FALSE(parse_offset_limit(wrong)) << wrong;
}

}  // namespace
}  // namespace hedgerow::cli
