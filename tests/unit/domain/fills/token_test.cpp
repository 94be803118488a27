#include "actors/domain/fills/token.hpp"

#include <gtest/gtest.h>

#include "abi_encoder.hpp"
#include "fill_vectors.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using hedgerow::test::load_vectors;
using hedgerow::test::text_of;

std::string describe(const token_class& c) {
  if (std::holds_alternative<usdc_token>(c)) return "usdc";
  if (const auto* e = std::get_if<equity_token>(&c)) return "tokenized_equity " + e->base + " " + e->marker;
  return "not_tokenized_equity";
}

std::string classified(std::string_view symbol) { return describe(classify(symbol, tokens_policy{}.markers)); }

bytes words(std::initializer_list<uint256> values) {
  bytes data;
  for (const auto& v : values) {
    const auto word = test::word_of(v);
    data.append(word.begin(), word.end());
  }
  return data;
}

bytes text_word(std::string_view text) {
  bytes word(text.begin(), text.end());
  word.resize(32, 0);
  return word;
}

TEST(Token, SymbolVectors) {
  const auto file = load_vectors("erc20_symbol.json");
  EXPECT_EQ(to_hex(symbol_call()), text_of(file["selector_symbol"]));
  EXPECT_EQ(to_hex(decimals_call()), text_of(file["selector_decimals"]));
  for (const auto& c : file["cases"].GetArray()) {
    SCOPED_TRACE(text_of(c["returndata"]));
    const auto symbol = parse_symbol_return(test::bytes_of(c["returndata"]));
    if (!c["symbol"].IsString()) {
      // The vectors leave bytes32 symbols open: they are read as text here; no data at all is nothing.
      EXPECT_EQ(symbol, text_of(c["returndata"]) == "0x" ? std::nullopt : std::optional<std::string>{"MKR"});
      continue;
    }
    EXPECT_EQ(symbol, text_of(c["symbol"]));
    const auto& parse = c["parse"];
    std::string expected = text_of(parse["kind"]);
    if (expected == "tokenized_equity") expected += " " + text_of(parse["base"]) + " " + text_of(parse["marker"]);
    EXPECT_EQ(classified(*symbol), expected);
  }
}

TEST(Token, MalformedSymbolsAreNothing) {
  const auto none = std::optional<std::string>{};
  const uint256 huge = ~uint256{0};
  EXPECT_EQ(parse_symbol_return(words({0x20})), none);                            // no text in a bytes32
  EXPECT_EQ(parse_symbol_return(words({0x20, 0})), none);                         // empty
  EXPECT_EQ(parse_symbol_return(words({0x20, 33}) + text_word("AAPL0x")), none);  // more than there is
  EXPECT_EQ(parse_symbol_return(words({0x20, huge}) + text_word("AAPL0x")), none);
  EXPECT_EQ(parse_symbol_return(words({huge, 6}) + text_word("AAPL0x")), none);
  EXPECT_EQ(parse_symbol_return(words({0x60, 6}) + text_word("AAPL0x")), none);
  EXPECT_EQ(parse_symbol_return(words({0x20, 6}) + text_word("AAPL0x").substr(1)), none);  // not whole words
  EXPECT_EQ(parse_symbol_return(words({0x20, 7}) + text_word("AAPL0x")), none);            // a zero byte in the text
  EXPECT_EQ(parse_symbol_return(words({0x20, 2}) + text_word("\xc3\xa9")), none);
  EXPECT_EQ(parse_symbol_return(words({0x20, 3}) + text_word("A\nB")), none);
  EXPECT_EQ(parse_symbol_return(words({0x20, 300}) + bytes(299, 'A') + bytes(21, 1)), none) << "not text";
  EXPECT_EQ(parse_symbol_return(text_word(std::string_view{"MK\0R", 4})), none);
  EXPECT_EQ(parse_symbol_return(text_word("\x80MKR")), none);
  EXPECT_EQ(parse_symbol_return(bytes(32, 'M')), std::string(32, 'M'));
}

