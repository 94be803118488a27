#include <rapidjson/document.h>

#include "runtime/adapters/paper/order_json.hpp"

namespace hedgerow::paper {
namespace {

using rapidjson::Value;
using errors = std::vector<std::string>;

/// The named member, or null.
const Value& member(const Value& v, const char* name) {
  static const Value null;
  if (!v.IsObject()) return null;
  const auto found = v.FindMember(name);
  return found == v.MemberEnd() ? null : found->value;
}

void expect_word(const Value& v, const char* name, std::string_view word, errors& wrong) {
  const Value& field = member(v, name);
  if (!field.IsString() || std::string_view{field.GetString(), field.GetStringLength()} != word)
    wrong.push_back(std::string{name} + " must be " + std::string{word});
}

std::string_view text_of(const Value& v) {
  return v.IsString() ? std::string_view{v.GetString(), v.GetStringLength()} : std::string_view{};
}

/// "100" and "100.0" are whole; the digits are read as text, never as a binary fraction.
std::optional<std::int64_t> whole_quantity(std::string_view digits) {
  const auto dot = digits.find('.');
  if (dot != std::string_view::npos) {
    if (digits.find_first_not_of('0', dot + 1) != std::string_view::npos) return std::nullopt;
    digits = digits.substr(0, dot);
  }
  const auto value = parse_whole(digits);
  if (!value || *value < 1 || *value > INT64_C(4294967295)) return std::nullopt;
  return value;
}

}  // namespace

expected<order_ticket, errors> parse_order(const std::string& body) {
  rapidjson::Document typed, textual;
  typed.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  // The same again with the digits of numbers kept.
  textual.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(body.data(), body.size());
  if (typed.HasParseError() || textual.HasParseError() || !typed.IsObject())
    return unexpected(errors{"the body is not a JSON object"});
  errors wrong;
  expect_word(typed, "orderType", "MARKET", wrong);
  expect_word(typed, "session", "NORMAL", wrong);
  expect_word(typed, "duration", "DAY", wrong);
  expect_word(typed, "orderStrategyType", "SINGLE", wrong);
  const Value& legs = member(typed, "orderLegCollection");
  if (!legs.IsArray() || legs.Size() != 1) {
    wrong.emplace_back("orderLegCollection must have one leg");
    return unexpected(std::move(wrong));
  }
  const Value& leg = legs[0];
  order_ticket ticket;
  const auto instruction = parse_side(text_of(member(leg, "instruction")));
  if (!instruction) wrong.emplace_back("instruction must be BUY or SELL");
  const Value& instrument = member(leg, "instrument");
  expect_word(instrument, "assetType", "EQUITY", wrong);
  const auto name = symbol::parse(text_of(member(instrument, "symbol")));
  if (!name) wrong.emplace_back("symbol is not a symbol");
  std::optional<std::int64_t> quantity;
  if (member(leg, "quantity").IsNumber())
    quantity = whole_quantity(text_of(member(member(textual, "orderLegCollection")[0], "quantity")));
  if (!quantity) wrong.emplace_back("quantity must be a whole number of shares from 1 to 4294967295");
  if (!wrong.empty()) return unexpected(std::move(wrong));
  return order_ticket{*name, *instruction, *quantity};
}

}  // namespace hedgerow::paper
