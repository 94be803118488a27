#include "actors/chain/unconfirmed_logs.hpp"

#include <algorithm>

namespace hedgerow::chain {
namespace {

constexpr std::size_t most_logs = 10'000;

bool is_asked_for(const ports::evm_log_query& asked, const raw_evm_log& log) {
  if (log.ref.block_number < asked.from || log.ref.block_number > asked.to) return false;
  if (!asked.books.empty() && std::ranges::count(asked.books, log.book) == 0) return false;
  return asked.topic0.empty() || (!log.topics.empty() && std::ranges::count(asked.topic0, log.topics[0]) > 0);
}

}  // namespace

void unconfirmed_logs::told(std::size_t endpoint, const raw_evm_log& log, std::uint32_t quorum) {
  const auto [it, is_new] = logs_.try_emplace(key_of(log), entry{log, {endpoint}});
  // Another log at the same place of the same block confirms nothing.
  if (!is_new && it->second.log == log) it->second.by.insert(endpoint);
  if (it->second.by.size() >= quorum)
    logs_.erase(it);
  else if (logs_.size() > most_logs)
    logs_.erase(logs_.begin());
}

std::vector<unconfirmed_logs::entry> unconfirmed_logs::compare(const ports::evm_log_query& asked,
                                                               const ports::evm_logs& agreed) {
  std::vector<entry> missing;
  for (auto it = logs_.lower_bound({asked.from, hash32{}, 0}); it != logs_.end();) {
    const auto& log = it->second.log;
    if (log.ref.block_number > asked.to) break;
    if (!is_asked_for(asked, log)) {
      ++it;
      continue;
    }
    const auto same = [&](const auto& other) { return other.log == log; };
    if (std::ranges::none_of(agreed.logs, same)) missing.push_back(it->second);
    it = logs_.erase(it);
  }
  return missing;
}

}  // namespace hedgerow::chain
