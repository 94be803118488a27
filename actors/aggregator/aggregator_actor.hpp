// The query side: follows the log, folds it into the read model, answers questions. It has no offsets of its own:
// at start it rebuilds everything, so what it shows is always a function of the log.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/projections/read_model.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::aggregator {

/// Renders something from the read model; runs inside the actor, so that nothing is copied and nothing is shared.
using view = std::function<std::string(const domain::read_model&, timestamp now)>;

using aggregator_actor = caf::typed_actor<caf::reacts_to<protocol::poll_atom>,
                                          caf::replies_to<protocol::ask_atom, view>::with<std::string>,
                                          caf::replies_to<protocol::status_atom>::with<protocol::actor_status>>;

/// A record that this build cannot read.
struct undecodable {
  std::string why;
};

/// A record as it will be folded; nothing for a tombstone.
struct prepared {
  timestamp recorded_at;
  std::variant<std::monostate, undecodable, enveloped<onchain_trade>, enveloped<schwab_execution>,
               enveloped<position_update>, enveloped<dead_letter>, enveloped<token_update>,
               enveloped<control_event>>
      event;
};

struct prepared_batch {
  std::int64_t next = 0;
  /// There is probably more.
  bool full = false;
  /// Why the log could not be read; empty when it could.
  std::string error;
  std::deque<prepared> records;
};

/// One partition that is followed.
struct followed {
  topic_partition source;
  std::int64_t next = 0;
  /// Read and not yet folded.
  std::deque<prepared> ahead;
  /// The batch from `next` on, while it is being read.
  std::future<prepared_batch> coming;
};

struct aggregator_state {
  static inline const char* name = "aggregator";
  domain::read_model model;
  std::vector<followed> sources;
  /// A poll is in the mailbox; shared with the log's callback.
  std::shared_ptr<std::atomic<bool>> poll_queued = std::make_shared<std::atomic<bool>>(false);
  ports::subscription appends;
  /// Everything that was in the log when the actor started is folded.
  bool caught_up = false;
  std::uint64_t folded = 0;
  std::uint64_t undecodable = 0;
  std::string last_error;
};

struct aggregator_config {
  /// Records read from a partition at a time.
  std::size_t batch_max = 1000;
};

/// `clock` must outlive the actor system.
aggregator_actor::behavior_type aggregator(aggregator_actor::stateful_pointer<aggregator_state> self,
                                           std::shared_ptr<ports::event_log> log, aggregator_config config,
                                           const ports::clock* clock);

}  // namespace hedgerow::aggregator

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::aggregator::view)
