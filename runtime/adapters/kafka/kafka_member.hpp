// A member of a consumer group on Kafka. Three threads meet in it: the bridge's (poll, commit), the reader's (consumes,
// serves rebalances) and the transactions' (transaction_queue).
//
// A rebalance is eager: every member gives up all partitions and gets new ones. The bridge must not notice that for
// partitions that stay: the reader waits until the bridge is at rest (it polls, so all its work is in transactions) and
// its transactions are done, gives everything up, and at the next assignment goes on exactly where the bridge stopped.
// A partition stays only if this member took part in every generation in between; otherwise another member may have
// worked on it, so it is reported as lost and won again.
#pragma once

#include "runtime/adapters/kafka/producer_reports.hpp"
#include "runtime/adapters/kafka/transaction_queue.hpp"

namespace hedgerow::adapters {

/// Generation in which the metadata was taken; -1 when librdkafka writes it in a way that is not known here.
[[nodiscard]] std::int32_t generation_of(const rd_kafka_consumer_group_metadata_t* metadata);

class kafka_member final : public transaction_gate, public std::enable_shared_from_this<kafka_member> {
 public:
  [[nodiscard]] static expected<std::shared_ptr<kafka_member>, ports::log_error> make(
      const kafka_options& options, ports::member_options member, const ports::clock& clock,
      std::weak_ptr<ended_threads> ended);
  ~kafka_member() override;
  kafka_member(const kafka_member&) = delete;
  kafka_member& operator=(const kafka_member&) = delete;

  // What the bridge calls (ports::log_member).
  [[nodiscard]] expected<ports::log_batch, ports::log_error> poll(std::size_t max_records);
  void commit(log_transaction transaction, ports::commit_callback done);
  [[nodiscard]] std::shared_ptr<lent_offsets> lend(std::vector<input_offset> offsets,
                                                   std::vector<topic_partition> owned);
  void on_ready(ports::ready_callback ready);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts() const;
  /// Ends the threads. May be called by a commit's callback.
  void close();

  // What the transactions ask (transaction_gate).
  void started() override;
  [[nodiscard]] transaction_permit permit(const std::vector<ownership>& rests_on) override;
  void committed(const offset_map& offsets) override;
  void died(const ports::log_error& why) override;
  void idle() override;
  void took_back() override;

 private:
  /// A partition that this member owns.
  struct holding {
    std::uint64_t epoch = 0;
    /// Offset of the next record that the bridge will get; may be "the beginning" until it got one.
    std::int64_t next = 0;
    std::int64_t committed = 0;
  };
  enum class rebalance : std::uint8_t { none, give_up, lost, take_over };

  kafka_member(kafka_options options, ports::member_options member, const ports::clock& clock,
               std::weak_ptr<ended_threads> ended);
  /// Adds the ownerships that a transaction rests on, as the bridge knows them; why it must fail. Under the mutex.
  [[nodiscard]] std::optional<ports::log_error> claim(const std::vector<topic_partition>& owned,
                                                      const std::vector<input_offset>& offsets,
                                                      std::vector<ownership>& rests_on) const;
  [[nodiscard]] expected<void, ports::log_error> open();

  // The reader's thread (member_reader.cpp).
  void read();
  [[nodiscard]] bool subscribe();
  void take_messages();
  void keep(std::vector<record> records);
  void wait_for_room();
  void pause(bool paused);
  void look_for_trouble(rd_kafka_resp_err_t code);
  static void on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                           void* me);
  [[nodiscard]] client_callbacks own_callbacks();
  static int on_statistics(rd_kafka_t* consumer, char* json, std::size_t size, void* me);
  static void on_error(rd_kafka_t* consumer, int code, const char* reason, void* me);
  void serve_rebalance();
  void give_up(bool lost);
  [[nodiscard]] bool wait_for_rest();
  void take_over();
  [[nodiscard]] expected<void, ports::log_error> find_offsets(rd_kafka_topic_partition_list_t* partitions);
  void wake_bridge();

  kafka_options options_;
  ports::member_options member_;
  const ports::clock& clock_;
  std::weak_ptr<ended_threads> ended_;
  member_metrics metrics_;
  /// Reports of the transactions' thread and of the reader's; they outlive the clients.
  producer_reports producer_reports_;
  client_statistics consumer_statistics_;
  /// Shared with the messages that it brought.
  std::shared_ptr<rd_kafka_t> consumer_;
  kafka_queue messages_;
  std::unique_ptr<transaction_queue> transactions_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<ports::log_error> dead_;
  bool producer_ready_ = false;
  bool stopping_ = false;
  /// Partitions owned now, and those owned as far as the bridge knows (with the epoch).
  std::map<topic_partition, holding> held_;
  std::map<topic_partition, std::uint64_t> told_;
  std::uint64_t last_epoch_ = 0;
  std::shared_ptr<rd_kafka_consumer_group_metadata_t> group_;
  /// True between giving up and taking over.
  bool moving_ = false;
  /// The bridge has polled since `moving_`.
  bool at_rest_ = false;
  /// Loans that have not ended: as good as transactions under way.
  std::size_t loans_ = 0;
  std::deque<record> buffer_;
  std::size_t buffer_bytes_ = 0;
  bool waiting_ = false;
  std::string last_error_;
  ports::ready_callback ready_;

  // Only the reader's thread.
  rebalance due_ = rebalance::none;
  kafka_partitions offered_;
  std::int32_t generation_ = -1;
  /// Partitions held when everything was given up, unless they were lost.
  std::map<topic_partition, holding> given_up_;
  bool paused_ = false;
  std::thread reader_;
};

}  // namespace hedgerow::adapters
