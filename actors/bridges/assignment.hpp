// Which partitions a bridge has, and what it has to do before it goes on when that changes. Pure: the bridge carries
// out one change after the other, and stops in the middle when one fails.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "actors/ports/event_log.hpp"

namespace hedgerow::bridges {

class assignment {
 public:
  struct change {
    enum class kind : std::uint8_t {
      lost,    // drop what rests on it
      gained,  // load what lives in it
    };
    kind what;
    topic_partition source;
    /// Entities live in it: it is a partition of the first input.
    bool home;
  };

  explicit assignment(const std::vector<topic>& inputs);

  /// What a poll says. What it takes away is not owned from now on; what it gives is owned when that was carried out.
  void told(const ports::log_batch& batch);

  /// The next change to carry out, valid until carried_out(); null when there is none. Until then no record may be
  /// handled and nothing be written: an entity might lack its state, or have another owner.
  [[nodiscard]] const change* pending() const { return pending_.empty() ? nullptr : &pending_.front(); }
  /// pending() is done.
  void carried_out();

  /// Partitions are about to move: what other bridges leave to this one is declined.
  [[nodiscard]] bool moving() const { return moving_; }
  [[nodiscard]] const std::set<topic_partition>& owned() const { return owned_; }

 private:
  void add(change::kind what, topic_partition source);

  std::optional<topic> home_;
  /// With all changes carried out.
  std::set<topic_partition> told_;
  std::set<topic_partition> owned_;
  std::deque<change> pending_;
  bool moving_ = false;
};

}  // namespace hedgerow::bridges
