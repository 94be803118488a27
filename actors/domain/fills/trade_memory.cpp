#include "actors/domain/fills/trade_memory.hpp"

namespace hedgerow::domain {

std::string memory_key(const evm_log_ref& ref) {
  return "trade:" + ref.block_hash.to_string() + ":" + std::to_string(ref.log_index);
}

void trade_memory::keep_before(const place& at) {
  if (before_.contains(at)) return;
  const auto it = trades_.find(at);
  before_.emplace(at, it == trades_.end() ? std::nullopt : std::optional{it->second});
}

void trade_memory::restore(onchain_trade trade) {
  auto at = place_of(trade.ref);
  trades_.insert_or_assign(std::move(at), std::move(trade));
}

void trade_memory::remember(onchain_trade trade) {
  const auto at = place_of(trade.ref);
  keep_before(at);
  trades_.insert_or_assign(at, std::move(trade));
}

std::optional<onchain_trade> trade_memory::take_back(const evm_log_ref& ref) {
  const auto at = place_of(ref);
  const auto it = trades_.find(at);
  if (it == trades_.end()) return std::nullopt;
  keep_before(at);
  auto written = std::move(it->second);
  trades_.erase(it);
  return written;
}

void trade_memory::forget_below(std::uint64_t block) {
  while (!trades_.empty() && trades_.begin()->first.first < block) {
    keep_before(trades_.begin()->first);
    trades_.erase(trades_.begin());
  }
}

std::vector<trade_memory::change> trade_memory::commit() {
  std::vector<change> changes;
  for (const auto& [at, before] : before_) {
    const auto it = trades_.find(at);
    if (it != trades_.end()) {
      if (before != it->second) changes.push_back({at.second, &it->second});
    } else if (before) {
      changes.push_back({at.second, nullptr});
    }
  }
  before_.clear();
  return changes;
}

void trade_memory::rollback() {
  for (auto& [at, before] : before_) {
    if (before)
      trades_.insert_or_assign(at, std::move(*before));
    else
      trades_.erase(at);
  }
  before_.clear();
}

}  // namespace hedgerow::domain
