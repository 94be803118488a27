// Sees every log of the order books, once and in order, over restarts, lost connections and reorgs. One live instance
// in the cluster: the owner of the partition of ingestion-changelog.
//
// eth_getLogs is the source of truth: each new block is read with it and the checkpoint only moves over what has been
// read. The subscription is an accelerator. domain/chain/reorg_window remembers the logs that were
// seen; domain/chain/backfill_plan decides which blocks come next.
#pragma once

#include <functional>
#include <memory>

#include "actors/bridges/service.hpp"
#include "actors/domain/chain/reading_policy.hpp"
#include "actors/ingestion/watched_books.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"

namespace hedgerow::ingestion {

/// The policy is the setting.
struct ingestion_config : domain::reading_policy {
  watched_books books;
  address owner;
  /// Reading that has made no progress for this long, while there is something to read, is an alarm.
  std::chrono::milliseconds stuck_after{60'000};
  /// Where people set the node's address: what notices about it are about.
  std::string node_key = "chain.ws_url";
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
