// Names of things: symbols, executions, broker orders, fills. Built from typed parts and parsed back.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/types/evm.hpp"

namespace hedgerow {

/// What is traded at the broker: the base symbol, without any token marker. 1 to 16 of A-Z, 0-9, '.', '/', '-'.
class symbol {
 public:
  symbol() = default;
  [[nodiscard]] static std::optional<symbol> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return text_; }
  friend auto operator<=>(const symbol&, const symbol&) = default;

 private:
  explicit symbol(std::string_view text) : text_{text} {}
  std::string text_;
};

/// BUY or SELL. On a trade it is the owner's onchain side; on a command, execution or order it is the broker's.
enum class side : std::uint8_t { buy, sell };

[[nodiscard]] constexpr side opposite(side s) { return s == side::buy ? side::sell : side::buy; }
[[nodiscard]] constexpr std::string_view to_string(side s) { return s == side::buy ? "BUY" : "SELL"; }
[[nodiscard]] std::optional<side> parse_side(std::string_view text);

/// `{symbol}:{sequence}`: derived by the accumulator, so that a replay derives the same one.
struct execution_id {
  hedgerow::symbol symbol;
  std::uint64_t sequence = 0;

  [[nodiscard]] static std::optional<execution_id> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const execution_id&, const execution_id&) = default;
};

/// The broker's id of an order, opaque: 1 to 64 letters, digits, '-' and '_', so that it is safe in a path. What form
/// the ids of a broker have, its adapter knows.
class order_id {
 public:
  order_id() = default;
  [[nodiscard]] static std::optional<order_id> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return text_; }
  friend auto operator<=>(const order_id&, const order_id&) = default;

 private:
  explicit order_id(std::string_view text) : text_{text} {}
  std::string text_;
};

/// Identity of one log: a transaction re-included after a reorg has another block hash and is another fill.
struct evm_log_ref {
  std::uint64_t block_number = 0;
  hash32 block_hash;
  hash32 tx_hash;
  std::uint64_t log_index = 0;

  /// `{tx_hash}:{log_index}`, the spec's key of a fill.
  [[nodiscard]] std::string key() const;
  /// For people: `log 3 of block 120, transaction 0x...`.
  [[nodiscard]] std::string describe() const;
  friend auto operator<=>(const evm_log_ref&, const evm_log_ref&) = default;
};

}  // namespace hedgerow
