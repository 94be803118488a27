// Reads partitions by offset, outside of any group: for projections, changelogs and replay. One client for all
// partitions; each keeps its place, so that a follower which goes on where it stopped costs no seek.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "runtime/adapters/kafka/kafka_client.hpp"

namespace hedgerow::adapters {

/// As it was appended, with the offset that the broker gave it. The value stays in the message, which lives as long as
/// `owner`; without one it is copied.
[[nodiscard]] record to_record(const rd_kafka_message_t& message, topic_partition from,
                               std::shared_ptr<const void> owner = nullptr);

class partition_reader {
 public:
  [[nodiscard]] static expected<std::unique_ptr<partition_reader>, ports::log_error> open(const kafka_options& options);
  ~partition_reader();
  partition_reader(const partition_reader&) = delete;
  partition_reader& operator=(const partition_reader&) = delete;

  /// At most `max_records` from `from` on; empty at the end of the committed ones. A read that goes on where the end
  /// was reached returns the records fetched since, which may not be all. The partition stays subscribed, so that news
  /// of it is reported. Thread-safe.
  [[nodiscard]] expected<std::vector<record>, ports::log_error> read(topic_partition source, std::int64_t from,
                                                                     std::size_t max_records);
  /// Hands every record from the beginning up to `end` to `take`; waits for transactions that are still open below
  /// `end`. Afterwards the partition is no longer subscribed. Thread-safe.
  [[nodiscard]] expected<void, ports::log_error> read_all(topic_partition source, std::int64_t end,
                                                          const std::function<void(record)>& take);
  /// Records from `from` on that are committed, counted up to `most`. Afterwards the partition is no longer subscribed.
  /// Thread-safe.
  [[nodiscard]] expected<std::size_t, ports::log_error> count(topic_partition source, std::int64_t from,
                                                              std::size_t most);
  /// Offset after the last record that is neither open nor aborted (it counts transaction markers). Thread-safe.
  [[nodiscard]] expected<std::int64_t, ports::log_error> end(topic_partition source);
  /// `changed` is called when a subscribed partition has news; it must not call the reader. At most once, before
  /// anything is read.
  void on_news(std::function<void()> changed);

 private:
  struct place {
    std::mutex mutex;
    kafka_topic topic;
    kafka_queue queue;
    bool started = false;
    /// Offset of the next record.
    std::int64_t next = 0;
    /// Offset after the last record that was handed out.
    std::int64_t last_record_end = 0;
    /// Every committed record was read, as far as the broker has reported.
    bool at_end = false;
    /// The end was reached once since the subscription: new records are announced, so a read need not wait for them.
    bool following = false;
  };

  partition_reader(kafka_options options, kafka_handle client);
  [[nodiscard]] expected<std::vector<record>, ports::log_error> read_at(topic_partition source, place& p,
                                                                        std::int64_t from, std::size_t max_records);
  [[nodiscard]] expected<void, ports::log_error> go_to(topic_partition source, place& p, std::int64_t offset);
  /// Takes what is there; with `wait` it waits a moment for the first message.
  [[nodiscard]] expected<void, ports::log_error> take_some(topic_partition source, place& p, std::size_t most,
                                                           bool wait, const std::function<void(record)>& take);
  void subscribe(topic_partition source, place& p, std::int64_t offset);
  void unsubscribe(topic_partition source, place& p);

  kafka_options options_;
  kafka_handle client_;
  std::map<topic_partition, std::unique_ptr<place>> places_;
  std::function<void()> changed_;
};

}  // namespace hedgerow::adapters
