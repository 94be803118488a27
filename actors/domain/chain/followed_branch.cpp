#include "actors/domain/chain/followed_branch.hpp"

#include <utility>

namespace hedgerow::domain {
namespace {

/// A gap of more blocks than this is not walked header by header.
constexpr std::uint64_t widest_gap = 64;

const block_header* at(const header_map& headers, std::uint64_t number) {
  const auto it = headers.find(number);
  return it == headers.end() ? nullptr : &it->second;
}

bool has(const header_map& headers, std::uint64_t number, const hash32& hash) {
  const auto* header = at(headers, number);
  return header != nullptr && header->hash == hash;
}

}  // namespace

bool followed_branch::extend(const block_header& head) {
  if (has(headers_, head.number, head.hash) && head.number == tip()) return true;
  if (!headers_.empty() && (head.number != tip() + 1 || head.parent != headers_.rbegin()->second.hash)) return false;
  headers_.emplace(head.number, head);
  trim();
  return true;
}

bool followed_branch::contradicts(std::uint64_t number, const hash32& hash) const {
  const auto* header = at(headers_, number);
  return header != nullptr && header->hash != hash;
}

fork_point followed_branch::find_fork(const header_map& chain) const {
  if (chain.empty()) return {};
  if (headers_.empty()) return {fork_search::found, chain.rbegin()->first + 1};
  const block_header* lowest = &chain.rbegin()->second;
  while (true) {
    if (has(headers_, lowest->number, lowest->hash)) return {fork_search::found, lowest->number + 1};
    if (lowest->number == 0) return {fork_search::found, 0};
    if (has(headers_, lowest->number - 1, lowest->parent)) return {fork_search::found, lowest->number};
    const auto* below = at(chain, lowest->number - 1);
    if (below == nullptr) break;
    if (below->hash != lowest->parent) return {fork_search::broken, below->number};
    lowest = below;
  }
  const auto older = lowest->number - 1;
  if (chain.rbegin()->first < headers_.begin()->first || older > tip() + widest_gap) return {};
  if (older < headers_.begin()->first) return {fork_search::below, lowest->number};
  return {fork_search::need_older, older};
}

void followed_branch::replace(const header_map& chain) {
  if (chain.empty()) return;
  header_map followed;
  for (const auto* next = &chain.rbegin()->second; next != nullptr;) {
    followed.emplace(next->number, *next);
    if (next->number == 0) break;
    const auto* below = at(chain, next->number - 1);
    if (below == nullptr) below = at(headers_, next->number - 1);
    next = below != nullptr && below->hash == next->parent ? below : nullptr;
  }
  headers_ = std::move(followed);
  trim();
}

void followed_branch::trim() {
  while (headers_.size() > depth_ + 1) headers_.erase(headers_.begin());
}

}  // namespace hedgerow::domain
