#include "actors/domain/projections/pnl_fold.hpp"

#include <algorithm>

namespace hedgerow::domain {

void pnl_fold::apply(fifo_pnl& ledger, const entry& e) {
  // A fill that the rule refuses (an overflow) leaves the ledger as it is: profit is for display and decides nothing.
  std::ignore = e.reverted ? ledger.reverse(e.fill) : ledger.apply(e.fill);
}

timestamp pnl_fold::open_from(trade_venue v) const {
  const timestamp newest = newest_[static_cast<std::size_t>(v)];
  return newest == never ? never : newest - pnl_lateness;
}

void pnl_fold::add(timestamp happened, const std::string& id, const pnl_fill& fill, bool reverted) {
  place at{std::max(happened, open_from(fill.venue)), happened, fill.venue, id};
  if (shown_until_ && at <= *shown_until_) shown_until_.reset();
  waiting_.insert_or_assign(std::move(at), entry{fill, reverted});
  auto& newest = newest_[static_cast<std::size_t>(fill.venue)];
  newest = std::max(newest, happened);
  const timestamp open = std::min(open_from(trade_venue::onchain), open_from(trade_venue::broker));
  while (!waiting_.empty() && (std::get<0>(waiting_.begin()->first) < open || waiting_.size() > pnl_waiting_limit)) {
    const auto first = waiting_.begin();
    apply(settled_, first->second);
    if (shown_until_ && first->first > *shown_until_) shown_until_.reset();
    waiting_.erase(first);
  }
}

const usd& pnl_fold::realized() const {
  if (waiting_.empty()) return settled_.cumulative();
  if (!shown_until_) shown_ = settled_;
  auto next = shown_until_ ? waiting_.upper_bound(*shown_until_) : waiting_.begin();
  for (; next != waiting_.end(); ++next) apply(shown_, next->second);
  shown_until_ = waiting_.rbegin()->first;
  return shown_.cumulative();
}

}  // namespace hedgerow::domain
