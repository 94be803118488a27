#include "actors/domain/projections/pnl_fold.hpp"

namespace hedgerow::domain {

void pnl_fold::book(fifo_pnl& ledger, const entry& e) {
  // A fill that the rule refuses (an overflow) leaves the ledger as it is: profit is for display and decides nothing.
  std::ignore = e.reverted ? ledger.reverse(e.fill) : ledger.book(e.fill);
}

void pnl_fold::add(timestamp happened, const std::string& id, const pnl_fill& fill, bool reverted) {
  recent_.insert_or_assign(place{happened, fill.venue, id}, entry{fill, reverted});
  const timestamp newest = std::get<timestamp>(recent_.rbegin()->first);
  while (std::get<timestamp>(recent_.begin()->first) + pnl_lateness < newest) {
    book(settled_, recent_.begin()->second);
    recent_.erase(recent_.begin());
  }
  dirty_ = true;
}

const usd& pnl_fold::realized() const {
  if (dirty_) {
    fifo_pnl ledger = settled_;
    for (const auto& [at, e] : recent_) book(ledger, e);
    realized_ = ledger.cumulative();
    dirty_ = false;
  }
  return realized_;
}

}  // namespace hedgerow::domain
