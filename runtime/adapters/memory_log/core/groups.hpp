// Consumer groups of one process: who should own which partition, and when it may change hands.
// Nothing here locks: the log that owns the groups does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "actors/ports/event_log.hpp"
#include "runtime/adapters/memory_log/core/layout.hpp"

namespace hedgerow::adapters {

/// What a log knows of one member. Guarded by the log's mutex but for the callback's own.
struct member_state {
  ports::member_options options;
  /// Owned partitions with the offset that the next poll begins with.
  std::map<topic_partition, std::int64_t> positions;
  /// Which owned partition the next poll begins with, so that a busy one does not starve the others.
  std::size_t turn = 0;
  /// Commits begun, applied (or failed), and those whose callback has not returned.
  std::uint64_t submitted = 0;
  std::uint64_t finished = 0;
  std::uint64_t in_flight = 0;
  /// Open loans; they may end in any order.
  std::size_t loans = 0;
  /// Why no poll and no commit succeeds any more.
  std::optional<ports::log_error> dead;
  /// The last poll brought less than asked for: `ready` is to be called.
  bool waiting = false;
  /// All that is due to this member by the assignment is with it.
  bool settled = false;

  /// Calls `ready` unless the member is gone. Never under the log's mutex.
  void call_ready() {
    const std::lock_guard lock{ready_mutex};
    if (ready && !gone) ready();
  }
  /// Recursive: a callback may drop the last handle to its member.
  std::recursive_mutex ready_mutex;
  ports::ready_callback ready;
  bool gone = false;
};
using member_ptr = std::shared_ptr<member_state>;

/// A consumer group. A partition that is to move is first given up by its owner, in a poll or by leaving, and is free
/// for the next once the owner's commits and loans are done; so no owner begins at an offset that is about to move.
class log_group {
 public:
  /// A member of the same instance name is fenced.
  void join(const member_ptr& member, const log_layout& layout);
  void leave(const member_ptr& member, const log_layout& layout);

  /// Gives up and takes over the partitions that are due to `member`; reports them in `out`.
  void settle(const member_ptr& member, ports::log_batch& out);
  /// Something is due to `member` and can be had now.
  [[nodiscard]] bool has_news_for(const member_ptr& member) const;

  /// A member has this topic among its inputs.
  [[nodiscard]] bool reads(topic t) const;
  [[nodiscard]] const std::vector<member_ptr>& members() const { return members_; }
  std::map<topic_partition, std::int64_t> committed;

 private:
  struct holding {
    member_ptr holder;
    bool released = false;
    /// Free when the holder has finished that many commits.
    std::uint64_t after = 0;
  };
  void release_all(const member_ptr& member);
  void assign(const log_layout& layout);
  [[nodiscard]] bool is_free(topic_partition p) const;

  /// By instance name, as the range assignor counts them.
  std::vector<member_ptr> members_;
  std::map<topic_partition, member_ptr> targets_;
  std::map<topic_partition, holding> holdings_;
};

}  // namespace hedgerow::adapters
