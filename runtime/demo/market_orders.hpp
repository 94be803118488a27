// What the demo's market does next: a seeded stream of transactions against the demo's order books. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/types/amount.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/demo_chain.hpp"

namespace hedgerow::demo {

/// One transaction, ready to send.
struct market_action {
  address from;
  address to;
  /// Hex with 0x.
  std::string data;
  /// Fills of the owner's orders in it that count for `fills` of the contract.
  int owner_fills = 0;
};

/// Draws takes and clears of the owner's orders in both directions on both books, and between them what must leave no
/// trace in the hedge: strangers' trades, pairs without dollars, dust, the owner taking its own order.
class market_orders {
 public:
  market_orders(const demo_addresses& world, std::uint64_t seed);
  [[nodiscard]] market_action next();

 private:
  /// A trade of one order: it receives `input` of token `in` and gives `output` of token `out`; raw units.
  struct trade {
    hash32 order;
    std::size_t in = 0;
    std::size_t out = 0;
    uint256 input;
    uint256 output;
    bool dust = false;
  };

  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_.next() % limit; }
  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
  [[nodiscard]] const demo_book& any_book() { return world_.books[below(world_.books.size())]; }
  [[nodiscard]] const address& any_taker() { return world_.takers[below(world_.takers.size())]; }

  [[nodiscard]] uint256 draw_amount();
  void walk_price(std::size_t equity);
  [[nodiscard]] uint256 dollars(std::size_t equity, const uint256& amount) const;

  [[nodiscard]] trade equity_trade(const demo_book& book, const hash32& wide_order, bool may_be_narrow);
  [[nodiscard]] trade other_pair(const hash32& wide_order);
  [[nodiscard]] trade dust_trade(const demo_book& book, const hash32& wide_order);
  [[nodiscard]] uint256 on_chain(const demo_book& book, const uint256& raw, unsigned decimals, bool dust);
  [[nodiscard]] static unsigned decimals_of(std::size_t token);
  [[nodiscard]] std::string take_call(const demo_book& book, const trade& t);

  [[nodiscard]] market_action take(const demo_book& book, const trade& t, int fills);
  [[nodiscard]] market_action many_takes();
  [[nodiscard]] market_action clear(bool with_owner);

  demo_addresses world_;
  adapters::splitmix_random random_;
  std::vector<std::uint64_t> cents_;
};

}  // namespace hedgerow::demo
