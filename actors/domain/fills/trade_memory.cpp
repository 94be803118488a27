#include "actors/domain/fills/trade_memory.hpp"

namespace hedgerow::domain {

std::string memory_key(const evm_log_ref& ref) {
  return "trade:" + ref.block_hash.to_string() + ":" + std::to_string(ref.log_index);
}

void trade_memory::keep_before(const place& at) {
  if (before_.contains(at)) return;
  const auto it = parts_.find(at);
  before_.emplace(at, it == parts_.end() ? part{} : it->second);
}

void trade_memory::restore(written_trades stored) {
  for (auto& trade : stored.trades) {
    auto& kept = parts_[place_of(trade)];
    kept.insert_or_assign(memory_key(trade.ref), std::move(trade));
  }
}

void trade_memory::restore(onchain_trade trade) {
  const auto at = place_of(trade);
  auto key = memory_key(trade.ref);
  old_keys_[at].push_back(key);
  parts_[at].insert_or_assign(std::move(key), std::move(trade));
}

void trade_memory::remember(onchain_trade trade) {
  // The newest one counts, whatever part the one before it was in.
  (void)take_back(trade.ref);
  const auto at = place_of(trade);
  keep_before(at);
  auto key = memory_key(trade.ref);
  parts_[at].insert_or_assign(std::move(key), std::move(trade));
}

std::optional<onchain_trade> trade_memory::take_back(const evm_log_ref& ref) {
  const auto key = memory_key(ref);
  for (auto it = parts_.lower_bound({ref.block_number, 0}); it != parts_.end() && it->first.first == ref.block_number;
       ++it) {
    const auto found = it->second.find(key);
    if (found == it->second.end()) continue;
    keep_before(it->first);
    auto written = std::move(found->second);
    it->second.erase(found);
    if (it->second.empty()) parts_.erase(it);
    return written;
  }
  return std::nullopt;
}

void trade_memory::forget_below(std::uint64_t block) {
  while (!parts_.empty() && parts_.begin()->first.first < block) {
    keep_before(parts_.begin()->first);
    parts_.erase(parts_.begin());
  }
}

std::vector<trade_memory::change> trade_memory::commit() {
  std::vector<change> changes;
  for (const auto& [at, before] : before_) {
    const auto it = parts_.find(at);
    if (it == parts_.end() ? before.empty() : before == it->second) continue;
    std::optional<written_trades> now;
    if (it != parts_.end())
      for (const auto& [key, trade] : it->second) (now ? *now : now.emplace()).trades.push_back(trade);
    changes.push_back({"trades:" + std::to_string(at.first) + ":" + std::to_string(at.second), std::move(now)});
    const auto old = old_keys_.extract(at);
    if (old.empty()) continue;
    for (const auto& key : old.mapped()) changes.push_back({key, std::nullopt});
  }
  before_.clear();
  return changes;
}

void trade_memory::rollback() {
  for (auto& [at, before] : before_) {
    if (before.empty())
      parts_.erase(at);
    else
      parts_.insert_or_assign(at, std::move(before));
  }
  before_.clear();
}

std::size_t trade_memory::size() const {
  std::size_t all = 0;
  for (const auto& [at, kept] : parts_) all += kept.size();
  return all;
}

}  // namespace hedgerow::domain
