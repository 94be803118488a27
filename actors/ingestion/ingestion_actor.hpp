// Sees every log of the order books, once and in order, over restarts, lost connections and reorgs. One live instance
// in the cluster: the owner of the partition of ingestion-changelog.
//
// eth_getLogs is the source of truth: each new block is read with it and the checkpoint only moves over what has been
// read. The subscription is an accelerator. domain/hedging/reorg_window remembers the logs that were
// seen; domain/hedging/backfill_plan decides which blocks come next.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "actors/bridges/service.hpp"
#include "actors/domain/hedging/backfill_plan.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"

namespace hedgerow::ingestion {

struct watched_book {
  address book;
  orderbook_version version = orderbook_version::v4;
};

struct ingestion_config {
  std::vector<watched_book> books;
  address owner;
  /// 0 accepts any chain.
  std::uint64_t chain_id = 0;
  domain::backfill_policy backfill;
  /// A person wants all fills since backfill.start_block hedged; see domain/orders/first_start.
  bool hedge_history = false;
  std::uint64_t reorg_window_blocks = 128;
  /// How long a Clear waits for its AfterClear before ingestion asks for the receipt.
  std::chrono::milliseconds after_clear_wait{500};
  /// Pause before a failed question to the node is asked again; for ranges the first one, see domain::retry_policy.
  std::chrono::milliseconds retry{500};
  /// Reading that has made no progress for this long, while there is something to read, is an alarm.
  std::chrono::milliseconds stuck_after{60'000};
};

/// A fresh client for each incarnation of the actor: a client is opened once.
using chain_client_factory = std::function<std::shared_ptr<ports::chain_client>()>;

/// `clock`, `notices` and `random` must outlive the actor system. The last two may be null: then nothing is reported,
/// and pauses have no jitter. `broker` is asked before an old history is read into an empty log; null on other nodes.
[[nodiscard]] bridges::service ingestion_service(ingestion_config config, chain_client_factory make_client,
                                                 const ports::clock* clock, ports::notices* notices = nullptr,
                                                 std::shared_ptr<ports::broker_api> broker = nullptr,
                                                 ports::random* random = nullptr);

}  // namespace hedgerow::ingestion
