#include "actors/domain/chain/chain_walk.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

/// The headers of the walk, and below the fork those of the branch: the parents link them with the head.
header_map canonical_headers(const walk_input& in, const fork_point& fork) {
  header_map all = in.headers;
  if (fork.outcome != fork_search::found) return all;
  for (const auto& [number, header] : in.branch.headers())
    if (number < fork.number) all.emplace(number, header);
  return all;
}

fork_finding orphans_of(const walk_input& in, const header_map& canonical) {
  std::vector<block_header> ascending;
  ascending.reserve(canonical.size());
  for (const auto& [number, header] : canonical) ascending.push_back(header);
  return find_orphans(in.known, ascending);
}

/// Where to read again, given what is proven.
void decide_reading(walk_finding& out, const walk_input& in, const fork_point& fork) {
  const bool found = fork.outcome == fork_search::found;
  const auto top = in.headers.rbegin()->first;
  const auto depth = in.branch.depth();
  // Without the fork it may be any block that is not final.
  if (!found) out.read_from = in.read_to - std::min(in.read_to, depth - 1);
  if (found && fork.number <= std::min(top, in.branch.tip())) out.read_from = fork.number;
  const bool below_all = fork.outcome == fork_search::below && in.branch.full();
  out.too_deep = below_all;
  if (!out.replaced.empty()) {
    const auto lowest = out.replaced.back().first;
    out.read_from = std::min(out.read_from.value_or(lowest), lowest);
    out.too_deep = out.too_deep || lowest + depth <= in.read_to;
  }
  out.certain = found || !out.replaced.empty() || below_all;
  out.follow = !found || fork.number <= top || in.branch.empty();
}

}  // namespace

walk_finding judge_walk(walk_input in) {
  walk_finding out;
  const auto fork = in.branch.find_fork(in.headers);
  if (fork.outcome == fork_search::broken) {
    out.outcome = walk_outcome::broken;
    return out;
  }
  if (!in.branch.empty() && in.headers.rbegin()->first < in.branch.headers().begin()->first) return out;
  if (fork.outcome == fork_search::need_older) {
    if (in.unanswered.contains(fork.number)) return out;
    out.outcome = walk_outcome::ask;
    out.ask = {fork.number};
    // The followed branch has nothing between its tip and there, so all of these are needed.
    for (auto number = fork.number; number > in.branch.tip() + 1; --number) out.ask.push_back(number - 1);
    return out;
  }
  std::erase_if(in.known, [&](const auto& block) { return in.unanswered.contains(block.first); });
  const auto canonical = canonical_headers(in, fork);
  auto found = orphans_of(in, canonical);
  switch (found.verdict) {
    case fork_verdict::broken: out.outcome = walk_outcome::broken; return out;
    case fork_verdict::need_older:
      out.outcome = walk_outcome::ask;
      out.ask = std::move(found.unproven);
      return out;
    case fork_verdict::settled: break;
  }
  out.outcome = walk_outcome::proven;
  for (const auto number : found.orphaned) {
    const auto at = canonical.find(number);
    out.replaced.emplace_back(number, at != canonical.end() ? at->second.hash : canonical.at(number + 1).parent);
  }
  decide_reading(out, in, fork);
  return out;
}

}  // namespace hedgerow::domain
