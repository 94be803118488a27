#include "runtime/demo/chain_audit.hpp"

#include "runtime/adapters/evm/rpc_request.hpp"
#include "runtime/demo/call_data.hpp"
#include "runtime/demo/contract_build.hpp"

namespace hedgerow::demo {
namespace {

std::string tag_of(std::optional<std::uint64_t> block) { return block ? evm::quantity(*block) : "latest"; }

}  // namespace

expected<std::map<std::string, shares>, std::string> read_net_positions(anvil_rpc& rpc, const demo_addresses& world,
                                                                        std::optional<std::uint64_t> block) {
  std::vector<address> tokens;
  std::map<std::string, shares> out;
  for (const auto& equity : world.equities) {
    tokens.push_back(equity.where);
    out.emplace(equity.symbol.base, shares{});
  }
  // One block for both books, also when the chain moves on between the two calls.
  if (!block) {
    const auto latest = rpc.block_number();
    if (!latest) return unexpected(latest.error());
    block = *latest;
  }
  for (const auto& book : world.books) {
    call_data data{"0x" + find_contract("DemoOrderBookV4").selector("netOf")};
    data.word(world.owner).word(world.usdc).word(uint256{96}).list(tokens);
    const auto answer = rpc.call(book.where, data.hex(), tag_of(block));
    if (!answer) return unexpected(answer.error());
    const auto sums = read_int256_list(*answer);
    if (!sums || sums->size() != tokens.size()) return unexpected(std::string{"netOf: the answer has another form"});
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      // Equities have 18 decimals, as shares have.
      auto& sum = out[world.equities[i].symbol.base];
      const auto added = sum.plus(shares::from_units((*sums)[i]));
      if (!added) return unexpected("net position of " + world.equities[i].symbol.base + ": overflow");
      sum = *added;
    }
  }
  return out;
}

expected<std::uint64_t, std::string> count_owner_fills(anvil_rpc& rpc, const demo_addresses& world,
                                                       std::optional<std::uint64_t> block) {
  std::uint64_t out = 0;
  for (const auto& book : world.books) {
    call_data data{"0x" + find_contract("DemoOrderBookV4").selector("fills")};
    const auto answer = rpc.call(book.where, data.word(world.owner).hex(), tag_of(block));
    if (!answer) return unexpected(answer.error());
    const auto count = read_uint256(*answer);
    if (!count) return unexpected(std::string{"fills: the answer has another form"});
    out += static_cast<std::uint64_t>(*count);
  }
  return out;
}

}  // namespace hedgerow::demo
