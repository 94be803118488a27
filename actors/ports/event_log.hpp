// The event log: partitioned topics, consumer groups, and transactions that append records and move offsets in one
// step. Three adapters must agree (runtime/adapters: kafka, sqlite_log, memory_log); tests/contract/event_log holds
// what they agree on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/ports/subscription.hpp"
#include "messages/events/record.hpp"
#include "messages/types/expected.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::ports {

using hedgerow::input_offset;
using hedgerow::lent_offsets;
using hedgerow::log_transaction;
using hedgerow::outgoing;
using hedgerow::record;
using hedgerow::topic_partition;

enum class log_errc : std::uint8_t {
  fenced,            // another owner has taken over: this member is dead
  replaced,          // the same, and it is another member of the same name, which must be the only one
  lost_partition,    // it rests on a partition that is no longer assigned: aborted
  timed_out,         // the outcome is unknown; the member must be closed and its entities rebuilt
  record_too_large,  // a record is larger than largest_record: aborted, and it always will be
  io,                // the store failed; aborted
  closed,
};

struct log_error {
  log_errc code = log_errc::io;
  /// For people.
  std::string detail;
};

/// Bytes of a record's key and value together that every log takes, and none takes more. Far below what Kafka takes
/// (32 MiB, as the topics are made), and as much as the codec reads: every record of a log can be read back.
inline constexpr std::size_t largest_record = std::size_t{4} << 20U;

[[nodiscard]] inline std::size_t size_of(const outgoing& r) { return r.key.size() + (r.value ? r.value->size() : 0); }

/// The error of the first of these records that no log takes; nothing when all fit.
[[nodiscard]] inline std::optional<log_error> find_too_large(const std::vector<outgoing>& records) {
  for (const auto& r : records)
    if (size_of(r) > largest_record)
      return log_error{log_errc::record_too_large, "a record for " + std::string{to_string(r.to.topic)} + "/" +
                                                       std::to_string(r.to.partition) + " has " +
                                                       std::to_string(size_of(r)) + " bytes; the log takes " +
                                                       std::to_string(largest_record)};
  return std::nullopt;
}

/// What a poll brings. Changes of assignment come before the records that follow from them.
struct log_batch {
  /// Partitions are about to move: work begun now may rest on one that will be lost. Cleared by a later poll.
  bool moving = false;
  std::vector<topic_partition> revoked;
  std::vector<topic_partition> assigned;
  /// In offset order per partition.
  std::vector<record> records;
  [[nodiscard]] bool empty() const { return revoked.empty() && assigned.empty() && records.empty(); }
};

struct member_options {
  /// Consumer group, one per service.
  std::string group;
  /// Stable name of this instance; a second member with the same name fences the first.
  std::string instance;
  /// Topics with the same partition count are co-partitioned: one owner per partition number.
  std::vector<hedgerow::topic> inputs;
};

/// Any thread may call it; it must not block and must not call the member.
using ready_callback = std::function<void()>;
using commit_callback = std::function<void(expected<void, log_error>)>;

/// One consumer and one transactional producer. Used by one thread at a time; callbacks come from any thread.
/// Destroying it leaves the group; commits in flight are finished first.
class log_member {
 public:
  virtual ~log_member() = default;

  /// Never blocks. At most `max_records`, continuing after what the last poll returned; starts at the committed
  /// offsets, or at the beginning of the partition. Returns an error only when the member is dead.
  [[nodiscard]] virtual expected<log_batch, log_error> poll(std::size_t max_records) = 0;

  /// Starts a transaction and returns; `done` is called exactly once, in the order of the calls, and when the
  /// transaction is durable; others may read its records a moment before, and what they write does not outlive them.
  /// Several may be in flight; when one fails, those after it fail too. Fails when a record is larger than
  /// largest_record: ask find_too_large() before.
  virtual void commit(log_transaction transaction, commit_callback done) = 0;

