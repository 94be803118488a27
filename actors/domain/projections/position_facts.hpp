// What the facts alone say about one symbol's position: trades and executions are kept without limit, position updates
// only until compaction replaces them by a newer one. Does not depend on how the two topics take turns.
#pragma once

#include <map>
#include <vector>

#include "messages/events/onchain_trade.hpp"
#include "messages/events/position_update.hpp"
#include "messages/events/schwab_execution.hpp"

namespace hedgerow::domain {

class position_facts {
 public:
  /// Call these in the order of the partition. A trade whose sequence is not above the last one is ignored. Amounts
  /// that do not fit 256 bits are left out, as the position leaves them out.
  void add(const onchain_trade& trade);
  void add(const schwab_execution& step);

  [[nodiscard]] std::uint64_t last_trade_sequence() const { return last_trade_sequence_; }
  /// Sum of fills on chain, and at the broker; signed.
  [[nodiscard]] const shares& onchain() const { return onchain_; }
  [[nodiscard]] const shares& hedged() const { return hedged_; }
  /// What executions that have not ended still have to fill, signed.
  [[nodiscard]] shares reserved() const;
  /// Executions that have not ended, by number.
  [[nodiscard]] std::vector<tracked_execution> live() const;

 private:
  struct known {
    tracked_execution tracked;
    bool ended = false;
  };
  std::uint64_t last_trade_sequence_ = 0;
  shares onchain_;
  shares hedged_;
  std::map<std::uint64_t, known> executions_;
};

}  // namespace hedgerow::domain
