// Topic schwab-commands: what the accumulator asks the broker side to do.
#pragma once

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow {

struct schwab_command {
  execution_id execution;
  /// The broker's side: BUY covers a short exposure.
  hedgerow::side side = side::buy;
  /// Whole shares, 1 to 2^32-1.
  std::uint64_t quantity = 0;
  /// Exposure of the symbol when the command was made.
  shares exposure;
  friend bool operator==(const schwab_command&, const schwab_command&) = default;
};

}  // namespace hedgerow
