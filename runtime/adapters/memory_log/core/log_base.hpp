// The half that the embedded logs share: members, groups, and the newest batches in memory. What makes a
// transaction durable, and where older batches come from, is left to memory_log and sqlite_log.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "runtime/adapters/memory_log/core/batch.hpp"
#include "runtime/adapters/memory_log/core/groups.hpp"
#include "runtime/adapters/memory_log/core/subscribers.hpp"

namespace hedgerow::adapters {

class log_base;

/// The records of one transaction for one partition, encoded by the thread that commits.
struct commit_part {
  std::size_t partition = 0;  // index in the layout
  std::int64_t count = 0;
  std::string body;
};

/// Offsets of a member in another one's transaction. None of its partitions moves before that ends.
class embedded_loan final : public lent_offsets {
 public:
  embedded_loan(std::shared_ptr<log_base> log, member_ptr lender, std::vector<input_offset> offsets,
                std::optional<ports::log_error> failure)
      : log_{std::move(log)}, lender_{std::move(lender)}, offsets_{std::move(offsets)}, failure_{std::move(failure)} {}
  ~embedded_loan() override;

  [[nodiscard]] const member_ptr& lender() const { return lender_; }
  [[nodiscard]] const std::vector<input_offset>& offsets() const { return offsets_; }
  [[nodiscard]] const std::optional<ports::log_error>& failure() const { return failure_; }

 private:
  std::shared_ptr<log_base> log_;
  member_ptr lender_;
  std::vector<input_offset> offsets_;
  std::optional<ports::log_error> failure_;
};

/// A transaction on its way.
struct commit_request {
  member_ptr member;
  std::vector<commit_part> parts;
  std::vector<input_offset> offsets;
  std::vector<std::shared_ptr<embedded_loan>> lent;
  ports::commit_callback done;
  /// If set, the transaction fails with this error when its turn comes. judge() sets it, too, if it may not run.
  std::optional<ports::log_error> failure;
};

/// New batches of a group of transactions, at most one per partition.
using new_batches = std::vector<std::pair<std::size_t, std::shared_ptr<log_batch_data>>>;

/// Calls `visit(group, offset)` for every offset that a transaction moves.
template <class Visit>
void for_each_offset(const commit_request& request, Visit visit) {
  for (const auto& offset : request.offsets) visit(request.member->options.group, offset);
  for (const auto& loan : request.lent)
    for (const auto& offset : loan->offsets()) visit(loan->lender()->options.group, offset);
}

class log_base : public ports::event_log, public std::enable_shared_from_this<log_base> {
 public:
  /// Keeps the newest `tail_limit` bytes of batches in memory.
  log_base(const ports::clock& clock, std::uint32_t symbol_partitions, std::size_t tail_limit);

  [[nodiscard]] std::uint32_t partitions(topic t) const override { return layout_.partitions(t); }
  [[nodiscard]] expected<std::unique_ptr<ports::log_member>, ports::log_error> join(
      ports::member_options options) override;
  [[nodiscard]] expected<std::vector<record>, ports::log_error> read(topic_partition source, std::int64_t from,
                                                                     std::size_t max_records) override;
  [[nodiscard]] expected<std::int64_t, ports::log_error> end_offset(topic_partition source) override;
  [[nodiscard]] expected<std::optional<std::int64_t>, ports::log_error> committed(const std::string& group,
                                                                                  topic_partition source) override;
  [[nodiscard]] ports::subscription on_append(std::function<void()> changed) override;

 protected:
  friend class log_member_base;
  friend class embedded_loan;

  /// Runs the transaction now or later, always in the order of the calls of one member: judge, make durable, finish.
  /// Records may be visible before their transaction is durable, as long as no later one can be durable without them.
  virtual void execute(commit_request request) = 0;
  /// Committed batches that hold records from `from` on, in order; nothing when there are none.
  [[nodiscard]] virtual expected<std::vector<batch_ptr>, ports::log_error> load(topic_partition source,
                                                                                std::int64_t from,
                                                                                std::size_t max_records) = 0;
  /// This thread runs transactions, so it must not wait for them.
  [[nodiscard]] virtual bool on_executor() const = 0;

