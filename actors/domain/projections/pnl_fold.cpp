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
  for (auto* known : {&common_, &shown_})
    if (known->until && at <= *known->until) known->until.reset();
  const auto next = waiting_.lower_bound(at, &entry::at);
  const bool again = next != waiting_.end() && next->at == at;
  entry added{std::move(at), fill, reverted};
  again ? waiting_.replace(next, std::move(added)) : waiting_.insert(next, std::move(added));
  auto& newest = newest_[static_cast<std::size_t>(fill.venue)];
  newest = std::max(newest, happened);
  settle();
}

void pnl_fold::settle() {
  const timestamp open = std::min(open_from(trade_venue::onchain), open_from(trade_venue::broker));
  while (!waiting_.empty() && (std::get<0>(waiting_.front().at) < open || waiting_.size() > pnl_waiting_limit)) {
    const auto& first = waiting_.front();
    apply(settled_, first);
    for (auto* known : {&common_, &shown_})
      if (known->until && first.at > *known->until) known->until.reset();
    waiting_.drop_front(1);
  }
}

void pnl_fold::go_on(reached& later, const fifo_pnl& begun, const std::optional<place>& done,
                     cow_sequence<entry>::const_iterator end) const {
  if (!later.until) {
    later.ledger = begun;
    later.until = done;
  }
  auto next = later.until ? waiting_.upper_bound(*later.until, &entry::at) : waiting_.begin();
  if (next == end) return;
  const entry* last = nullptr;
  for (; next != end; ++next) {
    apply(later.ledger, *next);
    last = &*next;
  }
  later.until = last->at;
}

const usd& pnl_fold::realized() const {
  if (waiting_.empty()) return settled_.cumulative();
  const timestamp behind = std::min(newest_[0], newest_[1]);
  go_on(common_, settled_, {}, waiting_.lower_bound(behind, [](const entry& e) { return std::get<0>(e.at); }));
  go_on(shown_, common_.ledger, common_.until, waiting_.end());
  return shown_.ledger.cumulative();
}

}  // namespace hedgerow::domain
