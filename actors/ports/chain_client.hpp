// One EVM node. Calls return at once; callbacks come once, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/ports/subscription.hpp"
#include "messages/events/blockchain_event.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::ports {

/// A log with what only JSON-RPC knows of it.
struct evm_log {
  raw_evm_log log;
  bool removed = false;
  /// Newer nodes only (facts, 3.8).
  std::optional<timestamp> block_time;
};

struct chain_block {
  std::uint64_t number = 0;
  hash32 hash;
  hash32 parent;
  timestamp time;
};

/// Inclusive range.
struct evm_log_query {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  /// Contracts that emit the logs. Empty: any.
  std::vector<address> books;
  /// Any of these as topic0. Empty: any.
  std::vector<hash32> topic0;
};

enum class chain_failure : std::uint8_t {
  disconnected,
  timed_out,
  throttled,       // 429 or the provider's words for it
  range_too_wide,  // halve the range (facts, 3.8)
  limit_exceeded,  // eth_getLogs: some limit, and the node does not say whether of rate or of size
  reverted,        // eth_call: the contract said no
  rpc_error,       // any other error object
  malformed,       // an answer that cannot be understood
};

[[nodiscard]] constexpr std::string_view to_string(chain_failure f) {
  constexpr std::string_view names[] = {"disconnected",   "timed_out", "throttled", "range_too_wide",
                                        "limit_exceeded", "reverted",  "rpc_error", "malformed"};
  return names[static_cast<std::size_t>(f)];
}

struct chain_error {
  chain_failure kind = chain_failure::disconnected;
  std::string detail;
  /// How long the node wishes not to be asked, when it says so.
  std::optional<std::chrono::milliseconds> wait = std::nullopt;
};

/// A log that does not have the form of one; the raw text is cut to 64 KiB. What could be read of it nevertheless says
/// whose it is and where to look for it.
struct malformed_evm_log {
  std::string reason;
  std::string text;
  std::optional<address> book = std::nullopt;
  std::optional<hash32> topic0 = std::nullopt;
  std::optional<hash32> tx_hash = std::nullopt;
};

struct evm_logs {
  std::vector<evm_log> logs;
  std::vector<malformed_evm_log> malformed;
};

/// The logs that a subscriber wants to hear of.
struct evm_log_filter {
  /// Contracts that emit them. Empty: no logs, only heads.
  std::vector<address> contracts;
  /// Any of these as topic0.
  std::vector<hash32> topic0;
};

/// What the node says on its own. Called from the adapter's thread; must not block.
struct chain_listener {
  /// Connected and subscribed; everything after this call is seen until `down`.
  std::function<void()> up;
  std::function<void(std::string reason)> down;
  std::function<void(evm_log)> log;
  std::function<void(chain_block)> head;
  /// A frame that cannot be understood.
  std::function<void(malformed_evm_log)> malformed;
  /// An error of the node that belongs to no request, such as a notice of its rate limit. Nothing is lost by it.
  std::function<void(chain_error)> complaint = {};
};

template <class T>
using chain_callback = std::function<void(expected<T, chain_error>)>;

/// One connection, which any number of subscribers and questions share. Connects again after every loss, with
/// back-off. Thread-safe.
class chain_client {
 public:
  virtual ~chain_client() = default;
  /// Starts connecting; further calls do nothing. Questions fail with `disconnected` until it is done.
  virtual void connect() = 0;
  /// Connects if need be, and tells the listener of heads and of the logs that pass the filter, until the subscription
  /// ends. On a connection that is up the listener's `up` comes as soon as the node has confirmed.
  [[nodiscard]] virtual subscription subscribe(evm_log_filter wanted, chain_listener listener) = 0;
  /// For good. After it returns no callback of a listener is called any more.
  virtual void close() = 0;

  virtual void chain_id(chain_callback<std::uint64_t> done) = 0;
  virtual void head(chain_callback<chain_block> done) = 0;
  /// Nothing when the node does not have the block.
  virtual void block(std::uint64_t number, chain_callback<std::optional<chain_block>> done) = 0;
  /// In no particular order.
  virtual void logs(evm_log_query query, chain_callback<evm_logs> done) = 0;
  /// All logs of a transaction, from its receipt; nothing when there is no receipt.
  virtual void receipt_logs(hash32 tx, chain_callback<std::optional<evm_logs>> done) = 0;
  /// eth_call at the latest block.
  virtual void call(address to, bytes input, chain_callback<bytes> done) = 0;
  /// The code at an address at the latest block; empty when there is no contract.
  virtual void code(address at, chain_callback<bytes> done) = 0;
};

}  // namespace hedgerow::ports
