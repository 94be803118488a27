// Several hops in one transaction. A bridge whose output is the input of another bridge on the same node may leave its
// transaction to that one: it appends the records, handles them at once, and commits both services' offsets together,
// or leaves all of that to a third in the same way. That saves a transaction and a way through the log for each hop;
// what stands in the log is the same.
//
// A record may be handled before it comes from the log only if the receiver has handled everything before it in that
// partition. A partition of the topic has one writer at a time, the owner of its input partition, so it is enough to
// compare what the sender wrote last with what the receiver handled last. Whatever does not fit goes the usual way:
// another node owns the partition, a bridge was restarted, the receiver lags, the batch is large.
//
// The records come from the log too, later. The receiver knows them and moves on; one that was restarted in between
// handles them again, so entities of such a service must know a record that they have handled.
//
// Here is what a sender and a receiver remember; chaining.hpp has how they meet.
#pragma once

#include <deque>
#include <set>

#include "messages/protocol/hand_over.hpp"

namespace hedgerow::bridges {

/// Whether a service with these inputs can be the only writer of each partition of `t`: all inputs and `t` have as many
/// partitions, or the inputs have one. That it writes to the number that it read from is for the service to keep.
[[nodiscard]] bool can_write_alone(const std::vector<topic>& inputs, topic t);

/// What a sender remembers.
class handed_by {
 public:
  explicit handed_by(topic of) : of_{of} {}

  [[nodiscard]] topic of() const { return of_; }
  [[nodiscard]] std::uint64_t round() const { return round_; }
  /// What it wrote before these records; then they are the newest.
  protocol::newest_records wrote(const std::vector<outgoing>& records);
  /// Another instance may have written since.
  void forget() { newest_.clear(); }
  /// One of this round was declined.
  void declined(std::uint64_t round) {
    if (round == round_) ++round_;
  }

 private:
  topic of_;
  protocol::newest_records newest_;
  std::uint64_t round_ = 1;
};

/// What a receiver remembers of its partitions.
class handed_to {
 public:
  explicit handed_to(topic of) : of_{of} {}

  [[nodiscard]] topic of() const { return of_; }
  /// Partitions whose records may be handled at once, of those that are assigned; they count as handled from now on.
  std::set<std::uint32_t> accept(const protocol::hand_over& what, const std::set<topic_partition>& assigned);
  /// A batch from the log: which of its records have been handled before.
  std::vector<bool> known(const std::vector<record>& batch);
  /// It was lost, or not all that was accepted could be handled: all of it is handled when it comes from the log.
  void forget(topic_partition source);

 private:
  topic of_;
  protocol::newest_records handled_;
  /// Handled, and still to come from the log.
  std::map<std::uint32_t, std::deque<std::shared_ptr<const outgoing>>> expected_;
};

}  // namespace hedgerow::bridges
