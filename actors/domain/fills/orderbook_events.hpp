// The fill events of Raindex order books: what their logs say, without judging what it means (facts, 1.3 to 1.5).
// V4 books emit TakeOrderV2, ClearV2 and AfterClear; V5 and V6 books TakeOrderV3, ClearV3 and AfterClearV2. Both
// generations have the same shape, so one struct serves both; the differences are marked.
//
// Decoded events borrow from the log they were decoded from: keep it alive and unchanged.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/domain/fills/abi_reader.hpp"
#include "messages/events/blockchain_event.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::domain {

/// topic0 of each event.
struct book_topics {
  hash32 take, clear, after_clear;
};
[[nodiscard]] const book_topics& topics_of(orderbook_version version);

/// Why a log is not what its topic0 claims. `reason` is stable snake_case; `detail` is for people.
struct decode_fault {
  std::string_view reason;
  std::string detail;
};

/// A token that an order accepts or gives.
struct order_io {
  address token;
  /// As the order's owner declared it, never checked by the contract (facts, 2.4). Only in V4.
  std::optional<std::uint8_t> decimals;
  hash32 vault_id;
};

/// The tokens that an order accepts or gives; read from the log on demand.
class io_list {
 public:
  io_list() = default;
  /// `elements` are whole elements that have been checked.
  io_list(orderbook_version version, byte_view elements) : version_{version}, elements_{elements} {}

  [[nodiscard]] std::size_t size() const;
  /// `index` must be below size().
  [[nodiscard]] order_io operator[](std::size_t index) const;
  /// Nothing when the index, compared as 256 bits, is not below size().
  [[nodiscard]] std::optional<order_io> find(const uint256& index) const;

 private:
  orderbook_version version_ = orderbook_version::v4;
  byte_view elements_;
};

struct evaluable {
  address interpreter;
  address store;
  /// May be kilobytes: never log it.
  byte_view bytecode;
};

struct raindex_order {
  address owner;
  domain::evaluable evaluable;
  /// What the owner receives.
  io_list valid_inputs;
  /// What the owner gives.
  io_list valid_outputs;
  hash32 nonce;
};

struct signed_context {
  address signer;
  /// Whole words.
  byte_view context;
  byte_view signature;
};

/// TakeOrderV2 or TakeOrderV3. Amounts are raw units in V4 and Floats in V6.
struct take_order_event {
  /// The taker. It says nothing about who owns the order.
  address sender;
  raindex_order order;
  uint256 input_io_index;
  uint256 output_io_index;
  std::vector<signed_context> signed_contexts;
  /// What the TAKER received: the order's output (facts, 0.1 no. 1).
  abi_word input;
  /// What the TAKER paid: the order's input.
  abi_word output;
};

/// ClearV2 or ClearV3. Carries no amounts; those are in the AfterClear that follows.
struct clear_event {
  /// The clearer, who says nothing about who owns the orders.
  address sender;
  raindex_order alice;
  raindex_order bob;
  uint256 alice_input_io_index;
  uint256 alice_output_io_index;
  uint256 bob_input_io_index;
  uint256 bob_output_io_index;
  hash32 alice_bounty_vault_id;
  hash32 bob_bounty_vault_id;
};

/// AfterClear or AfterClearV2, in the order of the log. Amounts are raw units in V4 and Floats in V6.
struct after_clear_event {
  address sender;
  abi_word alice_output;
  abi_word bob_output;
  abi_word alice_input;
  abi_word bob_input;
};

[[nodiscard]] expected<take_order_event, decode_fault> decode_take_order(orderbook_version version,
                                                                         const raw_evm_log& log);
[[nodiscard]] expected<clear_event, decode_fault> decode_clear(orderbook_version version, const raw_evm_log& log);
[[nodiscard]] expected<after_clear_event, decode_fault> decode_after_clear(orderbook_version version,
                                                                           const raw_evm_log& log);

/// By topic0 only: a malformed Clear is a Clear.
[[nodiscard]] bool is_take(orderbook_version version, const raw_evm_log& log);
[[nodiscard]] bool is_clear(orderbook_version version, const raw_evm_log& log);

/// Whether `candidate` is an AfterClear of the same book in the same transaction of the same block, behind `clear`.
[[nodiscard]] bool may_follow(orderbook_version version, const raw_evm_log& clear, const raw_evm_log& candidate);

/// The AfterClear that belongs to `clear`: the next one of its book and transaction, unless another Clear lies between
/// them, which it then belongs to (facts, 2.2 and 9.5). `candidates` may be in any order, and have to hold all known
/// Clears as well as AfterClears.
[[nodiscard]] std::optional<raw_evm_log> pair_after_clear(orderbook_version version, const raw_evm_log& clear,
                                                          std::span<const raw_evm_log> candidates);

/// Whether every log between these two of one transaction is among `seen`, by block and index. Only then is it certain
/// that no other AfterClear or Clear lies between: a node that leaves logs out leaves out both at once.
[[nodiscard]] bool all_seen_between(const evm_log_ref& clear, const evm_log_ref& after_clear,
                                    const std::set<std::pair<hash32, std::uint64_t>>& seen);

/// What has been seen of a transaction with Clears.
struct clear_transaction {
  /// Its Clears, whose data is not needed, and its AfterClears.
  std::vector<raw_evm_log> logs;
  /// Block and index of these, and of all others that are known.
  std::set<std::pair<hash32, std::uint64_t>> seen;
};

struct after_clear_pair {
  raw_evm_log after_clear;
  /// No other Clear's AfterClear can be meant.
  bool certain = false;
};

/// The AfterClear of `clear` as far as is known; nothing when none is.
[[nodiscard]] std::optional<after_clear_pair> find_after_clear(orderbook_version version, const raw_evm_log& clear,
                                                               const clear_transaction& known);

/// How many receipts that have a Clear, but no AfterClear, show that there is none. As many that show the same pair,
/// with logs missing in between, show that it is the pair. `log_indexes` are those of the
/// newest receipt: fewer are enough when they have no gap, since every log after the Clear waits meanwhile. Empty when
/// some log of the receipt could not be read.
[[nodiscard]] std::uint32_t receipts_believed(std::vector<std::uint64_t> log_indexes);

/// Whether an order in this Take or Clear is the owner's. Reads only what that takes; other logs are faults.
[[nodiscard]] expected<bool, decode_fault> involves_owner(orderbook_version version, const raw_evm_log& log,
                                                          const address& owner);

}  // namespace hedgerow::domain
