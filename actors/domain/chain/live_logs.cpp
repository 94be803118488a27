#include "actors/domain/chain/live_logs.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

constexpr std::size_t most_logs = 10'000;

}  // namespace

void live_logs::told(std::size_t endpoint, const raw_evm_log& log) { keep({log, {endpoint}}); }

void live_logs::keep(const entry& log) {
  const auto [first, last] = logs_.equal_range(key_of(log.log));
  const auto same = std::find_if(first, last, [&](const auto& known) { return known.second.log == log.log; });
  if (same != last) {
    same->second.by.insert(log.by.begin(), log.by.end());
    return;
  }
  logs_.emplace(key_of(log.log), log);
  if (logs_.size() > most_logs) make_room();
}

void live_logs::make_room() {
  std::map<std::size_t, std::size_t> told_by;
  for (const auto& [place, known] : logs_)
    for (const auto endpoint : known.by) ++told_by[endpoint];
  const auto most = std::ranges::max_element(told_by, {}, [](const auto& count) { return count.second; })->first;
  logs_.erase(std::ranges::find_if(logs_, [&](const auto& known) { return known.second.by.contains(most); }));
}

std::vector<live_logs::entry> live_logs::compare(std::uint64_t from, std::uint64_t to,
                                                 const std::function<bool(const raw_evm_log&)>& filter,
                                                 const std::vector<raw_evm_log>& agreed) {
  std::vector<entry> missing;
  for (auto it = logs_.lower_bound({from, hash32{}, 0}); it != logs_.end();) {
    const auto& log = it->second.log;
    if (log.ref.block_number > to) break;
    if (!filter(log)) {
      ++it;
      continue;
    }
    if (std::ranges::count(agreed, log) == 0) missing.push_back(it->second);
    it = logs_.erase(it);
  }
  return missing;
}

std::size_t live_logs::unconfirmed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(logs_, [&](const auto& known) { return known.second.by.size() < quorum_; }));
}

}  // namespace hedgerow::domain
