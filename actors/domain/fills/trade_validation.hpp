// From an order-book log to the owner's trade (facts, 2 and 9). Total: every input has a verdict.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/fills/token.hpp"
#include "messages/events/blockchain_event.hpp"
#include "messages/events/onchain_trade.hpp"

namespace hedgerow::domain {

struct validation_rules : tokens_policy {
  /// The owner whose orders are hedged.
  address owner;
  /// Tokens whose name and decimals are known in advance; they win over what the chain says.
  std::map<address, token_info> pinned_tokens;
  /// Base symbol to the broker's ticker, where they differ: BRK.B to BRK/B.
  std::map<std::string, std::string> broker_symbols;
};

/// Not a trade to hedge, and no error. To be counted by reason:
/// owner_not_involved, self_take, zero_equity_amount, dust_equity_amount, dust_usdc_amount.
struct filtered {
  std::string_view reason;
};

/// A person has to look: a dead letter. `reason` is stable snake_case:
/// - not an event that is known: unknown_topic0, log_index_out_of_range, or a reason of decode_fault;
/// - the two logs of a Clear: no_after_clear_log, after_clear_mismatch, both_sides_owned;
/// - the pair: input_index_out_of_range, output_index_out_of_range, token_not_listed, usdc_address_mismatch,
///   invalid_symbol_pair, decimals_mismatch, invalid_broker_symbol;
/// - the amounts: negative_amount, amount_overflow, unpriceable_fill.
/// `detail` is for people.
struct rejected {
  std::string_view reason;
  std::string detail;
};

/// No verdict before these are known: ask symbol() and decimals(), then validate again.
struct missing_tokens {
  std::vector<address> tokens;
};

using verdict = std::variant<onchain_trade, filtered, rejected, missing_tokens>;

/// What is known about a token; null if nothing is known. The answer must stay valid during validate().
using token_lookup = std::function<const token_info*(const address&)>;

/// `change` is copied into the trade. The verdict on a reverted event need not be that on the applied one: tokens and
/// rules may have changed in between. A reversal takes back the written trade through trade_memory.
[[nodiscard]] verdict validate(const blockchain_event& event, const validation_rules& rules,
                               const token_lookup& lookup);

}  // namespace hedgerow::domain
