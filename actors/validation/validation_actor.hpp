// Turns order-book logs into trades. The rule is domain/fills/trade_validation; this actor only finds out what
// unknown tokens call themselves and remembers it in its changelog.
#pragma once

#include <map>
#include <set>

#include "actors/bridges/service.hpp"
#include "actors/domain/fills/trade_validation.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"

namespace hedgerow::validation {

struct validation_config {
  domain::validation_rules rules;
  std::uint32_t symbol_partitions = 4;
  /// Pause before a slice is tried again when the node did not answer for a token.
  std::chrono::milliseconds token_retry{500};
};

/// What the node said about a token; nothing when the contract refused or answered nonsense.
struct token_answer {
  address token;
  std::optional<domain::token_info> info;
  /// The node did not answer: neither yes nor no.
  bool unavailable = false;
};

using validation_actor = protocol::entity_actor::extend<caf::reacts_to<protocol::tell_atom, token_answer>>;

struct validation_state {
  static inline const char* name = "validation";
  std::map<address, domain::token_info> tokens;
  /// Contracts that are no tokens, as far as this process has asked.
  std::set<address> not_tokens;
  /// The slice that waits for tokens.
  protocol::slice_ptr waiting;
  std::set<address> asked;
  bool unavailable = false;
  caf::typed_response_promise<protocol::step_ptr> answer;
  std::uint64_t trades = 0;
  std::map<std::string, std::uint64_t> filtered;
  std::string last_error;
};

/// `clock` must outlive the actor system.
validation_actor::behavior_type validation(validation_actor::stateful_pointer<validation_state> self,
                                           bridges::entity_seed seed, validation_config config,
                                           std::shared_ptr<ports::chain_client> chain, const ports::clock* clock);

/// Reads blockchain-events, one entity; its changelog is validation-changelog.
[[nodiscard]] bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                                  const ports::clock* clock);

}  // namespace hedgerow::validation

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::validation::token_answer)
