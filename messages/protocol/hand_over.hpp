// How a bridge leaves a transaction to the next bridge of its node (actors/bridges/hand_over.hpp).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "messages/events/record.hpp"

namespace hedgerow::protocol {

/// The newest record of each partition of a topic, by partition.
using newest_records = std::map<std::uint32_t, std::shared_ptr<const outgoing>>;

/// A transaction of the sender. The receiver appends these records with what follows from them, and moves the lent
/// offsets, in one transaction of its own; or it declines and has not touched anything.
struct hand_over {
  /// The sender's round: a receiver that has declined one request declines the rest of the round, to keep the order.
  std::uint64_t round = 0;
  std::vector<outgoing> records;
  /// The sender's, after those of the bridges before it whose transactions it carries on.
  std::vector<std::shared_ptr<lent_offsets>> lent;
  /// What the sender wrote last to each partition before, as far as it knows.
  newest_records before;
};

struct hand_over_result {
  bool declined = false;
  /// Why the transaction failed; empty when it is durable.
  std::string error;
};

using hand_over_ptr = std::shared_ptr<hand_over>;

}  // namespace hedgerow::protocol
