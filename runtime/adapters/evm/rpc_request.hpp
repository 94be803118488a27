// The text of JSON-RPC requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::evm {

/// `params` is the JSON text of an array.
[[nodiscard]] std::string request_text(std::uint64_t id, std::string_view method, std::string_view params);

/// 0x and hex without leading zeros.
[[nodiscard]] std::string quantity(std::uint64_t value);
[[nodiscard]] std::string block_params(std::uint64_t number);
/// Of the range, or with a hash of that block alone (EIP-234).
[[nodiscard]] std::string log_params(const ports::evm_log_query& query, const hash32* block = nullptr);
[[nodiscard]] std::string call_params(const address& to, const bytes& input);
/// Parameters of eth_subscribe("logs").
[[nodiscard]] std::string subscription_params(const std::vector<address>& books, const std::vector<hash32>& topic0);

}  // namespace hedgerow::evm
