#include "runtime/adapters/memory_log/core/batch.hpp"

#include <gtest/gtest.h>

namespace hedgerow::adapters {
namespace {

/// Bytes that differ from place to place.
std::string some_bytes(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text.push_back(static_cast<char>(i * 37 + i / 256));
  return text;
}

// Checksums stand in files: these values may never change.
TEST(Checksum, IsWhatStoredFilesHave) {
  EXPECT_EQ(checksum(""), 0xf99edb893f7928abULL);
  EXPECT_EQ(checksum("a"), 0x84361dfedf5aaf47ULL);
  EXPECT_EQ(checksum(some_bytes(8)), 0x2713f1253a23ba46ULL);
  EXPECT_EQ(checksum(some_bytes(31)), 0x75fa27ac8d7b3343ULL);
  EXPECT_EQ(checksum(some_bytes(32)), 0x603b8765dcd4eb30ULL);
  EXPECT_EQ(checksum(some_bytes(1000)), 0xae7690fad9509479ULL);
}

TEST(Checksum, NoticesEveryFlippedBit) {
  const std::string whole = some_bytes(77);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(checksum(damaged), checksum(whole)) << bit;
  }
}

}  // namespace
}  // namespace hedgerow::adapters
