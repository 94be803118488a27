// Puts the demo's contracts, tokens, vaults and orders on an empty chain.
#pragma once

#include "runtime/demo/demo_chain.hpp"

namespace hedgerow::demo {

[[nodiscard]] expected<demo_addresses, std::string> deploy_demo(anvil_rpc& rpc, const std::vector<demo_symbol>& symbols,
                                                                const progress_callback& progress);

}  // namespace hedgerow::demo
