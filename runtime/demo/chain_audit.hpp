// The truth that the books are compared with: what the contracts themselves count in their storage, read without any
// of the code that decodes events.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "messages/types/amount.hpp"
#include "runtime/demo/anvil_rpc.hpp"
#include "runtime/demo/demo_chain.hpp"

namespace hedgerow::demo {

/// Net shares by base symbol that the owner's orders received (positive) or gave (negative) against USDC, over both
/// books, at `block` (the latest without one). Exact; symbols never traded are 0.
[[nodiscard]] expected<std::map<std::string, shares>, std::string> read_net_positions(
    anvil_rpc& rpc, const demo_addresses& world, std::optional<std::uint64_t> block = std::nullopt);

/// Fills of the owner's orders, of any pair, without self-takes.
[[nodiscard]] expected<std::uint64_t, std::string> count_owner_fills(anvil_rpc& rpc, const demo_addresses& world,
                                                                     std::optional<std::uint64_t> block = std::nullopt);

}  // namespace hedgerow::demo
