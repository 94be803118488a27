// Which trades were written for the events that a reorg can still take back. A reversal takes back what was written,
// not what the rules would make of the event now: tokens, the node's answers and the configuration may have changed
// since.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "messages/events/blockchain_event.hpp"
#include "messages/events/validation_checkpoint.hpp"
#include "messages/events/written_trades.hpp"

namespace hedgerow::domain {

/// Trades are kept by block, and in a block by parts of this many sequences, so that no record of the changelog grows
/// beyond what a log takes. A record for each trade, and a tombstone later, would double what is written for a fill.
inline constexpr std::uint64_t trades_in_record = 64;

/// Key of its record in the changelog: `trades:{block_number}:{block_hash}:{part}`.
[[nodiscard]] std::string key_of(const written_trades& trades);

/// Whether what was written for the reverted log is known: nothing was, when the memory has nothing. Otherwise an
/// earlier version wrote it, or it was forgotten.
[[nodiscard]] bool remembers(const validation_checkpoint& reached, const blockchain_event& reverted);

/// Changes are kept apart until commit(), so that a slice that has to wait leaves nothing behind.
class trade_memory {
 public:
  /// A record of the changelog.
  struct change {
    std::string key;
    /// Null: a tombstone. Valid until the memory is changed.
    const written_trades* now = nullptr;
  };

  /// Takes over what the changelog holds.
  void restore(written_trades stored);
  /// The trade of an applied event has been written.
  void remember(const onchain_trade& trade);
  /// Returns the reversal of the trade written for this log, and forgets the trade; nullopt when none is remembered.
  [[nodiscard]] std::optional<onchain_trade> take_back(const blockchain_event& reverted);
  /// Forgets the trades of blocks below `block`. False when there are none.
  bool forget_below(std::uint64_t block);
  /// What differs from the last commit, for the changelog.
  [[nodiscard]] std::vector<change> commit();
  /// Back to the last commit.
  void rollback();
  [[nodiscard]] std::size_t size() const;

 private:
  /// Block number and hash, and which part of the block.
  using place = std::tuple<std::uint64_t, hash32, std::uint64_t>;
  using parts = std::map<place, written_trades>;
  std::optional<written_trade> take(const evm_log_ref& ref);
  /// The parts of this log's block; `first` must be the first of them.
  parts::iterator first_of_block(const evm_log_ref& ref);
  parts::iterator end_of_block(parts::iterator first, const evm_log_ref& ref);
  /// `part`: what is at this place now; null when nothing is.
  void keep_before(const place& at, const written_trades* part);

  /// Each has at least one trade; they are in the order of their logs.
  parts parts_;
  /// The parts at the last commit, for the places that were touched since; nothing where there was none.
  std::map<place, std::optional<written_trades>> before_;
};

}  // namespace hedgerow::domain
