#include "runtime/demo/market_orders.hpp"

#include <algorithm>

#include "messages/types/check.hpp"
#include "runtime/demo/call_data.hpp"
#include "runtime/demo/contract_build.hpp"

namespace hedgerow::demo {
namespace {

/// Every token but USDC.
constexpr unsigned share_decimals = 18;
constexpr unsigned dollar_decimals = 6;
const uint256 share{1'000'000'000'000'000'000ULL};

const contract_build& abi_of(const demo_book& book) {
  return find_contract(book.version == orderbook_version::v4 ? "DemoOrderBookV4" : "DemoOrderBookV6");
}

}  // namespace

market_orders::market_orders(const demo_addresses& world, std::uint64_t seed) : world_{world}, random_{seed} {
  HEDGEROW_CHECK(!world_.equities.empty() && world_.books.size() == 2, "a market needs equities and both books");
  for (const auto& equity : world_.equities) cents_.push_back(equity.symbol.cents);
}

market_action market_orders::next() {
  const auto kind = below(100);
  const auto& book = any_book();
  if (kind < 58) return take(book, equity_trade(book, book.owner_wide_order, true), 1);
  if (kind < 80) return clear(true);
  if (kind < 84) return many_takes();
  if (kind < 88) return take(book, equity_trade(book, book.stranger_orders[below(2)], false), 0);
  if (kind < 91) return clear(false);
  if (kind < 94) return take(book, other_pair(book.owner_wide_order), 1);
  if (kind < 98) return take(book, dust_trade(book, book.owner_wide_order), 1);
  auto own = take(book, equity_trade(book, book.owner_wide_order, true), 0);
  own.from = world_.owner;
  return own;
}

/// 0.05 to 1.5 shares, to the last of 18 decimals.
uint256 market_orders::draw_amount() {
  constexpr std::uint64_t least = 50'000'000'000'000'000ULL;
  return uint256{least + below(1'450'000'000'000'000'001ULL)};
}

void market_orders::walk_price(std::size_t equity) {
  const auto start = world_.equities[equity].symbol.cents;
  const auto step = std::max<std::uint64_t>(1, start / 2000);
  const auto moved = cents_[equity] + below(2 * step + 1);
  cents_[equity] = std::clamp(moved - step, start / 2 + 1, start * 2);
}

/// Raw USDC for raw shares, rounded up as the contract does in favour of the owner.
uint256 market_orders::dollars(std::size_t equity, const uint256& amount) const {
  const uint256 product = amount * cents_[equity] * 10'000;
  return (product + share - 1) / share;
}

market_orders::trade market_orders::equity_trade(const demo_book& book, const hash32& wide_order, bool may_be_narrow) {
  const auto equity = below(world_.equities.size());
  walk_price(equity);
  const bool narrow = may_be_narrow && !chance(30);
  const std::size_t index = narrow ? 1 : equity + 1;
  const auto amount = draw_amount();
  const auto paid = dollars(equity, amount);
  const auto& order = narrow ? book.owner_orders[equity] : wide_order;
  if (chance(50)) return {.order = order, .in = 0, .out = index, .input = paid, .output = amount};
  return {.order = order, .in = index, .out = 0, .input = amount, .output = paid};
}

/// WETH against an equity or against dollars, or one equity against another.
market_orders::trade market_orders::other_pair(const hash32& wide_order) {
  const std::size_t weth = world_.equities.size() + 1;
  const std::size_t equity = 1 + below(world_.equities.size());
  const auto amount = draw_amount();
  switch (below(3)) {
    case 0: return {.order = wide_order, .in = weth, .out = equity, .input = amount / 20, .output = amount};
    case 1: return {.order = wide_order, .in = 0, .out = weth, .input = amount / 300'000'000, .output = amount};
    default: {
      const std::size_t other = equity == 1 ? world_.equities.size() : equity - 1;
      if (other == equity) {
        return {.order = wide_order, .in = weth, .out = 0, .input = amount, .output = amount / 400'000'000};
      }
      return {.order = wide_order, .in = equity, .out = other, .input = amount, .output = amount * 2};
    }
  }
}

/// On V6 below the smallest unit on both sides, with exponents that no real order has (facts, 9.1); on V4 a
/// millionth of a share, which is a fill like any other.
market_orders::trade market_orders::dust_trade(const demo_book& book, const hash32& wide_order) {
  const auto equity = below(world_.equities.size());
  if (book.version == orderbook_version::v4) {
    const uint256 amount{1'000'000'000'000ULL + below(9'000'000'000'000ULL)};
    return {.order = wide_order, .in = 0, .out = equity + 1, .input = dollars(equity, amount), .output = amount};
  }
  const uint256 paid{1 + below(999)}, amount{1 + below(999)};
  return {.order = wide_order, .in = 0, .out = equity + 1, .input = paid, .output = amount, .dust = true};
}

/// Raw units for V4. For V6 a Float of the same value in one of its many forms.
uint256 market_orders::on_chain(const demo_book& book, const uint256& raw, unsigned decimals, bool dust) {
  if (book.version == orderbook_version::v4) return raw;
  if (dust) return make_float(raw, chance(20) ? std::numeric_limits<std::int32_t>::min() : -60);
  const auto zeros = static_cast<unsigned>(below(10));
  return make_float(raw * pow(uint256{10}, zeros), -static_cast<std::int32_t>(decimals + zeros));
}

unsigned market_orders::decimals_of(std::size_t token) {
  return token == 0 ? dollar_decimals : share_decimals;  // USDC is the first of every order's tokens
}

std::string market_orders::take_call(const demo_book& book, const trade& t) {
  call_data data{"0x" + abi_of(book).selector("take")};
  // The taker receives what the order gives (facts, 0.1).
  return data.word(t.order)
      .word(uint256{t.in})
      .word(uint256{t.out})
      .word(on_chain(book, t.output, decimals_of(t.out), t.dust))
      .word(on_chain(book, t.input, decimals_of(t.in), t.dust))
      .word(uint256{chance(20) ? 1U : 0U})
      .hex();
}

market_action market_orders::take(const demo_book& book, const trade& t, int fills) {
  return {any_taker(), book.where, take_call(book, t), fills};
}

market_action market_orders::many_takes() {
  const auto& book = any_book();
  std::vector<std::string> calls;
  int fills = 0;
  for (auto left = 2 + below(3); left > 0; --left) {
    const bool owners = chance(75);
    const auto& order = owners ? book.owner_wide_order : book.stranger_orders[below(2)];
    calls.push_back(take_call(book, equity_trade(book, order, owners)));
    fills += owners ? 1 : 0;
  }
  call_data data{"0x" + abi_of(book).selector("multicall")};
  return {any_taker(), book.where, data.word(uint256{32}).calls(calls).hex(), fills};
}

market_action market_orders::clear(bool with_owner) {
  const auto& book = any_book();
  // One side sells the equity, the other buys it; the owner may be either, and either may be alice.
  trade mine = equity_trade(book, with_owner ? book.owner_wide_order : book.stranger_orders[0], with_owner);
  const bool narrow = with_owner && mine.order != book.owner_wide_order;
  const auto wide = [&](std::size_t index) {
    if (index == 0 || !narrow) return index;
    const auto at = std::ranges::find(book.owner_orders, mine.order) - book.owner_orders.begin();
    return static_cast<std::size_t>(at) + 1;
  };
  trade theirs{.order = book.stranger_orders[1],
               .in = wide(mine.out),
               .out = wide(mine.in),
               .input = mine.output,
               .output = mine.input};
  // What one side gives beyond what the other receives is the clearer's bounty (facts, 1.8).
  if (chance(30)) theirs.output += 1 + below(1000);
  if (chance(30)) theirs.input -= theirs.input / 1000;
  const bool owner_first = chance(50);
  const trade& alice = owner_first ? mine : theirs;
  const trade& bob = owner_first ? theirs : mine;
  call_data data{"0x" + abi_of(book).selector("clear")};
  data.word(alice.order).word(bob.order);
  for (const auto index : {alice.in, alice.out, bob.in, bob.out}) data.word(uint256{index});
  data.word(uint256{1}).word(uint256{1});
  const auto amount = [&](const uint256& raw, std::size_t token) {
    data.word(on_chain(book, raw, decimals_of(token), false));
  };
  amount(alice.output, alice.out);
  amount(bob.output, bob.out);
  amount(alice.input, alice.in);
  amount(bob.input, bob.in);
  return {world_.clearer, book.where, data.hex(), with_owner ? 1 : 0};
}

}  // namespace hedgerow::demo
