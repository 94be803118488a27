#include "actors/domain/positions/fifo_pnl.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

/// The part of `cost` that belongs to `part` of `whole`. All of it when they are equal, so that nothing is left behind.
expected<usd, amount_error> share_of(const usd& cost, const shares& part, const shares& whole) {
  if (part == whole) return cost;
  auto units = mul_div_round(cost.units(), part.units(), whole.units());
  if (!units) return unexpected(units.error());
  return usd::from_units(std::move(*units));
}

}  // namespace

/// What a fill does, before any of it is done.
struct fifo_pnl::outcome {
  /// Lots used up completely.
  std::size_t used_up = 0;
  /// The rest of the next lot, when it was used in part.
  std::optional<pnl_lot> cut;
  /// The rest of the fill.
  pnl_lot rest;
  std::optional<usd> realized;
  usd cumulative;
  shares net;
};

expected<fifo_pnl::outcome, amount_error> fifo_pnl::work_out(const pnl_fill& fill) const {
  outcome out;
  out.rest = {fill.quantity, fill.notional};
  const auto net = net_.plus(fill.side == side::buy ? fill.quantity : -fill.quantity);
  if (!net) return unexpected(net.error());
  out.net = *net;
  out.cumulative = cumulative_;
  if (lots_.empty() || lots_side_ == fill.side) return out;

  usd realized;
  for (const pnl_lot& lot : lots_) {
    if (out.rest.quantity.is_zero()) break;
    const shares taken = std::min(lot.quantity, out.rest.quantity);
    const auto cost = share_of(lot.cost, taken, lot.quantity);
    const auto value = share_of(out.rest.cost, taken, out.rest.quantity);
    if (!cost || !value) return unexpected(amount_error::overflow);
    // A long lot was bought for `cost` and sold for `value`; a short one the other way round.
    const auto gain = lots_side_ == side::buy ? value->minus(*cost) : cost->minus(*value);
    const auto sum = gain ? realized.plus(*gain) : gain;
    if (!sum) return unexpected(sum.error());
    realized = *sum;
    out.rest = {*out.rest.quantity.minus(taken), *out.rest.cost.minus(*value)};
    if (taken == lot.quantity)
      ++out.used_up;
    else
      out.cut = pnl_lot{*lot.quantity.minus(taken), *lot.cost.minus(*cost)};
  }
  const auto cumulative = cumulative_.plus(realized);
  if (!cumulative) return unexpected(cumulative.error());
  out.cumulative = *cumulative;
  out.realized = realized;
  return out;
}

expected<pnl_row, pnl_fault> fifo_pnl::apply(const pnl_fill& fill) {
  if (fill.quantity.sign() <= 0 || fill.notional.sign() <= 0) return unexpected(pnl_fault::invalid_fill);
  auto out = work_out(fill);
  if (!out) return unexpected(pnl_fault::overflow);
  lots_.drop_front(out->used_up);
  if (out->cut) lots_.replace(lots_.begin(), std::move(*out->cut));
  if (!out->rest.quantity.is_zero()) {
    lots_side_ = fill.side;
    lots_.push_back(std::move(out->rest));
  }
  cumulative_ = out->cumulative;
  net_ = out->net;
  return pnl_row{fill, std::move(out->realized), cumulative_, net_};
}

expected<pnl_row, pnl_fault> fifo_pnl::reverse(const pnl_fill& fill) {
  pnl_fill opposite_fill = fill;
  opposite_fill.side = opposite(fill.side);
  return apply(opposite_fill);
}

std::string_view to_string(pnl_fault fault) {
  switch (fault) {
    case pnl_fault::invalid_fill: return "quantity and notional must be positive";
    case pnl_fault::overflow: return "the amounts do not fit 256 bits";
  }
  return "unknown";
}

}  // namespace hedgerow::domain