  /// Marks those that may not run; the later ones of their members too.
  void judge(std::vector<commit_request>& requests);
  /// What the transactions that may run will append. Only the executor calls it.
  [[nodiscard]] new_batches assemble(std::vector<commit_request>& requests);
  /// Makes the batches and offsets of those without a failure visible; says whom to call.
  [[nodiscard]] std::vector<member_ptr> apply(std::vector<commit_request>& requests, const new_batches& batches);
  /// Calls those that commit, in order. Never under a mutex.
  void finish(std::vector<commit_request>& requests);
  /// Calls those that wait for records; `appended` when there are any. Never under a mutex.
  void wake(const std::vector<member_ptr>& woken, bool appended);

  /// The whole log has another owner: every member is dead, and none can join.
  void fence(const ports::log_error& why);
  /// Drops the cached batches of a partition, which have been rewritten.
  void forget(topic_partition source);
  /// Sets an end that was found at the start.
  void restore_end(topic_partition source, std::int64_t end);
  void restore_offset(const std::string& group, topic_partition source, std::int64_t next);
  /// The batches in memory; for a log that keeps all of them there.
  [[nodiscard]] std::deque<batch_ptr> cached(topic_partition source) const;
  void replace_cached(topic_partition source, std::deque<batch_ptr> batches, std::size_t seen);
  /// The first offset of a partition that some consumer group has not committed: records from there on must neither be
  /// compacted nor thrown away. The largest number when no group reads the partition.
  [[nodiscard]] std::int64_t first_unread(topic_partition source) const;
  [[nodiscard]] ports::log_error no_such_partition(topic_partition p) const;
  [[nodiscard]] std::int64_t end_of(std::size_t index) const;

  const ports::clock& clock_;
  const log_layout layout_;

 private:
  struct partition_state {
    std::int64_t end = 0;
    /// The newest batches without a hole between them and the end.
    std::deque<batch_ptr> tail;
  };
  /// The next batches of a partition.
  struct next_batches {
    /// End of the partition: batches from there on are not visible yet.
    std::int64_t end = 0;
    std::vector<batch_ptr> batches;
    /// The batches must come from load().
    bool behind = false;
    /// Where reading goes on when there is nothing: compaction or retention removed the records between.
    std::int64_t resume = 0;
  };

  [[nodiscard]] next_batches next_of(topic_partition source, std::int64_t position, std::size_t max_records) const;
  /// Appends to `out` until it holds `limit` or the partition ends, and moves `position` past what it read.
  [[nodiscard]] expected<void, ports::log_error> collect(topic_partition source, std::int64_t& position,
                                                         std::size_t limit, std::vector<record>& out);
  [[nodiscard]] bool has_more(const member_ptr& member) const;
  [[nodiscard]] std::vector<member_ptr> wake_waiting();
  void evict();

  // What members ask.
  expected<ports::log_batch, ports::log_error> poll(const member_ptr& member, std::size_t max_records);
  void commit(const member_ptr& member, log_transaction transaction, ports::commit_callback done);
  std::shared_ptr<lent_offsets> lend(const member_ptr& member, std::vector<input_offset> offsets,
                                     std::vector<topic_partition> owned);
  void take_back(const member_ptr& lender);
  void leave(const member_ptr& member);
  /// Why a transaction may not rest on these partitions. Under the mutex.
  [[nodiscard]] static std::optional<ports::log_error> find_lost(const member_state& member,
                                                                 const std::vector<topic_partition>& owned);

  const std::size_t tail_limit_;
  mutable std::mutex mutex_;
  std::condition_variable finished_;
  std::vector<partition_state> partitions_;
  std::map<std::string, log_group> groups_;
  std::optional<ports::log_error> fenced_;
  std::size_t tail_bytes_ = 0;
  /// In which order partitions got the batches that are in memory.
  std::deque<std::size_t> tail_order_;
  ports::subscribers listeners_;
};

}  // namespace hedgerow::adapters
