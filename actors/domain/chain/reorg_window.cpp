#include "actors/domain/chain/reorg_window.hpp"

#include <algorithm>

#include "messages/types/check.hpp"

namespace hedgerow::domain {

std::string window_key(const evm_log_ref& ref) {
  return ref.block_hash.to_string() + ":" + std::to_string(ref.log_index);
}

reorg_window::reorg_window(std::uint64_t depth) : depth_{depth} {
  HEDGEROW_CHECK(depth > 0, "a window of no blocks cannot tell a duplicate");
}

evm_log_verdict reorg_window::classify(const evm_log_ref& ref) const {
  if (ref.block_number < floor_) return evm_log_verdict::below_the_window;
  const auto block = blocks_.find(ref.block_number);
  if (block == blocks_.end()) return evm_log_verdict::fresh;
  if (block->second.hash != ref.block_hash) return evm_log_verdict::conflicting;
  return block->second.events.contains(ref.log_index) ? evm_log_verdict::duplicate : evm_log_verdict::fresh;
}

bool reorg_window::contradicts(std::uint64_t block_number, const hash32& hash) const {
  const auto block = blocks_.find(block_number);
  return block != blocks_.end() && block->second.hash != hash;
}

evm_log_verdict reorg_window::accept(blockchain_event event) {
  const evm_log_verdict verdict = classify(event.log.ref);
  if (verdict != evm_log_verdict::fresh) return verdict;
  const evm_log_ref& ref = event.log.ref;
  block_logs& block = blocks_[ref.block_number];
  block.hash = ref.block_hash;
  const std::uint64_t index = ref.log_index;
  block.events.emplace(index, std::move(event));
  ++size_;
  return verdict;
}

std::optional<blockchain_event> reorg_window::remove(const evm_log_ref& ref) {
  if (classify(ref) != evm_log_verdict::duplicate) return std::nullopt;
  const auto block = blocks_.find(ref.block_number);
  auto node = block->second.events.extract(ref.log_index);
  if (block->second.events.empty()) blocks_.erase(block);
  --size_;
  return std::move(node.mapped());
}

std::vector<blockchain_event> reorg_window::orphan(std::uint64_t block_number, const hash32& canonical) {
  std::vector<blockchain_event> reverted;
  const auto block = blocks_.find(block_number);
  if (block == blocks_.end() || block->second.hash == canonical) return reverted;
  reverted.reserve(block->second.events.size());
  for (auto& [index, event] : block->second.events) reverted.push_back(std::move(event));
  blocks_.erase(block);
  size_ -= reverted.size();
  std::sort(reverted.begin(), reverted.end(), [](const auto& a, const auto& b) { return a.sequence > b.sequence; });
  return reverted;
}

std::vector<std::string> reorg_window::prune(std::uint64_t read_up_to) {
  std::vector<std::string> keys;
  if (read_up_to < depth_) return keys;
  auto kept = blocks_.upper_bound(read_up_to - depth_);
  if (kept == blocks_.begin() || --kept == blocks_.begin()) return keys;
  dropped_below(std::prev(kept)->first + 1);
  for (auto block = blocks_.begin(); block != kept; ++block)
    for (const auto& [index, event] : block->second.events) keys.push_back(window_key(event.log.ref));
  size_ -= keys.size();
  blocks_.erase(blocks_.begin(), kept);
  return keys;
}

void reorg_window::dropped_below(std::uint64_t number) { floor_ = std::max(floor_, number); }

std::vector<evm_log_ref> reorg_window::paired_across(const raw_evm_log& between) const {
  std::vector<evm_log_ref> clears;
  const auto& ref = between.ref;
  const auto block = blocks_.find(ref.block_number);
  if (block == blocks_.end() || block->second.hash != ref.block_hash) return clears;
  for (const auto& [index, event] : block->second.events)
    if (event.after_clear && index < ref.log_index && ref.log_index < event.after_clear->ref.log_index &&
        event.log.book == between.book && event.log.ref.tx_hash == ref.tx_hash)
      clears.push_back(event.log.ref);
  return clears;
}

std::map<std::uint64_t, hash32> reorg_window::known_blocks() const {
  std::map<std::uint64_t, hash32> known;
  for (const auto& [number, block] : blocks_) known.emplace_hint(known.end(), number, block.hash);
  return known;
}

}  // namespace hedgerow::domain
