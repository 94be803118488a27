#include "actors/domain/fills/trade_memory.hpp"

#include <algorithm>

namespace hedgerow::domain {

namespace {

bool is_before(const written_trade& trade, std::uint64_t log_index) { return trade.log_index < log_index; }
bool by_log_index(const written_trade& a, const written_trade& b) { return is_before(a, b.log_index); }

std::string key_of(std::uint64_t block_number, const hash32& block_hash, std::uint64_t part) {
  return "trades:" + std::to_string(block_number) + ":" + block_hash.to_string() + ":" + std::to_string(part);
}

}  // namespace

std::string key_of(const written_trades& trades) { return key_of(trades.block_number, trades.block_hash, trades.part); }

bool remembers(const validation_checkpoint& reached, const blockchain_event& reverted) {
  return reverted.reverts >= reached.remembered_from && reverted.log.ref.block_number >= reached.forgotten_below;
}

void trade_memory::keep_before(const place& at) {
  if (before_.contains(at)) return;
  const auto it = parts_.find(at);
  before_.emplace(at, it == parts_.end() ? std::nullopt : std::optional{it->second});
}

void trade_memory::restore(written_trades stored) {
  const place at{stored.block_number, stored.block_hash, stored.part};
  if (!stored.trades.empty()) parts_.insert_or_assign(at, std::move(stored));
}

void trade_memory::remember(const onchain_trade& trade) {
  // The newest one counts, whatever part the one before it was in.
  (void)take(trade.ref);
  const place at{trade.ref.block_number, trade.ref.block_hash, trade.sequence / trades_in_record};
  keep_before(at);
  auto& part = parts_[at];
  std::tie(part.block_number, part.block_hash, part.part) = at;
  written_trade written{trade, trade.ref.log_index};
  const auto after = std::upper_bound(part.trades.begin(), part.trades.end(), written, by_log_index);
  part.trades.insert(after, std::move(written));
}

std::optional<written_trade> trade_memory::take(const evm_log_ref& ref) {
  for (auto it = parts_.lower_bound({ref.block_number, ref.block_hash, 0});
       it != parts_.end() && it->second.block_number == ref.block_number && it->second.block_hash == ref.block_hash;
       ++it) {
    auto& trades = it->second.trades;
    const auto found = std::lower_bound(trades.begin(), trades.end(), ref.log_index, is_before);
    if (found == trades.end() || found->log_index != ref.log_index) continue;
    keep_before(it->first);
    auto written = std::move(*found);
    trades.erase(found);
    if (trades.empty()) parts_.erase(it);
    return written;
  }
  return std::nullopt;
}

std::optional<onchain_trade> trade_memory::take_back(const blockchain_event& reverted) {
  auto written = take(reverted.log.ref);
  if (!written) return std::nullopt;
  return onchain_trade{std::move(*written), reverted.sequence, reverted.chain_id,  evm_log_change::reverted,
                       reverted.log.ref,    reverted.log.book, reverted.block_time};
}

bool trade_memory::forget_below(std::uint64_t block) {
  const auto before = parts_.size();
  while (!parts_.empty() && parts_.begin()->second.block_number < block) {
    keep_before(parts_.begin()->first);
    parts_.erase(parts_.begin());
  }
  return parts_.size() < before;
}

std::vector<trade_memory::change> trade_memory::commit() {
  std::vector<change> changes;
  for (const auto& [at, before] : before_) {
    const auto it = parts_.find(at);
    const auto* now = it == parts_.end() ? nullptr : &it->second;
    if (before ? now != nullptr && *before == *now : now == nullptr) continue;
    const auto& [number, hash, part] = at;
    changes.push_back({key_of(number, hash, part), now});
  }
  before_.clear();
  return changes;
}

void trade_memory::rollback() {
  for (auto& [at, before] : before_) {
    if (before)
      parts_.insert_or_assign(at, std::move(*before));
    else
      parts_.erase(at);
  }
  before_.clear();
}

std::size_t trade_memory::size() const {
  std::size_t all = 0;
  for (const auto& [at, kept] : parts_) all += kept.trades.size();
  return all;
}

}  // namespace hedgerow::domain
