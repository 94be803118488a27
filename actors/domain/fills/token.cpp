#include "actors/domain/fills/token.hpp"

#include <algorithm>

#include "messages/types/ids.hpp"

namespace hedgerow::domain {
namespace {

/// No symbol of the broker holds these letters, and none is as long as what stands before them: what was cut is no
/// equity.
constexpr std::string_view cut_mark = " (cut)";

std::optional<std::string> printable(byte_view text) {
  const auto is_printable = [](unsigned char c) { return c >= 0x20 && c <= 0x7e; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_printable)) return std::nullopt;
  const byte_view kept = text.substr(0, token_symbol_limit);
  std::string symbol(kept.begin(), kept.end());
  if (text.size() > token_symbol_limit) symbol += cut_mark;
  return symbol;
}

/// Text in a bytes32: up to the first zero byte, and nothing but zeros behind it.
byte_view padded_text(byte_view word) {
  const auto end = std::min(word.find(static_cast<unsigned char>(0)), word.size());
  const byte_view padding = word.substr(end);
  return std::all_of(padding.begin(), padding.end(), [](unsigned char c) { return c == 0; }) ? word.substr(0, end)
                                                                                             : byte_view{};
}

/// The symbol without the marker; nothing when it does not carry it.
std::optional<std::string_view> without(std::string_view symbol, const token_marker& marker) {
  if (marker.text.empty()) return std::nullopt;
  if (marker.where == token_marker::place::prefix) {
    if (!symbol.starts_with(marker.text)) return std::nullopt;
    return symbol.substr(marker.text.size());
  }
  if (!symbol.ends_with(marker.text)) return std::nullopt;
  return symbol.substr(0, symbol.size() - marker.text.size());
}

}  // namespace

bytes symbol_call() { return {0x95, 0xd8, 0x9b, 0x41}; }

bytes decimals_call() { return {0x31, 0x3c, 0xe5, 0x67}; }

std::optional<std::string> parse_symbol_return(byte_view data) {
  if (data.size() == abi_word_size) return printable(padded_text(data));
  abi_reader reader{data};
  const byte_view text = reader.root("symbol").bytes_at(0, "symbol");
  if (reader.error()) return std::nullopt;
  return printable(text);
}

std::optional<unsigned> parse_decimals_return(byte_view data) {
  abi_reader reader{data};
  const unsigned decimals = reader.root("decimals").uint8_at(0, "decimals");
  if (reader.error()) return std::nullopt;
  return decimals;
}

token_marker marker_of(std::string_view pattern) {
  using enum token_marker::place;
  if (pattern.starts_with('*')) return {std::string{pattern.substr(1)}, suffix};
  return {std::string{pattern.substr(0, pattern.size() - 1)}, prefix};
}

std::string pattern_of(const token_marker& marker) {
  return marker.where == token_marker::place::suffix ? "*" + marker.text : marker.text + "*";
}

token_class classify(std::string_view symbol, const std::vector<token_marker>& markers) {
  if (symbol == "USDC") return usdc_token{};
  std::optional<equity_token> found;
  for (const auto& marker : markers) {
    const auto base = without(symbol, marker);
    if (!base) continue;
    if (found) return other_token{};
    found = equity_token{std::string{*base}, marker.text};
  }
  if (!found || !hedgerow::symbol::parse(found->base)) return other_token{};
  return std::move(*found);
}

}  // namespace hedgerow::domain
