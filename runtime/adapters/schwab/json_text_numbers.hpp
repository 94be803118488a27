// JSON whose numbers stay text: 150.10 must not become a binary fraction (facts, 5.6). Internal to this folder.
#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

#include "messages/types/amount.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::schwab {

using json = rapidjson::Value;

/// Numbers are kept as they are spelled; read them with number_of(). The error never quotes the text.
[[nodiscard]] expected<rapidjson::Document, std::string> parse_json(std::string_view text);

/// Nothing when `object` is not an object, has no such member, or the member is null.
[[nodiscard]] const json* member(const json& object, const char* name);
/// The text of a JSON number, as spelled. Nothing for anything else, above all for strings.
[[nodiscard]] std::optional<std::string_view> number_of(const json* value);
/// The text of a JSON string. Nothing for anything else.
[[nodiscard]] std::optional<std::string_view> string_of(const json* value);

/// Plain decimal text of a JSON number: "1.0E7" is "10000000". Fails beyond 60 digits on either side.
[[nodiscard]] expected<std::string, std::string> plain_decimal(std::string_view number);

/// An amount that must be there; the error names the field.
template <class Amount>
[[nodiscard]] expected<Amount, std::string> amount_of(const json& object, const char* name) {
  const auto number = number_of(member(object, name));
  if (!number) return unexpected(std::string{name} + " is missing or not a number");
  const auto plain = plain_decimal(*number);
  if (!plain) return unexpected(std::string{name} + ": " + plain.error());
  const auto amount = Amount::parse(*plain);
  if (!amount) return unexpected(std::string{name} + ": " + std::string{to_string(amount.error())});
  return *amount;
}

}  // namespace hedgerow::schwab
