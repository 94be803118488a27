// The bytes of schema 1 do not change, old records stay readable, and damaged ones are refused without harm.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "event_types.hpp"
#include "samples.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow {
namespace {

std::string golden_path(std::string_view type) {
  return test::source_folder() + "/tests/data/golden/v1/" + std::string{type} + ".json";
}

std::string load_golden(std::string_view type) {
  std::ifstream file{golden_path(type), std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class Event>
class GoldenTest : public ::testing::Test {};
TYPED_TEST_SUITE(GoldenTest, test::event_types);

TYPED_TEST(GoldenTest, BytesDoNotChange) {
  const std::string type{codec::type_name<TypeParam>()};
  const std::string bytes = codec::encode(test::sample_meta(), test::sample<TypeParam>());
  // Only for a new type of event: an existing file is a promise.
  const bool wanted = std::getenv("HEDGEROW_NEW_GOLDEN") != nullptr;  // allow: a person writes new files on purpose
  if (wanted && load_golden(type).empty()) std::ofstream{golden_path(type), std::ios::binary} << bytes;
  EXPECT_EQ(bytes, load_golden(type));
}

TYPED_TEST(GoldenTest, DecodesToTheSample) {
  const auto decoded = codec::decode<TypeParam>(load_golden(codec::type_name<TypeParam>()));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->meta, test::sample_meta());
  EXPECT_EQ(decoded->data, test::sample<TypeParam>());
}

TYPED_TEST(GoldenTest, UnknownFieldsAreIgnored) {
  std::string bytes = load_golden(codec::type_name<TypeParam>());
  bytes.insert(bytes.size() - 2, R"(,"added_later":{"x":[1,{}]})");
  bytes.insert(bytes.size() - 1, R"(,"also":null)");
  const auto decoded = codec::decode<TypeParam>(bytes);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->data, test::sample<TypeParam>());
}

/// Any bytes give a value or an error, and a value survives a round trip.
template <class Event>
void expect_harmless(const std::string& bytes) {
  expected<enveloped<Event>, codec::decode_error> decoded;
  EXPECT_NO_THROW(decoded = codec::decode<Event>(bytes));
  if (!decoded) {
    EXPECT_FALSE(decoded.error().detail.empty());
    return;
  }
  const auto again = codec::decode<Event>(codec::encode(decoded->meta, decoded->data));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(*again, *decoded);
}

TYPED_TEST(GoldenTest, MutatedBytesAreHarmless) {
  const std::string original = load_golden(codec::type_name<TypeParam>());
  ASSERT_FALSE(original.empty());
  std::mt19937_64 random{20250103};
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = original;
    for (auto changes = 1 + random() % 4; changes-- > 0 && !bytes.empty();) {
      const auto at = random() % bytes.size();
      switch (random() % 5) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes[at] = "{}[]\",:0-9eE.\\nul"[random() % 17]; break;
        case 2: bytes.erase(at, random() % 20); break;
        case 3: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40)); break;
        default: bytes.resize(at); break;
      }
    }
    expect_harmless<TypeParam>(bytes);
  }
}

TYPED_TEST(GoldenTest, EveryTruncationIsAnError) {
  const std::string original = load_golden(codec::type_name<TypeParam>());
  for (std::size_t length = 0; length < original.size(); ++length)
    EXPECT_FALSE(codec::decode<TypeParam>(std::string_view{original}.substr(0, length))) << length;
}

}  // namespace
}  // namespace hedgerow
