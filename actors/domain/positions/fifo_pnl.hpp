// Realised profit and loss of one symbol, first in first out (facts, 6.9). Both venues feed one queue of lots, under
// the base symbol. Fees are not part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "actors/domain/positions/cow_sequence.hpp"
#include "messages/types/amount.hpp"
#include "messages/types/expected.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::domain {

enum class trade_venue : std::uint8_t { onchain, broker };

/// As reports spell it: ONCHAIN or OFFCHAIN.
[[nodiscard]] constexpr std::string_view to_string(trade_venue v) {
  return v == trade_venue::onchain ? "ONCHAIN" : "OFFCHAIN";
}

/// A fill at either venue. `side` is what the owner did there. Quantity and notional are positive.
struct pnl_fill {
  trade_venue venue = trade_venue::onchain;
  hedgerow::side side = hedgerow::side::buy;
  shares quantity;
  usd notional;
  friend bool operator==(const pnl_fill&, const pnl_fill&) = default;
};

/// The rest of a fill: shares, and the amount paid (long) or received (short) for them.
struct pnl_lot {
  shares quantity;
  usd cost;
  [[nodiscard]] hedgerow::price price() const { return {cost, quantity}; }
  friend bool operator==(const pnl_lot&, const pnl_lot&) = default;
};

/// The line that a report shows for one fill.
struct pnl_row {
  pnl_fill fill;
  /// Nothing when the fill closed no lot: that is not the same as zero.
  std::optional<usd> realized;
  usd cumulative;
  /// Signed sum of the lots.
  shares net;
  friend bool operator==(const pnl_row&, const pnl_row&) = default;
};

enum class pnl_fault : std::uint8_t { invalid_fill, overflow };

[[nodiscard]] std::string_view to_string(pnl_fault fault);

/// Lots and profit of one symbol. Dollars are conserved exactly: at any time `cumulative` equals all sales minus all
/// purchases plus the cost of long lots minus that of short lots.
class fifo_pnl {
 public:
  /// Books a fill. Lots of the other side are consumed oldest first; consuming c of q shares takes cost * c / q,
  /// rounded half to even in the 18th decimal, and leaves the rest in the lot. What exceeds the lots opens one of its
  /// own side. Fails without changing anything.
  [[nodiscard]] expected<pnl_row, pnl_fault> apply(const pnl_fill& fill);

  /// Takes back a fill that a reorg reverted by booking the other side at the same notional. Its cost: lots are not put
  /// back where they were. If the fill was still the only lot, nothing remains of it; if hedges consumed it meanwhile,
  /// what they realised stands and the reversal opens or consumes other lots at the price of the fill. Cumulative
  /// profit plus the value of the lots is exact in every case; how it is split into realised and open may differ from a
  /// history in which the fill never happened.
  [[nodiscard]] expected<pnl_row, pnl_fault> reverse(const pnl_fill& fill);

  /// Oldest first; all on one side.
  [[nodiscard]] const cow_sequence<pnl_lot>& lots() const { return lots_; }
  /// Side of the lots: buy is long. Without meaning when there are none.
  [[nodiscard]] side lots_side() const { return lots_side_; }
  [[nodiscard]] const usd& cumulative() const { return cumulative_; }
  [[nodiscard]] const shares& net() const { return net_; }

 private:
  struct outcome;
  [[nodiscard]] expected<outcome, amount_error> work_out(const pnl_fill& fill) const;

  cow_sequence<pnl_lot> lots_;
  side lots_side_ = side::buy;
  usd cumulative_;
  shares net_;
};

}  // namespace hedgerow::domain