  /// Lends offsets, and the ownership of partitions, to one transaction (`log_transaction::lent`) of another member, or
  /// of this one after all: they move when that is committed, and it is refused when this member has lost a partition
  /// since the loan was made. This member may have nothing else on its way until it has ended. A partition that it
  /// names stays with this member until then, or until the loan is dropped.
  [[nodiscard]] virtual std::shared_ptr<lent_offsets> lend(std::vector<input_offset> offsets,
                                                           std::vector<topic_partition> owned) = 0;

  /// Called whenever a poll may bring something after one that brought less than asked for. Set before the first poll.
  virtual void on_ready(ready_callback ready) = 0;

  /// What matters about this member, by name, for the admin endpoint.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> facts() const { return {}; }
};

/// Consumer groups with their inputs.
using input_groups = std::vector<std::pair<std::string, std::vector<hedgerow::topic>>>;

/// How far a group has come in a partition.
struct group_progress {
  std::string group;
  topic_partition source;
  /// Offset of the first record that it has not committed.
  std::int64_t next = 0;
  /// As end_offset() says.
  std::int64_t end = 0;
};

class event_log {
 public:
  virtual ~event_log() = default;

  /// Partitions of a topic.
  [[nodiscard]] virtual std::uint32_t partitions(hedgerow::topic t) const = 0;

  [[nodiscard]] virtual expected<std::unique_ptr<log_member>, log_error> join(member_options options) = 0;

  /// Committed records from `from` on, in order, at most `max_records`; for replay and projections. Fewer may come
  /// although there are more; none means the end. Thread-safe.
  [[nodiscard]] virtual expected<std::vector<record>, log_error> read(topic_partition source, std::int64_t from,
                                                                      std::size_t max_records) = 0;

  /// How many committed records there are from `from` on; counting stops at `most`. Thread-safe.
  [[nodiscard]] virtual expected<std::size_t, log_error> count(topic_partition source, std::int64_t from,
                                                               std::size_t most) {
    const auto found = read(source, from, most);
    if (!found) return unexpected(found.error());
    return found->size();
  }

  /// The newest record of each key, tombstones left out: what a compacted topic means. Thread-safe.
  [[nodiscard]] virtual expected<std::vector<record>, log_error> changelog(topic_partition source) = 0;

  /// Where the committed part ends: no record has this offset or a larger one. On Kafka there may be marks of
  /// transactions between the last record and it. Thread-safe.
  [[nodiscard]] virtual expected<std::int64_t, log_error> end_offset(topic_partition source) = 0;

  /// The committed offset of a group, if it has one. Thread-safe.
  [[nodiscard]] virtual expected<std::optional<std::int64_t>, log_error> committed(const std::string& group,
                                                                                   topic_partition source) = 0;

  /// How far each group has come in each partition of its inputs, asked as cheaply as the log can. An offset that an
  /// open transaction moves counts as it was before, so the call waits for none. Thread-safe.
  [[nodiscard]] virtual expected<std::vector<group_progress>, log_error> progress(const input_groups& groups) {
    std::vector<group_progress> all;
    for (const auto& [group, inputs] : groups)
      for (const auto t : inputs)
        for (std::uint32_t p = 0; p < partitions(t); ++p) {
          // The offset first: records written meanwhile must not make the rest negative.
          const auto next = committed(group, {t, p});
          if (!next) return unexpected(next.error());
          const auto end = end_offset({t, p});
          if (!end) return unexpected(end.error());
          all.push_back({group, {t, p}, next->value_or(0), *end});
        }
    return all;
  }

  /// Calls `changed` after a commit to any partition that has been read, as long as the subscription lives; for
  /// read-side followers. `changed` comes from any thread, must not block and must not call the log. Thread-safe.
  [[nodiscard]] virtual subscription on_append(std::function<void()> changed) = 0;

  /// Applies retention and compaction as the topics table says. Thread-safe; may take long.
  [[nodiscard]] virtual expected<void, log_error> maintain(timestamp now) = 0;
};

}  // namespace hedgerow::ports
