// Topic validation-changelog, key `trades:{block_number}:{part}`: trades of a block that a reorg can still take back.
#pragma once

#include <vector>

#include "messages/events/onchain_trade.hpp"

namespace hedgerow {

/// As they were written to onchain-trades. A tombstone follows when none of them can be taken back any more.
struct written_trades {
  std::vector<onchain_trade> trades;
  friend bool operator==(const written_trades&, const written_trades&) = default;
};

}  // namespace hedgerow
