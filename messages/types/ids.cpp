#include "messages/types/ids.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hedgerow {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<symbol> symbol::parse(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '/' || c == '-'; };
  if (text.empty() || text.size() > 16 || !std::all_of(text.begin(), text.end(), allowed)) return std::nullopt;
  return symbol{text};
}

std::optional<side> parse_side(std::string_view text) {
  if (text == "BUY") return side::buy;
  if (text == "SELL") return side::sell;
  return std::nullopt;
}

std::optional<execution_id> execution_id::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto name = hedgerow::symbol::parse(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (!name || error != std::errc{} || end != digits.data() + digits.size() || !is_digit(digits.front()))
    return std::nullopt;
  return execution_id{std::move(*name), sequence};
}

std::string execution_id::to_string() const { return symbol.str() + ":" + std::to_string(sequence); }

std::optional<order_id> order_id::parse(std::string_view text) {
  constexpr std::size_t longest = 64;
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
  };
  if (text.empty() || text.size() > longest || !std::all_of(text.begin(), text.end(), allowed)) return std::nullopt;
  return order_id{text};
}

std::string evm_log_ref::describe() const {
  return "log " + std::to_string(log_index) + " of block " + std::to_string(block_number) + ", transaction " +
         tx_hash.to_string();
}

std::string evm_log_ref::key() const {
  // In one piece: every record of a fill has such a key.
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), log_index).ptr;
  const std::string_view index{digits.data(), static_cast<std::size_t>(end - digits.data())};
  std::string text(2 + 2 * tx_hash.value.size() + 1 + index.size(), ':');
  text.replace(0, 2, "0x");
  auto* const colon = put_hex_digits({tx_hash.value.data(), tx_hash.value.size()}, text.data() + 2);
  index.copy(colon + 1, index.size());
  return text;
}

}  // namespace hedgerow
