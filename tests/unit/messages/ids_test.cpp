#include "messages/types/ids.hpp"

#include <gtest/gtest.h>

#include "messages/types/time.hpp"

namespace hedgerow {
namespace {

TEST(Ids, ExecutionIdRoundTrips) {
  const auto id = execution_id::parse("BRK/B:18446744073709551615");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->symbol.str(), "BRK/B");
  EXPECT_EQ(id->to_string(), "BRK/B:18446744073709551615");
  for (const char* bad : {"", "AAPL", "AAPL:", ":1", "AAPL:-1", "AAPL:1x", "aapl:1", "AAPL:18446744073709551616"})
    EXPECT_FALSE(execution_id::parse(bad)) << bad;
}

TEST(Ids, OrderIdIsOpaqueAndSafeInAPath) {
  EXPECT_TRUE(order_id::parse("1004055538123"));
  EXPECT_TRUE(order_id::parse("61e69015-8549-4bfd-b9c3-01e75843f47d"));
  for (const char* bad : {"", "1.0", "a/b", "..", "a b", "a%2f", "a?b"}) EXPECT_FALSE(order_id::parse(bad)) << bad;
  EXPECT_FALSE(order_id::parse(std::string(65, 'a')));
}

TEST(Ids, HexIsLowerCaseAndExact) {
  EXPECT_EQ(address::parse("0x1234567890ABCDEF1234567890abcdef12345678")->to_string(),
            "0x1234567890abcdef1234567890abcdef12345678");
  for (const char* bad : {"", "0x", "1234567890abcdef1234567890abcdef12345678",
                          "0x1234567890abcdef1234567890abcdef1234567", "0x1234567890abcdef1234567890abcdef1234567g"})
    EXPECT_FALSE(address::parse(bad)) << bad;
  EXPECT_TRUE(parse_hex("0x"));
  EXPECT_FALSE(parse_hex("0x1"));
}

TEST(Ids, HexOfEveryByteAndLengthRoundTrips) {
  bytes all;
  for (unsigned value = 0; value < 256; ++value) all.push_back(static_cast<unsigned char>(value));
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const bytes some = all.substr(all.size() - length);
    const std::string text = to_hex(some);
    ASSERT_EQ(text.size(), 2 + 2 * length);
    EXPECT_EQ(parse_hex(text), some);
  }
  EXPECT_EQ(to_hex(bytes{0x00, 0x09, 0x9a, 0xaf, 0xf0, 0x5c, 0xde, 0x12, 0x34}), "0x00099aaff05cde1234");
}

TEST(Ids, HexRefusesEveryOtherCharacterInEveryPlace) {
  const std::string_view digits = "0123456789abcdefABCDEF";
  for (const std::size_t length : {2U, 16U, 18U, 48U})
    for (std::size_t place = 2; place < 2 + length; ++place)
      for (int c = 0; c < 256; ++c) {
        std::string text = "0x" + std::string(length, 'F');
        text[place] = static_cast<char>(c);
        EXPECT_EQ(parse_hex(text).has_value(), digits.find(static_cast<char>(c)) != std::string_view::npos) << c;
      }
}

TEST(Time, AcceptsTheBrokersSpellings) {
  const auto expected = parse_time("2025-08-29T17:15:18Z");
  ASSERT_TRUE(expected);
  for (const char* same : {"2025-08-29T17:15:18+0000", "2025-08-29T17:15:18+00:00", "2025-08-29T13:15:18-04:00",
                           "2025-08-29T17:15:18.000Z", "2025-08-29T17:15:18.000000+0000"})
    EXPECT_EQ(parse_time(same), expected) << same;
  EXPECT_EQ(to_iso_millis(*expected), "2025-08-29T17:15:18.000Z");
  EXPECT_EQ(to_rfc3339(*parse_time("2025-08-29T17:15:18.123456Z")), "2025-08-29T17:15:18.123456Z");
  for (const char* bad : {"", "2025-08-29", "2025-13-29T17:15:18Z", "2025-02-30T17:15:18Z", "2025-08-29T17:15:18",
                          "2025-08-29T17:15:18.Z", "2025-08-29T25:15:18Z", "2025-08-29T17:15:18+0"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

}  // namespace
}  // namespace hedgerow
