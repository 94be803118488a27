// Order-book logs as they would come from the chain, made from a seed: event i depends on the seed and i only.
#pragma once

#include <cstdint>
#include <string>

#include "actors/domain/fills/trade_validation.hpp"
#include "messages/events/blockchain_event.hpp"

namespace hedgerow::bench {

struct market {
  std::uint64_t seed = 1;
  std::uint32_t symbols = 200;

  /// 0.1 to 0.9 shares of one of the symbols, bought or sold with equal chance, as a TakeOrderV2 (V4 book).
  [[nodiscard]] blockchain_event event(std::uint64_t index) const;
  /// `shares_raw` (18 decimals) of symbol number `symbol` at 180 dollars; `index` places it in the chain.
  [[nodiscard]] blockchain_event take(std::uint64_t index, std::uint32_t symbol, bool sells,
                                      std::uint64_t shares_raw) const;
  /// What symbol number `index` is called at the broker.
  [[nodiscard]] static std::string symbol_name(std::uint32_t index);
  /// Owner and tokens of these events.
  [[nodiscard]] domain::validation_rules rules() const;
};

}  // namespace hedgerow::bench
