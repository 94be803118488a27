// JSON-RPC text into the port's types. Strict about form, tolerant where nodes differ (facts, 1.7 and 3.8).
#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/chain_client.hpp"
#include "runtime/adapters/evm/rpc_url.hpp"

namespace hedgerow::evm {

/// JSON with numbers kept as text, parsed without recursion. Deeper than this is refused before parsing.
inline constexpr int max_json_depth = 64;
/// Longest text kept of something malformed.
inline constexpr std::size_t max_malformed_text = 64 * 1024;

[[nodiscard]] expected<rapidjson::Document, std::string> parse_json(std::string_view text);

/// What one frame says: an answer to a request, or a notification of a subscription. Values point into `json`.
struct rpc_frame {
  rapidjson::Document json;
  /// The id of an answer; nullopt for a notification, and for an answer to a request that the node could not read.
  std::optional<std::uint64_t> id;
  /// The subscription of a notification.
  std::string subscription;
  /// The answer's or notification's payload; null when `error` is there.
  const rapidjson::Value* result = nullptr;
  const rapidjson::Value* error = nullptr;
};

/// The error says what is wrong with the frame.
[[nodiscard]] expected<rpc_frame, std::string> parse_frame(std::string_view text);

/// `0x` and hex digits below 2^63; leading zeros are tolerated.
[[nodiscard]] std::optional<std::uint64_t> parse_quantity(const rapidjson::Value& value);

/// An optional field that cannot be read counts as absent. Fails with the reason: NoBlockNumber, NoBlockHash, NoTxHash
/// and NoLogIndex for a log that is not in a block yet.
[[nodiscard]] expected<ports::evm_log, std::string> parse_log(const rapidjson::Value& value);
/// What can be read of a log that cannot be read as a whole. With `url` its text is scrubbed before it is cut.
[[nodiscard]] ports::malformed_evm_log remains_of(const rapidjson::Value& value, std::string reason,
                                                  const rpc_url* url = nullptr);
[[nodiscard]] expected<ports::chain_block, std::string> parse_block(const rapidjson::Value& value);
/// The answer of eth_getLogs. A log that is not one is put aside; only a non-array fails.
[[nodiscard]] expected<ports::evm_logs, std::string> parse_logs(const rapidjson::Value& value);
/// The answer of eth_getTransactionReceipt; JSON null is nothing.
[[nodiscard]] expected<std::optional<ports::evm_logs>, std::string> parse_receipt(const rapidjson::Value& value);
[[nodiscard]] expected<bytes, std::string> parse_bytes(const rapidjson::Value& value);

/// The JSON text of a value.
[[nodiscard]] std::string json_text(const rapidjson::Value& value);
/// The JSON text, cut to max_malformed_text.
[[nodiscard]] std::string cut_text(std::string_view text);

}  // namespace hedgerow::evm
