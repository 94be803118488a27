// What a bridge and its entities hand to each other. Stays inside one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "messages/events/record.hpp"

namespace hedgerow::protocol {

/// Records of one entity, in log order.
struct slice {
  std::vector<record> records;
};

/// What an entity asks to make durable: outputs, changelog and dead letters, appended in this order.
struct step {
  std::vector<outgoing> records;
  /// If not zero, the entity gets `committed(ticket)` when the step is durable, and runs its effects then.
  std::uint64_t ticket = 0;
  /// The entity waits for nothing: it may be stopped and rebuilt from the changelog later.
  bool idle = true;
  /// An effect is under way whose result should still be recorded before the process stops.
  bool unfinished = false;
  /// Not zero: nothing was done, because something outside is not there at the moment; the same slice is wanted again
  /// after this time. It does not count as a failed try.
  std::chrono::milliseconds postpone{0};
};

using slice_ptr = std::shared_ptr<const slice>;
/// Belongs to the bridge once it is sent: the records are moved into the transaction, not copied.
using step_ptr = std::shared_ptr<step>;

}  // namespace hedgerow::protocol
