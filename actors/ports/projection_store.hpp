// Where the query side keeps its rows, together with the offsets of the log that they come from: both move in one
// transaction, so that a restart continues where the rows end. Adapters only keep rows; what an event makes of them is
// decided in actors/domain/projections. tests/contract/projection_store holds what all adapters agree on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "messages/events/projections/changes.hpp"
#include "messages/events/record.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::ports {

enum class store_errc : std::uint8_t {
  busy,       // nothing was done; try again later
  lost,       // the connection was lost, so it is not known whether it was done: try again, the offsets tell
  refused,    // nothing was done, and the store will say the same until a person mends it
  misplaced,  // nothing was done: the batch does not begin where the store's position is. Ask for the position
};

struct store_error {
  store_errc code = store_errc::refused;
  /// For people.
  std::string detail;
};

/// Called exactly once, from any thread, also before the call that it was given to returns. Must not block.
template <class Answer>
using store_reply = std::function<void(expected<Answer, store_error>)>;

/// Of each partition the offset of the first record that is not in the rows. One that is missing: 0.
using store_position = std::map<topic_partition, std::int64_t>;

/// Records [from, next) of a partition, which a batch was made from.
struct offset_range {
  topic_partition source;
  std::int64_t from = 0;
  std::int64_t next = 0;
};

struct projected_batch {
  row_changes rows;
  /// What was folded, with each partition at most once; also records that change no row.
  std::vector<offset_range> read;
};

/// Calls never wait for the store. Thread-safe; one writer at a time is meant, and a second one is told `misplaced`.
class projection_store {
 public:
  virtual ~projection_store() = default;

  virtual void position(store_reply<store_position> done) = 0;

  /// The rows that a fold starts from, of one moment.
  virtual void rows(row_keys wanted, store_reply<known_rows> done) = 0;

  /// Puts in the rows and moves the position to the end of the ranges: both are durable, or neither is. A batch whose
  /// ranges all lie before the position is done already, and succeeds without doing anything. `misplaced` when some
  /// range does not begin at the position of its partition. The batch is kept as long as it is needed; not null.
  ///
  /// An adapter may drop old rows: trades and dead letters beyond a number, executions that have ended, decisions
  /// beyond a number of each scope. Never an execution that has not ended, and never what `symbol_state` holds.
  virtual void apply(std::shared_ptr<const projected_batch> batch, store_reply<void> done) = 0;
};

}  // namespace hedgerow::ports
