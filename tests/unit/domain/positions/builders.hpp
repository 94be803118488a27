// Short ways to make the events that the hedging tests feed.
#pragma once

#include <cstdint>
#include <string_view>

#include "actors/domain/positions/position.hpp"

namespace hedgerow::domain::test {

inline symbol sym(std::string_view text) { return symbol::parse(text).value(); }
inline shares qty(std::string_view text) { return shares::parse(text).value(); }
inline usd dollars(std::string_view text) { return usd::parse(text).value(); }
inline timestamp at_ms(std::int64_t ms) { return timestamp{ms * 1000}; }

inline onchain_trade trade(std::uint64_t sequence, std::string_view name, side s, const shares& amount,
                           evm_log_change change = evm_log_change::applied) {
  onchain_trade t;
  t.sequence = sequence;
  t.symbol = sym(name);
  t.side = s;
  t.amount = amount;
  t.change = change;
  t.notional = dollars("1");
  return t;
}

inline schwab_execution report(const schwab_command& command, execution_state state, std::string_view filled = "0",
                               execution_code code = execution_code::none, timestamp retry_at = {}) {
  schwab_execution e;
  e.execution = command.execution;
  e.side = command.side;
  e.quantity = command.quantity;
  e.state = state;
  e.code = code;
  e.filled = qty(filled);
  e.retry_at = retry_at;
  return e;
}

}  // namespace hedgerow::domain::test
