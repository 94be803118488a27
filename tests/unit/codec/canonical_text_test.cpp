// Records are read by two ways: from the text as json_writer wrote it, and from a parsed document when the text is any
// other. For any bytes the first way must agree with the second. Undamaged records: round_trip_test.cpp.
#include "messages/codec/canonical_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "event_types.hpp"
#include "messages/codec/event_codec.hpp"
#include "samples.hpp"

namespace hedgerow {
namespace {

using codec::canonical_text;
using codec::json_document;

/// Characters that mean something, and digits that may stand where none may.
char any_trouble() {
  static constexpr std::string_view signs = "\"\\{}[],:.-+0159eEtfn \n\x01\x7f\x80\xc3";
  return signs[*rc::gen::inRange<std::size_t>(0, signs.size())];
}

std::string damaged(std::string text) {
  for (int n = *rc::gen::inRange(1, 4); n-- > 0 && !text.empty();) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: text.erase(at, 1); break;
      case 1: text.insert(at, 1, any_trouble()); break;
      case 2: text[at] = any_trouble(); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

template <class Event>
class BothWaysTest : public ::testing::Test {};
TYPED_TEST_SUITE(BothWaysTest, test::event_types);

TYPED_TEST(BothWaysTest, AgreeOnDamagedRecords) {
  const auto whole = codec::encode({"id", {1}, {2}, "a", "b", ""}, test::sample<TypeParam>());
  EXPECT_TRUE(rc::check("damaged", [&] {
    const auto record = damaged(whole);
    enveloped<TypeParam> read;
    if (!codec::decode_canonical(record, read)) return;
    enveloped<TypeParam> parsed;
    if (const auto wrong = codec::decode_json(record, parsed)) RC_FAIL(wrong->detail + " in " + record);
    RC_ASSERT(read.meta == parsed.meta);
    RC_ASSERT(read.data == parsed.data);
  }));
}

TYPED_TEST(BothWaysTest, OnlyJsonTakesWhatTheWriterDoesNotWrite) {
  const auto whole = codec::encode(test::sample_meta(), test::sample<TypeParam>());
  enveloped<TypeParam> read;
  for (const auto& other : {" " + whole, whole + " ", "{ " + whole.substr(1)}) {
    EXPECT_FALSE(codec::decode_canonical(other, read));
    EXPECT_FALSE(codec::decode_json(other, read));
  }
  for (const auto& broken : {whole + "}", whole.substr(0, whole.size() - 1), "[" + whole + "]", std::string{}}) {
    EXPECT_FALSE(codec::decode_canonical(broken, read));
    EXPECT_TRUE(codec::decode_json(broken, read));
  }
}

std::optional<std::string> string_in(std::string_view text) {
  canonical_text in{text};
  std::string_view content;
  return in.take_string(content) ? std::optional{std::string{content}} : std::nullopt;
}

std::optional<std::string> quoted_in(std::string_view text) {
  canonical_text in{text};
  std::string_view content;
  return in.take_quoted(content) ? std::optional{std::string{content}} : std::nullopt;
}

std::optional<std::uint64_t> wide_in(std::string_view text) {
  canonical_text in{text};
  std::uint64_t number = 0;
  return in.take_wide(number) ? std::optional{number} : std::nullopt;
}

json_document::value integer_in(std::string_view text) {
  canonical_text in{text};
  const auto* found = in.take_integer();
  return found != nullptr ? *found : json_document::value{};
}

std::optional<bool> boolean_in(std::string_view text) {
  canonical_text in{text};
  bool value = false;
  return in.take_boolean(value) ? std::optional{value} : std::nullopt;
}

TEST(CanonicalText, TakesStrings) {
  for (const std::string content : {"", "0123456789abcde", "0123456789abcdef", "0123456789abcdef0123456789"})
    for (const char* const rest : {"", ",\"next\"", "                                 "}) {
      EXPECT_EQ(string_in('"' + content + '"' + rest), content);
      EXPECT_EQ(quoted_in('"' + content + '"' + rest), content);
    }
  EXPECT_EQ(string_in("\"\xE2\x82\xAC\x7f/\""), "\xE2\x82\xAC\x7f/");
  EXPECT_EQ(quoted_in("\"\xE2\x82\xAC\x7f/\""), "\xE2\x82\xAC\x7f/");
}

TEST(CanonicalText, TakesNumbersAndTruth) {
  EXPECT_EQ(integer_in("0,").as_unsigned(), 0U);
  EXPECT_EQ(integer_in("9999999999999999999}").as_unsigned(), 9'999'999'999'999'999'999U);
  EXPECT_EQ(integer_in("18446744073709551615}").as_unsigned(), ~std::uint64_t{0});
  EXPECT_EQ(integer_in("-9223372036854775808").as_signed(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(wide_in("\"0\""), 0U);
  EXPECT_EQ(wide_in("\"18446744073709551615\","), ~std::uint64_t{0});
  EXPECT_EQ(boolean_in("true"), true);
  EXPECT_EQ(boolean_in("false,"), false);
}

TEST(CanonicalText, TakesNumbersOfEveryLength) {
  const std::string digits = "12345678909876543210";
  for (std::size_t length = 1; length < digits.size(); ++length) {
    const auto text = digits.substr(0, length);
    const auto number = std::stoull(text);
    EXPECT_EQ(integer_in(text + "}").as_unsigned(), number);
    EXPECT_EQ(integer_in("-" + text).as_signed(), -static_cast<std::int64_t>(number));
    EXPECT_EQ(wide_in('"' + text + '"'), number);
    EXPECT_EQ(wide_in("\"000" + text + '"'), number);
    // The neighbours of the digits, and what differs from one in its upper half only.
    for (std::size_t at = 0; at < length; ++at)
      for (const char other : {'/', ':', ' ', '@', '\0', '\x10', '\xb5'}) {
        auto broken = text;
        broken[at] = other;
        EXPECT_EQ(wide_in('"' + broken + '"'), std::nullopt) << broken;
      }
  }
}

TEST(CanonicalText, LeavesEverythingElseToJson) {
  for (const char* other : {"", "\"", "\"open", "\"a long string that is never closed", "\"tab\t\"", "\"a\\n\"",
                            "\"0123456789abcdef\\\"\"", "7", "null", "[\"\"]", " \"\""})
    EXPECT_EQ(string_in(other), std::nullopt) << other;
  for (const char* other : {"", "\"", "\"open", "7", "null", "[\"\"]", " \"\""})
    EXPECT_EQ(quoted_in(other), std::nullopt) << other;
  for (const char* other : {"", "-", "-0", "00", "01", "-01", "+1", "18446744073709551616",
                            "99999999999999999999999999", "null", "{", "[", "}", ",", " 1", "nan", "\"1\""})
    EXPECT_FALSE(integer_in(other).is_integer()) << other;
  for (const char* other : {"", "1", "\"\"", "\"-1\"", "\"+1\"", "\" 1\"", "\"1 \"", "\"1", "\"18446744073709551616\"",
                            "\"99999999999999999999999999\"", "\"1e3\""})
    EXPECT_EQ(wide_in(other), std::nullopt) << other;
  for (const char* other : {"", "tru", "True", "null", "0", "\"true\""})
    EXPECT_EQ(boolean_in(other), std::nullopt) << other;
}

TEST(CanonicalText, TakesNamesInOrder) {
  canonical_text in{R"("a":1,"bc":2)"};
  EXPECT_FALSE(in.take_name("a", false)) << "there is no comma before the first";
  EXPECT_TRUE(in.take_name("a", true));
  EXPECT_NE(in.take_integer(), nullptr);
  EXPECT_FALSE(in.take_name("b", false)) << "a longer name";
  EXPECT_FALSE(in.take_name("bcd", false)) << "a shorter one";
  EXPECT_TRUE(in.take_name("bc", false));
  EXPECT_NE(in.take_integer(), nullptr);
  EXPECT_TRUE(in.ended());
  for (const std::string_view open : {R"("a)", R"("a")", R"("a":)", "\"", ""})
    EXPECT_FALSE(canonical_text{open}.take_name("a", true)) << open << " has no value";
}

}  // namespace
}  // namespace hedgerow
