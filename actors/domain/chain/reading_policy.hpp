// What of the chain is read, and how far back it may still change.
#pragma once

#include <chrono>
#include <cstdint>

#include "actors/domain/chain/backfill_plan.hpp"

namespace hedgerow::domain {

struct reading_policy {
  /// 0 accepts any chain.
  std::uint64_t chain_id = 0;
  /// A person wants all fills since backfill.start_block hedged; see domain/orders/first_start.
  bool hedge_history = false;
  backfill_policy backfill;
  /// Blocks behind the head whose hashes are watched for reorgs.
  std::uint64_t reorg_window_blocks = 128;
  /// How long a Clear waits for its AfterClear before its receipt is asked for.
  std::chrono::milliseconds after_clear_wait{500};
  /// Pause before a failed question to the node is asked again; for ranges the first one, see retry_policy.
  std::chrono::milliseconds retry{500};

  /// Trades of so many newest blocks are remembered for a reversal. Many times the reorg window, because the newest
  /// block whose trades are known may be ahead of the blocks that have been read completely.
  [[nodiscard]] constexpr std::uint64_t remembered_blocks() const { return 8 * reorg_window_blocks; }
};

}  // namespace hedgerow::domain
