// Topic onchain-trades: a fill of the owner's order, in shares and dollars, or its reversal after a reorg.
#pragma once

#include <cstdint>
#include <string>

#include "messages/events/blockchain_event.hpp"
#include "messages/types/amount.hpp"

namespace hedgerow {

enum class fill_kind : std::uint8_t { take, clear };

/// What the rules made of a log.
struct trade_terms {
  fill_kind kind = fill_kind::take;
  hedgerow::symbol symbol;
  /// As the token calls itself, marker included; for audit only.
  std::string token_symbol;
  address token;
  /// The owner's side on chain: BUY adds to the position, SELL takes from it. The hedge is the opposite.
  hedgerow::side side = side::buy;
  /// Equity, always positive. Truncated to 18 decimals (facts, 2.4).
  shares amount;
  /// Dollars, always positive. Truncated to the token's decimals (facts, 9.2).
  usd notional;
  friend bool operator==(const trade_terms&, const trade_terms&) = default;
};

struct onchain_trade : trade_terms {
  /// Sequence of the blockchain event it was made from.
  std::uint64_t sequence = 0;
  std::uint64_t chain_id = 0;
  evm_log_change change = evm_log_change::applied;
  evm_log_ref ref;
  address book;
  timestamp block_time;

  /// Dollars per share.
  [[nodiscard]] hedgerow::price price() const { return {notional, amount}; }
  /// What it does to the position: +amount for BUY, -amount for SELL, the negative of that when reverted.
  [[nodiscard]] shares position_delta() const {
    return (side == side::buy) == (change == evm_log_change::applied) ? amount : -amount;
  }
  friend bool operator==(const onchain_trade&, const onchain_trade&) = default;
};

}  // namespace hedgerow
