// The chain port over one WebSocket that carries subscriptions and requests (facts, 3.7 and 3.8).
#pragma once

#include <memory>
#include <string>

#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/random.hpp"
#include "messages/types/connection_policy.hpp"

namespace hedgerow::evm {

/// The policy is the setting.
struct chain_client_options : chain_policy {
  /// ws:// or wss://. Its path may hold a provider's key and is never shown.
  std::string url;
};

/// The chain port and a door for any other method.
///
/// Beyond the port's contract: `down` comes after every loss and after every attempt that fails, so that the newest
/// reason is known. A request while there is no connection fails at once with `disconnected`. When an answer exceeds
/// max_frame_bytes, pending logs() fail with range_too_wide, as halving the range is the remedy; those of a single
/// block that can be read in parts (log_parts.hpp) fail with disconnected, and the next ones begin with the parts. A
/// frame that cannot be attributed is told to every subscriber. Callbacks run on the client's thread and must not
/// block.
class rpc_client : public ports::chain_client {
 public:
  /// `params` is the JSON text of an array; the answer is the JSON text of `result`, numbers as strings.
  virtual void raw_request(std::string method, std::string params, ports::chain_callback<std::string> done) = 0;
};

/// Fails with a text that names key, value (of an address: nothing) and remedy. `clock` and `random` must outlive
/// the client.
[[nodiscard]] expected<std::shared_ptr<rpc_client>, std::string> make_rpc_client(chain_client_options options,
                                                                                 const ports::clock& clock,
                                                                                 ports::random& random);
[[nodiscard]] expected<std::shared_ptr<ports::chain_client>, std::string> make_chain_client(
    chain_client_options options, const ports::clock& clock, ports::random& random);

}  // namespace hedgerow::evm
