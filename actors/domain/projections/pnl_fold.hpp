// Profit of one symbol over both venues, in the order in which fills happened, not in which reports arrived.
// The venues are two partitions of the log, read independently of each other: the result depends on the
// order within each, never on how they took turns.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <tuple>

#include "actors/domain/positions/fifo_pnl.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// A fill that arrives up to this much later than the newest fill of its venue still takes its place in time.
inline constexpr std::chrono::minutes pnl_lateness{10};

/// So many fills wait at most for the other venue to catch up: one that the broker never fills is not waited for for
/// ever. The oldest are booked then, and an older fill of the other venue, should one come, after them.
inline constexpr std::size_t pnl_waiting_limit = 10'000;

class pnl_fold {
 public:
  /// `id` is unique per fill and breaks ties; `reverted` takes a fill back. In the order of the venue's partition.
  void add(timestamp happened, const std::string& id, const pnl_fill& fill, bool reverted);

  /// Realised so far, in dollars.
  [[nodiscard]] const usd& realized() const;

  /// Fills that wait for the other venue to catch up.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  /// Where it is booked: its time, or as early as its venue can still add something. Then its time, the venue (on chain
  /// first) and the id: the order of the facts, 6.9.
  using place = std::tuple<timestamp, timestamp, trade_venue, std::string>;
  struct entry {
    place at;
    pnl_fill fill;
    bool reverted = false;
  };

  /// The ledger after everything that waits up to a place; without one, it has to be worked out from an earlier one.
  struct reached {
    fifo_pnl ledger;
    std::optional<place> until;
  };

  static void apply(fifo_pnl& ledger, const entry& e);
  /// Everything of this venue that is still to come is booked at this time or later.
  [[nodiscard]] timestamp open_from(trade_venue v) const;
  void settle();
  /// Goes on to the end that is given, from what `later` has reached, or else from a ledger that has reached `done`.
  void go_on(reached& later, const fifo_pnl& begun, const std::optional<place>& done,
             cow_sequence<entry>::const_iterator end) const;

  static constexpr timestamp never{std::numeric_limits<std::int64_t>::min()};
  /// Time of the newest fill of each venue.
  std::array<timestamp, 2> newest_{never, never};
  /// Everything before the earliest place that either venue can still fill.
  fifo_pnl settled_;
  /// Sorted by place.
  cow_sequence<entry> waiting_;
  /// Worked out when asked for, since a busy symbol is added to far more often than it is looked at: all that waits,
  /// and what waits from before the newest fill of the venue that is behind. While the log is read from its beginning
  /// that venue may be far behind, and each of its fills comes before many of the other's, but seldom before its own.
  mutable reached shown_;
  mutable reached common_;
};

}  // namespace hedgerow::domain
