// Profit of one symbol over both venues, in the order in which fills happened, not in which they were heard of
// (facts, L73): fills of the last minutes are kept apart and sorted, older ones are folded for good.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "actors/domain/hedging/fifo_pnl.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// How late a fill may be heard of and still take its place in time.
inline constexpr std::chrono::minutes pnl_lateness{10};

class pnl_fold {
 public:
  /// `id` is unique per fill and breaks ties; `reverted` takes a fill back.
  void add(timestamp happened, const std::string& id, const pnl_fill& fill, bool reverted);

  /// Realised so far, in dollars.
  [[nodiscard]] const usd& realized() const;

 private:
  struct entry {
    pnl_fill fill;
    bool reverted = false;
  };
  /// Time, venue (on chain first), id: the order of the facts, 6.9.
  using place = std::tuple<timestamp, trade_venue, std::string>;

  static void book(fifo_pnl& ledger, const entry& e);

  fifo_pnl settled_;
  std::map<place, entry> recent_;
  /// Worked out when asked for: a busy symbol is added to far more often than it is looked at.
  mutable usd realized_;
  mutable bool dirty_ = false;
};

}  // namespace hedgerow::domain
