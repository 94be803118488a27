// The demo's contracts on its chain: deployed once, found again after a restart.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "messages/events/blockchain_event.hpp"
#include "runtime/demo/anvil_rpc.hpp"

namespace hedgerow::demo {

/// An equity that the demo trades.
struct demo_symbol {
  /// As the token calls itself, such as AAPL0x, NVDAs1 or tGME.
  std::string token;
  /// As the broker calls it, such as AAPL.
  std::string base;
  /// Price to start from, in cents per share.
  std::uint64_t cents = 10'000;
};

struct demo_token {
  demo_symbol symbol;
  address where;
};

struct demo_book {
  orderbook_version version = orderbook_version::v4;
  address where;
  /// The owner's orders: one per equity, with tokens [USDC, equity], in the order of demo_addresses::equities.
  std::vector<hash32> owner_orders;
  /// Orders over all tokens, [USDC, equities..., WETH]: the owner's and two strangers'.
  hash32 owner_wide_order;
  std::vector<hash32> stranger_orders;
};

struct demo_addresses {
  /// Nothing of the demo is in a block before this one.
  std::uint64_t first_block = 0;
  address owner;
  address usdc;
  /// Neither dollars nor an equity.
  address weth;
  std::vector<demo_token> equities;
  std::vector<demo_book> books;
  /// Accounts that take, and one that clears.
  std::vector<address> takers;
  address clearer;
};

using progress_callback = std::function<void(const std::string& line)>;

/// Reads `data_dir`/demo-chain.json and checks that the chain has these contracts; deploys them otherwise. Fails when
/// the folder belongs to a demo with other symbols.
[[nodiscard]] expected<demo_addresses, std::string> prepare_demo_chain(anvil_rpc& rpc,
                                                                       const std::filesystem::path& data_dir,
                                                                       const std::vector<demo_symbol>& symbols,
                                                                       const progress_callback& progress);

}  // namespace hedgerow::demo
