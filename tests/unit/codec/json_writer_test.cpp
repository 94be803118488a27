// Numbers as text: the writer has its own ways for the usual ones, so each is compared with the plain way.
#include "messages/codec/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hedgerow {
namespace {

using codec::json_writer;

template <class Write>
std::string written(Write write) {
  json_writer out;
  write(out);
  return out.str();
}

/// Where the number of digits changes, and the ends.
std::vector<std::uint64_t> edges() {
  std::vector<std::uint64_t> out{0, std::numeric_limits<std::uint64_t>::max(), std::uint64_t{1} << 63U};
  for (std::uint64_t power = 1, digits = 0; digits < 20; power *= 10, ++digits)
    for (const auto near : {power - 1, power, power + 1, power * 7 / 2}) out.push_back(near);
  return out;
}

TEST(JsonWriter, WritesNumbersOfEveryLength) {
  for (const auto number : edges()) {
    EXPECT_EQ(written([&](json_writer& out) { out.wide(number); }), '"' + std::to_string(number) + '"');
    for (const auto value : {static_cast<std::int64_t>(number), static_cast<std::int64_t>(0 - number)}) {
      EXPECT_EQ(written([&](json_writer& out) { out.number(value); }), std::to_string(value));
      EXPECT_EQ(written([&](json_writer& out) { out.wide_signed(value); }), '"' + std::to_string(value) + '"');
    }
    const execution_id id{*symbol::parse("AAPL"), number};
    EXPECT_EQ(written([&](json_writer& out) { out.value(id); }), '"' + id.to_string() + '"');
  }
}

TEST(JsonWriter, WritesAmountsAsTheyPrintThemselves) {
  for (const auto whole : edges())
    for (const auto fraction : edges()) {
      const int256 units = int256{whole} * amount_unit() + fraction;
      for (const auto& amount : {shares::from_units(units), shares::from_units(-units)})
        EXPECT_EQ(written([&](json_writer& out) { out.value(amount); }), '"' + amount.to_string() + '"');
    }
}

TEST(JsonWriter, EscapesWhateverPlaceItStandsIn) {
  const std::string plain(40, 'x');
  for (std::size_t at = 0; at < plain.size(); ++at)
    for (const auto& [raw, escaped] :
         std::initializer_list<std::pair<std::string, std::string>>{{"\"", "\\\""},
                                                                    {"\\", "\\\\"},
                                                                    {"\n", "\\n"},
                                                                    {"\x1f", "\\u001f"},
                                                                    {"\xE2\x82\xAC", "\xE2\x82\xAC"},
                                                                    {"\xff", "\xEF\xBF\xBD"}}) {
      auto text = plain;
      auto expected = plain;
      text.replace(at, 1, raw);
      expected.replace(at, 1, escaped);
      EXPECT_EQ(written([&](json_writer& out) { out.text(text); }), '"' + expected + '"') << at;
    }
}

}  // namespace
}  // namespace hedgerow
