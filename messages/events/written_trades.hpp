// Topic validation-changelog, key `trades:{block_number}:{block_hash}:{part}`: what was written for the logs of a block
// that a reorg can still take back.
#pragma once

#include <cstdint>
#include <vector>

#include "messages/events/onchain_trade.hpp"

namespace hedgerow {

/// The rest of its trade is in the log itself, which comes again with its reversal.
struct written_trade : trade_terms {
  std::uint64_t log_index = 0;
  friend bool operator==(const written_trade&, const written_trade&) = default;
};

/// A tombstone follows when none of them can be taken back any more.
struct written_trades {
  std::uint64_t block_number = 0;
  hash32 block_hash;
  /// Which part of the block's trades.
  std::uint64_t part = 0;
  /// In the order of their logs, each log once.
  std::vector<written_trade> trades;
  friend bool operator==(const written_trades&, const written_trades&) = default;
};

}  // namespace hedgerow
