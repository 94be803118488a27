// What the headers from the head down prove about what was read: which known blocks were replaced, where the chain left
// the followed branch, and from where to read again (facts, 3.6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "actors/domain/chain/followed_branch.hpp"

namespace hedgerow::domain {

/// What a walk has to work with. Heights in `unanswered` were asked for in vain.
struct walk_input {
  const followed_branch& branch;
  const header_map& headers;
  std::map<std::uint64_t, hash32> known;
  const std::set<std::uint64_t>& unanswered;
  /// The checkpoint: everything up to it was read of the proven branch. No reorg of the window's depth reaches further
  /// below it than that.
  std::uint64_t read_to = 0;
};

enum class walk_outcome : std::uint8_t {
  ask,        // get the headers of `ask` as well and judge again
  broken,     // the headers do not form one chain: the node switched branches in between, get all of them again
  undecided,  // a header that is needed is missing, or the node lags behind everything that is followed: try again
  proven,     // what follows is complete, but for the unanswered heights
};

struct walk_finding {
  walk_outcome outcome = walk_outcome::undecided;
  std::vector<std::uint64_t> ask{};
  /// Known blocks that were replaced, highest first, each with the canonical hash of its height.
  std::vector<std::pair<std::uint64_t, hash32>> replaced{};
  /// Read again from here. nullopt: nothing that was read has changed.
  std::optional<std::uint64_t> read_from{};
  /// Blocks from read_from on were replaced. False: it is a precaution, as at each start.
  bool certain = false;
  /// More was replaced than the branch keeps, so that some of it may not be known.
  bool too_deep = false;
  /// The branch to follow from now on is that of the headers.
  bool follow = false;
};

/// `headers` must hold the head.
[[nodiscard]] walk_finding judge_walk(walk_input in);

}  // namespace hedgerow::domain
