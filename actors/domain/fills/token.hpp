// What a token calls itself and what that makes it: dollars, an equity, or neither (facts, 2.5).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/fills/abi_reader.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::domain {

struct token_info {
  /// As symbol() answered, marker included.
  std::string symbol;
  unsigned decimals = 0;
  friend bool operator==(const token_info&, const token_info&) = default;
};

/// Call data of `symbol()` and `decimals()`.
[[nodiscard]] bytes symbol_call();
[[nodiscard]] bytes decimals_call();

/// So much of a symbol is kept. The chain sets no limit, and anybody can deploy a contract whose name fills the log.
inline constexpr std::size_t token_symbol_limit = 256;

/// What symbol() returned: an ABI string, or the zero-padded bytes32 of old tokens. Nothing unless it is printable
/// ASCII: the text ends in records and on screens. A longer one is cut and ends with " (cut)": the token is a token,
/// and the markers say that it is no equity.
[[nodiscard]] std::optional<std::string> parse_symbol_return(byte_view data);
/// What decimals() returned: one word, 0 to 255.
[[nodiscard]] std::optional<unsigned> parse_decimals_return(byte_view data);

/// What an issuer adds to the broker's symbol to name the token.
struct token_marker {
  enum class place : std::uint8_t { prefix, suffix };
  std::string text;
  place where = place::suffix;
  friend bool operator==(const token_marker&, const token_marker&) = default;
};

/// The marker that people write as `*0x` (a suffix) or `t*` (a prefix). `pattern` is one of the two.
[[nodiscard]] token_marker marker_of(std::string_view pattern);
[[nodiscard]] std::string pattern_of(const token_marker& marker);

/// Which tokens may trade.
struct tokens_policy {
  /// The one USDC. When set, a token that merely calls itself USDC is refused: anybody can deploy one (facts, 2.5).
  std::optional<address> usdc;
  /// Whether tokens that are not pinned (and other than `usdc`) may trade.
  bool allow_unlisted = true;
  /// A token carries exactly one: AAPL0x, NVDAs1, tGME. Issuers also use the prefix `wt`, which only a configuration
  /// adds (facts, 2.5).
  std::vector<token_marker> markers{
      {"0x", token_marker::place::suffix}, {"s1", token_marker::place::suffix}, {"t", token_marker::place::prefix}};
  /// Pause before a token's symbol and decimals are asked for again when the node did not answer.
  std::chrono::milliseconds retry{500};
};

struct usdc_token {
  friend bool operator==(const usdc_token&, const usdc_token&) = default;
};
struct equity_token {
  /// The symbol without its marker.
  std::string base;
  std::string marker;
  friend bool operator==(const equity_token&, const equity_token&) = default;
};
struct other_token {
  friend bool operator==(const other_token&, const other_token&) = default;
};
using token_class = std::variant<usdc_token, equity_token, other_token>;

/// Case counts. USDC is exactly `USDC`. An equity carries exactly one marker, and what remains is a valid symbol:
/// `tGME0x` has two and is neither, rather than an equity called GME0x.
[[nodiscard]] token_class classify(std::string_view symbol, const std::vector<token_marker>& markers);

}  // namespace hedgerow::domain
