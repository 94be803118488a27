#include "actors/domain/fills/trade_memory.hpp"

#include <algorithm>

namespace hedgerow::domain {

namespace {

bool is_before(const written_trade& trade, std::uint64_t log_index) { return trade.log_index < log_index; }
bool by_log_index(const written_trade& a, const written_trade& b) { return is_before(a, b.log_index); }

bool holds(const written_trades& part, const evm_log_ref& ref) {
  const auto& trades = part.trades;
  if (trades.back().log_index < ref.log_index) return false;
  const auto at = std::lower_bound(trades.begin(), trades.end(), ref.log_index, is_before);
  return at->log_index == ref.log_index;
}

std::string key_of(std::uint64_t block_number, const hash32& block_hash, std::uint64_t part) {
  return "trades:" + std::to_string(block_number) + ":" + block_hash.to_string() + ":" + std::to_string(part);
}

}  // namespace

std::string key_of(const written_trades& trades) { return key_of(trades.block_number, trades.block_hash, trades.part); }

bool remembers(const validation_checkpoint& reached, const blockchain_event& reverted) {
  return reverted.reverts >= reached.remembered_from && reverted.log.ref.block_number >= reached.forgotten_below;
}

void trade_memory::keep_before(const place& at, const written_trades* part) {
  if (before_.contains(at)) return;
  before_.emplace(at, part == nullptr ? std::nullopt : std::optional{*part});
}

void trade_memory::restore(written_trades stored) {
  const place at{stored.block_number, stored.block_hash, stored.part};
  if (!stored.trades.empty()) parts_.insert_or_assign(at, std::move(stored));
}

void trade_memory::remember(const onchain_trade& trade) {
  const place at{trade.ref.block_number, trade.ref.block_hash, trade.sequence / trades_in_record};
  auto it = first_of_block(trade.ref);
  // The newest one counts, whatever part the one before it was in. Nearly always there is none.
  if (std::any_of(it, end_of_block(it, trade.ref), [&](const auto& part) { return holds(part.second, trade.ref); })) {
    (void)take(trade.ref);
    it = first_of_block(trade.ref);
  }
  while (it != parts_.end() && it->first < at) ++it;
  const bool known = it != parts_.end() && it->first == at;
  keep_before(at, known ? &it->second : nullptr);
  if (!known) {
    it = parts_.emplace_hint(it, at, written_trades{});
    std::tie(it->second.block_number, it->second.block_hash, it->second.part) = at;
  }
  auto& trades = it->second.trades;
  written_trade written{trade, trade.ref.log_index};
  trades.insert(std::upper_bound(trades.begin(), trades.end(), written, by_log_index), std::move(written));
}

std::optional<written_trade> trade_memory::take(const evm_log_ref& ref) {
  const auto first = first_of_block(ref);
  const auto end = end_of_block(first, ref);
  const auto it = std::find_if(first, end, [&](const auto& part) { return holds(part.second, ref); });
  if (it == end) return std::nullopt;
  keep_before(it->first, &it->second);
  auto& trades = it->second.trades;
  const auto found = std::lower_bound(trades.begin(), trades.end(), ref.log_index, is_before);
  auto written = std::move(*found);
  trades.erase(found);
  if (trades.empty()) parts_.erase(it);
  return written;
}

trade_memory::parts::iterator trade_memory::first_of_block(const evm_log_ref& ref) {
  return parts_.lower_bound({ref.block_number, ref.block_hash, 0});
}

trade_memory::parts::iterator trade_memory::end_of_block(parts::iterator first, const evm_log_ref& ref) {
  return std::find_if(first, parts_.end(), [&](const auto& part) {
    return part.second.block_number != ref.block_number || part.second.block_hash != ref.block_hash;
  });
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
    keep_before(parts_.begin()->first, &parts_.begin()->second);
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
