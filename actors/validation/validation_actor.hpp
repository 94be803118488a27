// Turns order-book logs into trades. The rule is domain/fills/trade_validation; this actor finds out what unknown
// tokens call themselves. Its changelog holds that (key: the token), the trades that a reorg may still take back
// (`trade:{block_hash}:{log_index}`), and how far the events have been handled (`checkpoint`).
#pragma once

#include <map>
#include <set>

#include "actors/bridges/burial_alarms.hpp"
#include "actors/bridges/service.hpp"
#include "actors/domain/fills/trade_memory.hpp"
#include "actors/domain/fills/trade_validation.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "messages/events/ingestion_state.hpp"

namespace hedgerow::validation {

struct validation_config {
  domain::validation_rules rules;
  std::uint32_t symbol_partitions = 4;
  /// Pause before a slice is tried again when the node did not answer for a token; doubles up to the longest.
  std::chrono::milliseconds token_retry{500};
  std::chrono::milliseconds token_retry_max{30'000};
  /// Fills that have waited for a token this long are an alarm.
  std::chrono::milliseconds token_alarm_after{30'000};
  /// A contract that is no token is asked again when a fill comes after this time.
  std::chrono::milliseconds token_ask_again{60'000};
  /// Trades of so many newest blocks are remembered for a reversal. Many times the reorg window of ingestion, because
  /// the newest block seen here may be ahead of the blocks that ingestion has read completely.
  std::uint64_t remembered_blocks = 8 * 128;
};

/// What the node said about a token; nothing when the contract refused or answered nonsense.
struct token_answer {
  address token;
  std::optional<domain::token_info> info;
  /// Why there is neither a yes nor a no: the node did not answer, or not from the contract. Empty when there is.
  std::string unavailable;
};

using validation_actor = protocol::entity_actor::extend<caf::reacts_to<protocol::tell_atom, token_answer>>;

struct validation_state {
  static inline const char* name = "validation";
  std::map<address, domain::token_info> tokens;
  /// Contracts that are no tokens, and when they said so.
  std::map<address, timestamp> not_tokens;
  domain::trade_memory written;
  /// How far the events have been handled; sequences below next_sequence are.
  ingestion_checkpoint handled;
  /// next_sequence of the checkpoint that was written last.
  std::uint64_t checkpointed = 1;
  /// Reversals of blocks up to this one may be of trades that a version without memory wrote. Zero: there are none.
  std::uint64_t unremembered_block = 0;
  bool fresh = true;
  /// The slice that waits for tokens.
  protocol::slice_ptr waiting;
  std::set<address> asked;
  /// When the slice was judged first: what rested then rests until its end.
  timestamp judged_at;
  /// Why the node has not answered; empty when it has, so far.
  std::string unavailable;
  /// Tries in a row in which a token was not answered for, and since when.
  std::uint32_t postponed = 0;
  timestamp postponed_since;
  caf::typed_response_promise<protocol::step_ptr> answer;
  std::uint64_t trades = 0;
  std::map<std::string, std::uint64_t> filtered;
  bridges::burial_alarms alarms;
  std::string last_error;
};

/// `clock` and `notices` (which may be null) must outlive the actor system.
validation_actor::behavior_type validation(validation_actor::stateful_pointer<validation_state> self,
                                           bridges::entity_seed seed, validation_config config,
                                           std::shared_ptr<ports::chain_client> chain, const ports::clock* clock,
                                           ports::notices* notices);

/// Reads blockchain-events, one entity; its changelog is validation-changelog.
[[nodiscard]] bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                                  const ports::clock* clock, ports::notices* notices = nullptr);

}  // namespace hedgerow::validation

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::validation::token_answer)
