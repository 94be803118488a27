// What the next transaction of a bridge will hold, and whether it is time for it. Pure: the bridge carries it out.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "messages/events/record.hpp"

namespace hedgerow::bridges {

class outbound {
 public:
  enum class verdict : std::uint8_t {
    nothing,        // there is nothing to commit
    wait_for_more,  // only offsets of records that nobody cares for: they may wait for a while
    commit,
  };

  /// `skipped_max`: so many records that nobody cares for are worth a transaction of their own.
  explicit outbound(std::size_t skipped_max) : skipped_max_{skipped_max} {}

  /// A record was read whose successor has the offset `next`.
  void read(topic_partition source, std::int64_t next) { offsets_[source] = next; }
  /// The record just read is for somebody, or for nobody.
  void handled() { ++handled_; }
  void skipped() { ++skipped_; }
  /// The partition is gone: its offset is its new owner's.
  void forget(topic_partition source) { offsets_.erase(source); }

  void append(outgoing r) { records_.push_back(std::move(r)); }
  /// All of a step at once.
  void append_all(std::vector<outgoing> all);
  /// What is appended may be written only as long as this partition is owned.
  void depend_on(topic_partition source);
  /// The next transaction is wanted even without records: somebody waits for it.
  void demand() { demanded_ = true; }
  /// Offsets wait now. True when nobody has a timer for them yet: call stop_waiting() when it has passed.
  [[nodiscard]] bool begin_waiting() { return !std::exchange(waiting_, true); }
  /// Offsets have waited long enough.
  void stop_waiting() {
    waiting_ = false;
    offsets_due_ = true;
  }

  [[nodiscard]] std::size_t records() const { return records_.size(); }
  [[nodiscard]] verdict next() const;
  /// The transaction; afterwards the next one begins, empty.
  [[nodiscard]] log_transaction take();

 private:
  std::size_t skipped_max_;
  std::vector<outgoing> records_;
  std::vector<topic_partition> owned_;
  std::map<topic_partition, std::int64_t> offsets_;
  /// Since the last transaction.
  std::size_t handled_ = 0;
  std::size_t skipped_ = 0;
  bool demanded_ = false;
  bool offsets_due_ = false;
  /// A timer runs; it may be that of an earlier transaction.
  bool waiting_ = false;
};

}  // namespace hedgerow::bridges
