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

#include "messages/events/written_trades.hpp"

namespace hedgerow::domain {

/// Key of a trade in changelogs of earlier versions, which kept one record for each: `trade:{block_hash}:{log_index}`.
[[nodiscard]] std::string memory_key(const evm_log_ref& ref);

/// Trades are kept by block, and in a block by parts of this many sequences, so that no record of the changelog grows
/// beyond what a log takes. A record for each trade, and a tombstone later, would double what is written for a fill.
inline constexpr std::uint64_t trades_in_record = 64;

/// Changes are kept apart until commit(), so that a slice that has to wait leaves nothing behind.
class trade_memory {
 public:
  /// A record of the changelog.
  struct change {
    /// `trades:{block_number}:{part}`, or a memory_key().
    std::string key;
    /// Nothing: a tombstone.
    std::optional<written_trades> now;
  };

  /// Takes over what the changelog holds under a key of this version.
  void restore(written_trades stored);
  /// Takes over a record of an earlier version. It is replaced as soon as something of its part changes.
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
  [[nodiscard]] std::size_t size() const;

 private:
  /// Block number, and which part of it.
  using place = std::pair<std::uint64_t, std::uint64_t>;
  /// By memory_key().
  using part = std::map<std::string, onchain_trade>;
  static place place_of(const onchain_trade& trade) {
    return {trade.ref.block_number, trade.sequence / trades_in_record};
  }
  void keep_before(const place& at);

  /// None of them is empty.
  std::map<place, part> parts_;
  /// The parts at the last commit, for the places that were touched since; empty where there was none.
  std::map<place, part> before_;
  /// Keys of an earlier version's records.
  std::map<place, std::vector<std::string>> old_keys_;
};

}  // namespace hedgerow::domain
