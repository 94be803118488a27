// Which trades were written for the events that a reorg can still take back. A reversal takes back what was written,
// not what the rules would make of the event now: tokens, the node's answers and the configuration may have changed
// since.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages/events/onchain_trade.hpp"

namespace hedgerow::domain {

/// Key of a remembered trade in the changelog: `trade:{block_hash}:{log_index}`.
[[nodiscard]] std::string memory_key(const evm_log_ref& ref);

/// Changes are kept apart until commit(), so that a slice that has to wait leaves nothing behind.
class trade_memory {
 public:
  struct change {
    std::string key;
    /// Null if the trade was forgotten. Valid until the next change.
    const onchain_trade* trade = nullptr;
  };

  /// Takes over what the changelog holds.
  void restore(onchain_trade trade);
  /// The trade of an applied event has been written.
  void remember(onchain_trade trade);
  /// Returns the trade written for this log and forgets it; nullopt when no trade is remembered for it.
  [[nodiscard]] std::optional<onchain_trade> take_back(const evm_log_ref& ref);
  /// Forgets the trades of blocks below `block`.
  void forget_below(std::uint64_t block);
  /// What differs from the last commit, for the changelog.
  [[nodiscard]] std::vector<change> commit();
  /// Back to the last commit.
  void rollback();
  [[nodiscard]] std::size_t size() const { return trades_.size(); }

 private:
  using place = std::pair<std::uint64_t, std::string>;
  static place place_of(const evm_log_ref& ref) { return {ref.block_number, memory_key(ref)}; }
  void keep_before(const place& at);

  std::map<place, onchain_trade> trades_;
  /// The trades at the last commit, for the places that were touched since.
  std::map<place, std::optional<onchain_trade>> before_;
};

}  // namespace hedgerow::domain
