#include "actors/domain/chain/late_logs.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::domain {

late_logs::admission late_logs::add(const raw_evm_log& log) {
  const auto it = blocks_.find(log.ref.block_number);
  if (it == blocks_.end()) {
    if (blocks_.size() >= most_heights_) return admission::full;
    blocks_[log.ref.block_number].logs.push_back(log);
    return admission::first_of_height;
  }
  auto& logs = it->second.logs;
  if (std::ranges::any_of(logs, [&](const auto& other) { return same_log(other.ref, log.ref); }))
    return admission::known;
  if (logs.size() >= most_logs_) return admission::full;
  logs.push_back(log);
  return admission::one_more;
}

void late_logs::asked(std::uint64_t number, std::chrono::milliseconds pause) {
  if (const auto it = blocks_.find(number); it != blocks_.end()) it->second.waited += pause;
}

template <class Done>
void late_logs::erase_if(Done done) {
  for (auto& [number, block] : blocks_) std::erase_if(block.logs, done);
  std::erase_if(blocks_, [](const auto& entry) { return entry.second.logs.empty(); });
}

bool late_logs::refute_all_but(std::uint64_t number, const hash32& block) {
  bool refuted = false;
  erase_if([&](const raw_evm_log& log) {
    const bool other = log.ref.block_number == number && log.ref.block_hash != block;
    refuted = refuted || other;
    return other;
  });
  return refuted;
}

std::vector<raw_evm_log> late_logs::settle(const reorg_window& window) {
  std::vector<raw_evm_log> below;
  erase_if([&](const raw_evm_log& log) {
    const auto verdict = window.classify(log.ref);
    if (verdict == evm_log_verdict::below_the_window) below.push_back(log);
    return verdict == evm_log_verdict::below_the_window || verdict == evm_log_verdict::duplicate;
  });
  return below;
}

void late_logs::forget(const evm_log_ref& log) {
  erase_if([&](const raw_evm_log& other) { return same_log(other.ref, log); });
}

std::vector<raw_evm_log> late_logs::at(std::uint64_t number) const {
  const auto it = blocks_.find(number);
  return it == blocks_.end() ? std::vector<raw_evm_log>{} : it->second.logs;
}

std::vector<raw_evm_log> late_logs::newly_overdue(std::chrono::milliseconds limit) {
  std::vector<raw_evm_log> all;
  for (auto& [number, block] : blocks_)
    if (block.waited >= limit && !std::exchange(block.told, true))
      all.insert(all.end(), block.logs.begin(), block.logs.end());
  return all;
}

std::optional<evm_log_ref> late_logs::longest_overdue(std::chrono::milliseconds limit) const {
  const auto it = std::ranges::max_element(blocks_, {}, [](const auto& entry) { return entry.second.waited; });
  if (it == blocks_.end() || it->second.waited < limit) return std::nullopt;
  return it->second.logs.front().ref;
}

}  // namespace hedgerow::domain
