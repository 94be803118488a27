// Records as an attacker or a broken producer would write them.
#include <gtest/gtest.h>

#include <rapidjson/document.h>

#include "samples.hpp"

namespace hedgerow {
namespace {

using codec::decode_errc;

std::string command_bytes() { return codec::encode(test::sample_meta(), test::sample<schwab_command>()); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_error(const std::string& bytes, decode_errc code, std::string_view detail) {
  const auto decoded = codec::decode<schwab_command>(bytes);
  ASSERT_FALSE(decoded) << bytes.substr(0, 200);
  EXPECT_EQ(decoded.error().code, code) << decoded.error().detail;
  EXPECT_NE(decoded.error().detail.find(detail), std::string::npos) << decoded.error().detail;
}

TEST(Hostile, WhatIsNotARecord) {
  expect_error("", decode_errc::not_json, "empty");
  expect_error("[]", decode_errc::not_json, "not a JSON object");
  expect_error("{\"type\":", decode_errc::not_json, "byte");
  expect_error(command_bytes() + "x", decode_errc::not_json, "byte");
  expect_error(command_bytes() + std::string("\0{}", 3), decode_errc::not_json, "NUL");
  expect_error(std::string((4U << 20U) + 1, ' '), decode_errc::not_json, "too long");
}

TEST(Hostile, DeepNestingIsRefusedOrIgnoredWithoutUsingTheStack) {
  constexpr std::size_t depth = 1'000'000;
  expect_error(std::string(depth, '['), decode_errc::not_json, "byte");
  const std::string deep = "\"data\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"data\":";
  expect_error(replaced(command_bytes(), "\"data\":", deep), decode_errc::bad_field, "data");
}

TEST(Hostile, NumbersOutOfRange) {
  const std::string bytes = command_bytes();
  for (const char* number : {"-1", "1.5", "1e3", "9007199254740993", "18446744073709551616", "null", "\"5\"", "{}"})
    expect_error(replaced(bytes, "4294967295,", std::string{number} + ","), decode_errc::bad_field, "quantity");
  expect_error(replaced(bytes, "4294967295,", "1e999999,"), decode_errc::not_json, "byte");
  expect_error(replaced(bytes, "4294967295,", std::string(100'000, '9') + ","), decode_errc::not_json, "byte");
}

TEST(Hostile, FieldsAreNamed) {
  const std::string bytes = command_bytes();
  expect_error(replaced(bytes, "\"side\"", "\"edis\""), decode_errc::missing_field, "side: missing");
  expect_error(replaced(bytes, "SELL", "HOLD"), decode_errc::bad_field, "side");
  expect_error(replaced(bytes, "AAPL:", "aapl:"), decode_errc::bad_field, "execution");
  expect_error(replaced(bytes, "4294967295.25", "4294967295.1234567890123456789"), decode_errc::bad_field, "exposure");
  expect_error(replaced(bytes, "4294967295.25", std::string(90, '9')), decode_errc::bad_field, "exposure");
  expect_error(replaced(bytes, "\"type\":\"schwab_command\"", "\"type\":\"onchain_trade\""), decode_errc::wrong_type,
               "type");
  expect_error(replaced(bytes, "\"schema\":1", "\"schema\":2"), decode_errc::unknown_schema, "schema");
  expect_error(replaced(bytes, "\"schema\":1", "\"schema\":0"), decode_errc::unknown_schema, "schema");
  const std::string whole = codec::encode(test::sample_meta(), test::sample<onchain_trade>());
  const auto trade = codec::decode<onchain_trade>(replaced(whole, "\"tx_hash\":\"0x3", "\"tx_hash\":\"0x"));
  ASSERT_FALSE(trade);
  EXPECT_EQ(trade.error().detail, "ref.tx_hash: not 32 bytes of hex");
}

TEST(Hostile, DuplicatesOfAFieldAreAnErrorWhereverTheyStand) {
  const std::string bytes = command_bytes();
  expect_error(replaced(bytes, "\"side\":", "\"side\":\"BUY\",\"side\":"), decode_errc::bad_field, "side");
  expect_error(replaced(bytes, "\"exposure\":", "\"side\":\"BUY\",\"exposure\":"), decode_errc::bad_field, "side");
  expect_error(replaced(bytes, "\"data\":", "\"data\":{},\"data\":"), decode_errc::bad_field, "data");
  expect_error(replaced(bytes, "\"id\":", "\"schema\":1,\"id\":"), decode_errc::bad_field, "schema");
}

TEST(Hostile, OrderOfFieldsDoesNotMatter) {
  const auto decoded = codec::decode<control_event>(
      R"({"data":{"by":"a","reason":"r","argument":"","action":"halt","scope":"global"},"traceparent":"",)"
      R"("causation_id":"","correlation_id":"","recorded_at":2,"occurred_at":1,"id":"x","schema":1,)"
      R"("type":"control_event"})");
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->data, (control_event{"global", control_action::halt, "", "r", "a"}));
  EXPECT_EQ(decoded->meta.recorded_at, timestamp{2});
}

TEST(Hostile, TextThatIsNotUtf8IsReplacedOnTheWayOutAndRefusedOnTheWayIn) {
  dead_letter letter = test::sample<dead_letter>();
  letter.value.clear();
  for (int c = 0; c < 256; ++c) letter.value.push_back(static_cast<char>(c));
  letter.value += "\xED\xA0\x80 \xC0\x80 \xF4\x90\x80\x80 \xE2\x82 ok \xE2\x82\xAC \xF0\x9F\x8C\xBF";
  const std::string bytes = codec::encode(test::sample_meta(), letter);
  rapidjson::Document parsed;
  parsed.Parse<rapidjson::kParseValidateEncodingFlag>(bytes.data(), bytes.size());
  EXPECT_FALSE(parsed.HasParseError());
  const auto decoded = codec::decode<dead_letter>(bytes);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->data.value.substr(0, 128), letter.value.substr(0, 128));
  EXPECT_TRUE(decoded->data.value.ends_with(" ok \xE2\x82\xAC \xF0\x9F\x8C\xBF"));
  EXPECT_EQ(codec::encode(decoded->meta, decoded->data), bytes);

  for (const char* bad : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF5\x80\x80\x80"}) {
    const auto refused = codec::decode<dead_letter>(replaced(bytes, "bad_json", bad));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail, "reason: not UTF-8");
  }
  for (const char* half : {R"(\ud83c)", R"(\udf3f)", R"(\udf3f\ud83c)"})
    EXPECT_FALSE(codec::decode<dead_letter>(replaced(bytes, "bad_json", half))) << half;
}

TEST(Hostile, LargeRecordsRoundTrip) {
  dead_letter letter = test::sample<dead_letter>();
  letter.value.assign(64 * 1024, '\x01');
  const auto decoded = codec::decode<dead_letter>(codec::encode(test::sample_meta(), letter));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->data, letter);
}

}  // namespace
}  // namespace hedgerow
