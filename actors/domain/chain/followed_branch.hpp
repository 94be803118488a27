// The newest headers of the branch that is read, each the parent of the next: finds where another branch leaves it.
#pragma once

#include <cstdint>
#include <map>

#include "actors/domain/chain/backfill_plan.hpp"

namespace hedgerow::domain {

/// Headers by height.
using header_map = std::map<std::uint64_t, block_header>;

enum class fork_search : std::uint8_t {
  found,       // `number` is the lowest height at which the chain is not the followed branch
  need_older,  // get the header of height `number` as well and ask again
  below,       // the chain is another one down to the lowest header that is followed
  unknown,     // too many blocks were skipped, or the chain ends below everything that is followed
  broken,      // the headers do not form one chain: get them again
};

struct fork_point {
  fork_search outcome = fork_search::unknown;
  std::uint64_t number = 0;
};

class followed_branch {
 public:
  /// Keeps `depth` headers and one more, which proves what the lowest of them builds on. `depth` is at least 1.
  explicit followed_branch(std::uint64_t depth) : depth_{depth} {}

  /// Follows a head that builds on the newest header, or the very first head. Returns false and changes nothing for any
  /// other head: blocks were replaced or skipped.
  bool extend(const block_header& head);

  /// contradicts() would tell a replaced block of this height: it is not below all that is followed.
  [[nodiscard]] bool reaches(std::uint64_t number) const {
    return !headers_.empty() && number >= headers_.begin()->first;
  }
  /// Another block is followed at this height.
  [[nodiscard]] bool contradicts(std::uint64_t number, const hash32& hash) const;

  /// Where `chain` leaves this branch. Its highest header is the head; the headers that are linked with it by their
  /// parents count, the others do not. A chain that only goes on has its fork above tip(). When nothing is followed
  /// yet, nothing was replaced: the fork is above the head.
  [[nodiscard]] fork_point find_fork(const header_map& chain) const;

  /// Follows `chain` from its highest header down, and this branch below as far as the parents link.
  void replace(const header_map& chain);

  [[nodiscard]] const header_map& headers() const { return headers_; }
  [[nodiscard]] bool empty() const { return headers_.empty(); }
  /// Highest height, 0 when nothing is followed.
  [[nodiscard]] std::uint64_t tip() const { return headers_.empty() ? 0 : headers_.rbegin()->first; }
  /// Whether as many blocks are followed as a reorg is expected to reach.
  [[nodiscard]] bool full() const { return headers_.size() > depth_; }
  [[nodiscard]] std::uint64_t depth() const { return depth_; }

 private:
  void trim();

  std::uint64_t depth_;
  header_map headers_;
};

}  // namespace hedgerow::domain