TEST(Token, ALongNameIsATokenThatTheMarkersJudge) {
  EXPECT_EQ(parse_symbol_return(words({0x20, 96}) + bytes(96, 'A')), std::string(96, 'A'));
  // What is cut must not become an equity by the cut, whichever marker it begins with.
  const auto cut = parse_symbol_return(words({0x20, 4096}) + bytes(4096, 'A'));
  ASSERT_TRUE(cut);
  EXPECT_EQ(*cut, std::string(token_symbol_limit, 'A') + " (cut)");
  const std::vector<token_marker> greedy{{std::string(token_symbol_limit - 10, 'A'), token_marker::place::prefix}};
  EXPECT_EQ(describe(classify(*cut, greedy)), "not_tokenized_equity");
  // A long marker is the issuer's affair.
  const std::string marker = "-tokenized-by-an-issuer-with-a-name-that-takes-more-than-64-letters";
  EXPECT_EQ(describe(classify("AAPL" + marker, {{marker, token_marker::place::suffix}})),
            "tokenized_equity AAPL " + marker);
}

TEST(Token, DecimalsFitOneByte) {
  EXPECT_EQ(parse_decimals_return(words({0})), 0U);
  EXPECT_EQ(parse_decimals_return(words({18})), 18U);
  EXPECT_EQ(parse_decimals_return(words({255})), 255U);
  EXPECT_EQ(parse_decimals_return(words({256})), std::nullopt);
  EXPECT_EQ(parse_decimals_return(words({(uint256{1} << 255) + 6})), std::nullopt);
  EXPECT_EQ(parse_decimals_return(bytes{}), std::nullopt);
  EXPECT_EQ(parse_decimals_return(bytes(31, 0)), std::nullopt);
}

TEST(Token, MarkersAreWrittenAsPatterns) {
  EXPECT_EQ(marker_of("*0x"), (token_marker{"0x", token_marker::place::suffix}));
  EXPECT_EQ(marker_of("wt*"), (token_marker{"wt", token_marker::place::prefix}));
  const tokens_policy policy;
  for (const auto& marker : policy.markers) EXPECT_EQ(marker_of(pattern_of(marker)), marker);
}

TEST(Token, OneMarkerExactly) {
  EXPECT_EQ(classified("NVDAs1"), "tokenized_equity NVDA s1");
  for (const char* two : {"tGME0x", "tGMEs1"}) EXPECT_EQ(classified(two), "not_tokenized_equity") << two;
  for (const char* no_base : {"0x", "s1", "t", ""}) EXPECT_EQ(classified(no_base), "not_tokenized_equity") << no_base;
  for (const char* odd : {"AAPL0X", "aapl0x", "AAPL0x0x", "tether", "t GME", "tABCDEFGHIJKLMNOPQ", "wtTSLA"})
    EXPECT_EQ(classified(odd), "not_tokenized_equity") << odd;
}

TEST(Token, OnlyTheExactTextIsUsdc) {
  EXPECT_EQ(classified("USDC"), "usdc");
  for (const char* other : {"USDC.e", "USDbC", "usdc", " USDC", "USDC "})
    EXPECT_EQ(classified(other), "not_tokenized_equity") << other;
}

TEST(Token, MarkersAreConfigurable) {
  const std::vector<token_marker> markers{{"wt", token_marker::place::prefix}, {"", token_marker::place::suffix}};
  EXPECT_EQ(describe(classify("wtTSLA", markers)), "tokenized_equity TSLA wt");
  EXPECT_EQ(describe(classify("AAPL0x", markers)), "not_tokenized_equity");
  EXPECT_EQ(describe(classify("AAPL", markers)), "not_tokenized_equity");
  // Both what is left of W...X and of either marker alone would be a valid symbol.
  const std::vector<token_marker> letters{{"W", token_marker::place::prefix}, {"X", token_marker::place::suffix}};
  EXPECT_EQ(describe(classify("WAAPL", letters)), "tokenized_equity AAPL W");
  EXPECT_EQ(describe(classify("WAAPLX", letters)), "not_tokenized_equity");
}

}  // namespace
}  // namespace hedgerow::domain
