// Blocking calls to the demo's node, for code that runs on its own thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/random.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"

namespace hedgerow::demo {

/// What became of a transaction.
struct tx_receipt {
  bool succeeded = false;
  std::optional<address> created;
  std::vector<ports::evm_log> logs;
};

class anvil_rpc {
 public:
  /// Returns when the node answers; fails after `limit`.
  [[nodiscard]] static expected<std::unique_ptr<anvil_rpc>, std::string> connect(
      const std::string& url, const ports::clock& clock, ports::random& random,
      std::chrono::milliseconds limit = std::chrono::seconds{30});
  ~anvil_rpc();
  anvil_rpc(const anvil_rpc&) = delete;
  anvil_rpc& operator=(const anvil_rpc&) = delete;

  /// The JSON text of the result; of a JSON string its content.
  [[nodiscard]] expected<std::string, std::string> request(const std::string& method, const std::string& params);
  /// Transaction hash. `to` without value creates a contract. `data` is hex with 0x.
  [[nodiscard]] expected<std::string, std::string> send(const address& from, const std::optional<address>& to,
                                                        const std::string& data);
  /// Does not wait for the answer; `done` is called on the client's thread.
  void send_later(const address& from, const address& to, const std::string& data,
                  ports::chain_callback<std::string> done);
  /// Nothing while the transaction is not in a block.
  [[nodiscard]] expected<std::optional<tx_receipt>, std::string> receipt(const std::string& tx);
  /// Mines what is pending and returns the receipts in order; fails when one is missing or did not succeed.
  [[nodiscard]] expected<std::vector<tx_receipt>, std::string> mine(const std::vector<std::string>& txs);
  /// eth_call; `block` is a number in hex or a tag.
  [[nodiscard]] expected<bytes, std::string> call(const address& to, const std::string& data,
                                                  const std::string& block = "latest");
  [[nodiscard]] expected<std::vector<address>, std::string> accounts();
  [[nodiscard]] expected<std::uint64_t, std::string> block_number();
  [[nodiscard]] expected<bool, std::string> has_code(const address& where);

 private:
  explicit anvil_rpc(std::shared_ptr<evm::rpc_client> client) : client_{std::move(client)} {}
  std::shared_ptr<evm::rpc_client> client_;
};

}  // namespace hedgerow::demo
