// A member's transactions: those that wait are carried out together, one Kafka transaction after the other, on a thread
// of its own. Whether they may run is asked again right before.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/ports/clock.hpp"
#include "runtime/adapters/kafka/connection_trouble.hpp"
#include "runtime/adapters/kafka/ended_threads.hpp"
#include "runtime/adapters/kafka/member_metrics.hpp"

namespace hedgerow::adapters {

/// A partition, and which of this member's ownerships of it is meant: it may have been lost and won again since.
struct ownership {
  topic_partition source;
  std::uint64_t epoch = 0;
};

struct kafka_loan;

struct transaction_request {
  log_transaction content;
  std::vector<ownership> rests_on;
  std::vector<std::shared_ptr<kafka_loan>> lent;
  ports::commit_callback done;
  /// If set, the transaction fails with this error when it reaches the front of the queue.
  std::optional<ports::log_error> failure;
};

/// Input offsets by partition: what a transaction commits.
using offset_map = std::map<topic_partition, std::int64_t>;

/// What the group says about transactions that are about to begin.
struct transaction_permit {
  /// Why they may not begin.
  std::optional<ports::log_error> refused;
  /// Shows the broker who owns the partitions; null for a member without inputs.
  std::shared_ptr<rd_kafka_consumer_group_metadata_t> group;
  /// The committed offset of each partition that they rest on: committing it again makes the broker check the
  /// ownership.
  offset_map offsets;
};

/// The member as its transactions see it. Called on the queue's thread, never under its mutex.
class transaction_gate {
 public:
  virtual ~transaction_gate() = default;
  /// The producer can be used; the open transaction of an older one with the same name has ended.
  virtual void started() = 0;
  [[nodiscard]] virtual transaction_permit permit(const std::vector<ownership>& rests_on) = 0;
  virtual void committed(const offset_map& offsets) = 0;
  /// No transaction will succeed any more.
  virtual void died(const ports::log_error& why) = 0;
  /// Nothing waits and nothing is under way.
  virtual void idle() = 0;
  /// A loan has ended.
  virtual void took_back() = 0;
};

/// Offsets of one member in another one's transaction: the broker checks them by the lender's group, and so fences
/// every member that takes part.
struct kafka_loan final : lent_offsets {
  ~kafka_loan() override { lender->took_back(); }

  std::shared_ptr<transaction_gate> lender;
  std::vector<input_offset> offsets;
  std::vector<ownership> rests_on;
  /// If set, every transaction with this loan fails.
  std::optional<ports::log_error> failure;
};

/// What one member has in a transaction: the queue's own first, then those that lent to it.
struct transaction_part {
  transaction_gate* gate = nullptr;
  transaction_permit permit;
};

class transaction_queue {
 public:
  /// `clock`, `gate` and `trouble`, to which the producer reports, outlive the thread.
  transaction_queue(kafka_options options, kafka_handle producer, const ports::clock& clock, member_metrics metrics,
                    transaction_gate& gate, connection_trouble& trouble);
  transaction_queue(const transaction_queue&) = delete;
  transaction_queue& operator=(const transaction_queue&) = delete;

  /// `owner` is kept alive by the thread.
  void start(std::shared_ptr<void> owner);
  void add(transaction_request request);
  /// While the queue is held, no transaction begins.
  void hold(bool held);
  /// Holds if nothing waits and nothing is under way; false when something is.
  [[nodiscard]] bool hold_when_idle();
  /// Finishes all added requests and ends the thread. Called on that thread, it returns at once, and `ended` waits for
  /// the thread's end.
  void finish(const std::weak_ptr<ended_threads>& ended);

 private:
  using fault = std::optional<ports::log_error>;

  void work();
  [[nodiscard]] rd_kafka_topic_t* handle_of(topic t);
  [[nodiscard]] fault initialize();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void serve_client(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::vector<transaction_request> take();
  void carry_out(std::vector<transaction_request> requests);
  [[nodiscard]] fault carry_out(const std::vector<transaction_request>& requests,
                                const std::vector<transaction_part>& parts);
  [[nodiscard]] std::vector<transaction_part> ask_permits(const std::vector<transaction_request>& requests) const;
  [[nodiscard]] fault run(const std::vector<transaction_request>& requests, const std::vector<transaction_part>& parts);
  [[nodiscard]] fault produce(const std::vector<transaction_request>& requests);
  [[nodiscard]] fault send_offsets(const transaction_permit& permit);
  [[nodiscard]] fault end_transaction();
  [[nodiscard]] std::string reason_of(const rd_kafka_error_t& why);
  [[nodiscard]] ports::log_error give_up(kafka_error why, const std::string& what);
  void answer(std::vector<transaction_request>& requests, const fault& failure);

  kafka_options options_;
  const ports::clock& clock_;
  member_metrics metrics_;
  transaction_gate& gate_;
  connection_trouble& trouble_;
  /// Records of the transaction that failed: the producer may refer to their values as long as it lives.
  std::vector<std::vector<outgoing>> unsettled_;
  kafka_handle producer_;
  std::map<topic, kafka_topic> topics_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<transaction_request> waiting_;
  bool held_ = false;
  bool finishing_ = false;
  bool busy_ = false;
  fault dead_;
  monotonic_time last_end_{0};
  ended_threads::end_flag thread_ended_;
  std::thread thread_;
};

/// What the failure of a call within a transaction means for the member. Never `replaced`: only the consumer's own
/// fatal error says that another member has its name.
[[nodiscard]] ports::log_errc meaning_of_transaction_error(rd_kafka_resp_err_t code);

}  // namespace hedgerow::adapters
