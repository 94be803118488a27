// The reader's thread of a member: messages into the buffer, and rebalances.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "runtime/adapters/kafka/kafka_member.hpp"
#include "runtime/adapters/kafka/partition_reader.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

constexpr std::size_t batch_max = 2000;
constexpr int look_ms = 100;
/// The most records that wait for the bridge.
constexpr std::size_t buffer_records_max = 20'000;
constexpr std::size_t buffer_bytes_max = 64U << 20U;
/// A bridge that takes nothing for this long is busy for longer: the consumer is paused, so that it can go on telling
/// the group that it lives.
constexpr std::chrono::milliseconds patience{1000};
/// Pause before the broker is asked again for something that it does not know yet.
constexpr std::chrono::milliseconds again{20};

/// Messages that came together, and with them the memory of their records.
class message_batch {
 public:
  message_batch(std::shared_ptr<rd_kafka_t> from, std::vector<rd_kafka_message_t*> messages)
      : from_{std::move(from)}, messages_{std::move(messages)} {}
  ~message_batch() {
    for (auto* m : messages_) rd_kafka_message_destroy(m);
  }
  message_batch(const message_batch&) = delete;
  message_batch& operator=(const message_batch&) = delete;

 private:
  /// A message must not outlive its client.
  std::shared_ptr<rd_kafka_t> from_;
  std::vector<rd_kafka_message_t*> messages_;
};

}  // namespace

std::int32_t generation_of(const rd_kafka_consumer_group_metadata_t* metadata) {
  constexpr char magic[] = "CGMDv2:";
  void* raw = nullptr;
  std::size_t size = 0;
  const kafka_error failed{rd_kafka_consumer_group_metadata_write(metadata, &raw, &size)};
  if (failed) return -1;
  std::int32_t generation = -1;
  if (size >= sizeof magic - 1 + sizeof generation && std::memcmp(raw, magic, sizeof magic - 1) == 0)
    std::memcpy(&generation, static_cast<const char*>(raw) + sizeof magic - 1, sizeof generation);
  rd_kafka_mem_free(nullptr, raw);
  return generation;
}

void kafka_member::read() {
  {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return producer_ready_ || stopping_ || dead_; });
  }
  if (subscribe()) {
    for (;;) {
      {
        const std::lock_guard lock{mutex_};
        if (stopping_ || dead_) break;
      }
      wait_for_room();
      take_messages();
      if (due_ != rebalance::none) serve_rebalance();
    }
  }
  {
    // Offsets of the owned partitions may not be committed any more.
    const std::lock_guard lock{mutex_};
    held_.clear();
    buffer_.clear();
    moving_ = true;
  }
  due_ = rebalance::none;
  rd_kafka_consumer_close(consumer_.get());
}

bool kafka_member::subscribe() {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || dead_) return false;
  }
  const kafka_partitions list{rd_kafka_topic_partition_list_new(static_cast<int>(member_.inputs.size()))};
  for (const auto t : member_.inputs)
    rd_kafka_topic_partition_list_add(list.get(), topic_name(options_, t).c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(consumer_.get(), list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  died({log_errc::io, describe("cannot join the group " + member_.group, code)});
  return false;
}

// -- messages --------------------------------------------------------------------------------------------------------

void kafka_member::take_messages() {
  std::array<rd_kafka_message_t*, batch_max> batch{};
  auto got = rd_kafka_consume_batch_queue(messages_.get(), 0, batch.data(), batch.size());
  // A call for many waits until it has all of them, so the waiting is for one.
  if (got == 0 && due_ == rebalance::none)
    got = rd_kafka_consume_batch_queue(messages_.get(), look_ms, batch.data(), 1);
  auto trouble = got < 0 ? rd_kafka_last_error() : RD_KAFKA_RESP_ERR_NO_ERROR;
  const std::span taken{batch.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  const auto owner = std::make_shared<const message_batch>(consumer_, std::vector(taken.begin(), taken.end()));
  std::vector<record> records;
  records.reserve(taken.size());
  for (const auto* m : taken) {
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      trouble = m->err;
    else if (const auto t = topic_of(options_, rd_kafka_topic_name(m->rkt)))
      records.push_back(to_record(*m, {*t, static_cast<std::uint32_t>(m->partition)}, owner));
  }
  if (trouble != RD_KAFKA_RESP_ERR_NO_ERROR || got == 0) look_for_trouble(trouble);
  // Records that came together with the news of a rebalance are dropped: the next owner fetches them again.
  if (due_ == rebalance::none && !records.empty()) keep(std::move(records));
}

void kafka_member::keep(std::vector<record> records) {
  const std::lock_guard lock{mutex_};
  for (auto& r : records) {
    if (!held_.contains(r.from)) continue;
    buffer_bytes_ += r.key.size() + (r.value ? r.value->size() : 0);
    buffer_.push_back(std::move(r));
  }
  metrics_.buffered->set(static_cast<std::int64_t>(buffer_.size()));
  if (waiting_) wake_bridge();
}

void kafka_member::wait_for_room() {
  std::unique_lock lock{mutex_};
  const auto has_room = [this] {
    return stopping_ || dead_ || (buffer_.size() < buffer_records_max && buffer_bytes_ < buffer_bytes_max);
  };
  const bool room = changed_.wait_for(lock, paused_ ? std::chrono::milliseconds{0} : patience, has_room);
  lock.unlock();
  if (room == paused_) pause(!room);
}

/// A paused consumer brings no messages, and its polls keep its place in the group.
void kafka_member::pause(bool paused) {
  rd_kafka_topic_partition_list_t* raw = nullptr;
  if (rd_kafka_assignment(consumer_.get(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const kafka_partitions all{raw};
  if (paused)
    rd_kafka_pause_partitions(consumer_.get(), all.get());
  else
    rd_kafka_resume_partitions(consumer_.get(), all.get());
  paused_ = paused;
}

void kafka_member::look_for_trouble(rd_kafka_resp_err_t code) {
  std::array<char, 512> reason{};
  const auto fatal = rd_kafka_fatal_error(consumer_.get(), reason.data(), reason.size());
  if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    // Without this the member would wait without end and show no reason.
    if (!missing_access(code).empty()) return died({log_errc::io, describe("group " + member_.group, code)});
    metrics_.consumer_errors->add();
    const std::lock_guard lock{mutex_};
    last_error_ = rd_kafka_err2str(code);
    return;
  }
  const bool replaced = fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
  died({replaced ? log_errc::replaced : log_errc::io, std::string{"group "} + member_.group + ": " + reason.data()});
}

/// For the admin tree only; calls that wait for the connection have their own deadlines.
void kafka_member::on_error(rd_kafka_t*, int, const char* reason, void* context) {
  auto* me = static_cast<kafka_member*>(context);
  const std::lock_guard lock{me->mutex_};
  me->last_error_ = reason;
}

// -- rebalances ------------------------------------------------------------------------------------------------------

/// Only notes what is due: librdkafka waits until the assignment is changed, which may take a while.
void kafka_member::on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t code,
                                rd_kafka_topic_partition_list_t* partitions, void* context) {
  auto* me = static_cast<kafka_member*>(context);
  {
    const std::lock_guard lock{me->mutex_};
    if (me->stopping_ || me->dead_) {
      rd_kafka_assign(consumer, nullptr);
      return;
    }
  }
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    me->offered_.reset(rd_kafka_topic_partition_list_copy(partitions));
    me->due_ = rebalance::take_over;
  } else {
    me->due_ = rd_kafka_assignment_lost(consumer) != 0 ? rebalance::lost : rebalance::give_up;
  }
}

int kafka_member::on_statistics(rd_kafka_t* /*consumer*/, char* json, std::size_t size, void* context) {
  static_cast<kafka_member*>(context)->consumer_statistics_.take({json, size});
  return 0;
}

void kafka_member::serve_rebalance() {
  const auto what = std::exchange(due_, rebalance::none);
  // A member that was fenced loses its partitions, too: the reason comes first.
  look_for_trouble(RD_KAFKA_RESP_ERR_NO_ERROR);
  if (what == rebalance::take_over)
    take_over();
  else
    give_up(what == rebalance::lost);
}

void kafka_member::give_up(bool lost) {
  {
    const std::lock_guard lock{mutex_};
    metrics_.rebalances->add();
    moving_ = true;
    at_rest_ = false;
    buffer_.clear();
    metrics_.buffered->set(0);
    buffer_bytes_ = 0;
    if (lost)
      held_.clear();
    else
      wake_bridge();
  }
  if (!lost) lost = !wait_for_rest();
  if (lost) transactions_->hold(true);
  {
    const std::lock_guard lock{mutex_};
    if (lost) held_.clear();
    given_up_ = std::exchange(held_, {});
    group_.reset();
  }
  if (paused_) pause(false);
  rd_kafka_assign(consumer_.get(), nullptr);
}

/// Waits until the bridge has handed over all its work and the work is committed. False when it takes too long, or the
/// group has gone on without this member.
bool kafka_member::wait_for_rest() {
  const auto limit = options_.rebalance_timeout / 2;
  for (std::chrono::milliseconds waited{0}; waited < limit; waited += again) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, again, [this] { return stopping_ || dead_; });
    if (stopping_ || dead_) return false;
    const bool rests = at_rest_ && loans_ == 0;
    lock.unlock();
    if (rests && transactions_->hold_when_idle()) return true;
    if (rd_kafka_assignment_lost(consumer_.get()) != 0) return false;
  }
  return false;
}

void kafka_member::take_over() {
  const std::shared_ptr<rd_kafka_consumer_group_metadata_t> group{rd_kafka_consumer_group_metadata(consumer_.get()),
                                                                  rd_kafka_consumer_group_metadata_destroy};
  const auto generation = generation_of(group.get());
  const bool unbroken = generation >= 0 && generation_ >= 0 && generation == generation_ + 1;
  auto before = std::exchange(given_up_, {});
  if (!unbroken) before.clear();
  generation_ = generation;

  if (auto found = find_offsets(offered_.get()); !found) {
    rd_kafka_assign(consumer_.get(), nullptr);
    return died(found.error());
  }
  std::map<topic_partition, holding> held;
  for (int i = 0; i < offered_->cnt; ++i) {
    auto& p = offered_->elems[i];
    const auto t = topic_of(options_, p.topic);
    if (!t) continue;
    const topic_partition source{*t, static_cast<std::uint32_t>(p.partition)};
    if (const auto kept = before.find(source); kept != before.end()) {
      held[source] = kept->second;
    } else {
      const bool begins = p.offset < 0;
      held[source] = {++last_epoch_, begins ? RD_KAFKA_OFFSET_BEGINNING : p.offset, begins ? 0 : p.offset};
    }
    p.offset = held[source].next;
  }
  rd_kafka_assign(consumer_.get(), offered_.get());
  {
    const std::lock_guard lock{mutex_};
    held_ = std::move(held);
    group_ = group;
  }
  transactions_->hold(false);
  // Told last: what the bridge then commits is carried out, even if it leaves right after.
  const std::lock_guard lock{mutex_};
  moving_ = false;
  wake_bridge();
}

/// Committed offsets, once no transaction that would move them is open any more.
expected<void, log_error> kafka_member::find_offsets(rd_kafka_topic_partition_list_t* partitions) {
  const auto limit = 2 * options_.transaction_timeout + options_.request_timeout;
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (std::chrono::milliseconds waited{0}; waited < limit; waited += again) {
    code = rd_kafka_committed(consumer_.get(), partitions, call_timeout(options_.request_timeout));
    for (int i = 0; i < partitions->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) code = partitions->elems[i].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    std::unique_lock lock{mutex_};
    if (changed_.wait_for(lock, again, [this] { return stopping_; }))
      return unexpected(log_error{log_errc::closed, "the member was closed"});
  }
  return unexpected(log_error{log_errc::timed_out, describe("cannot ask for the offsets of " + member_.group, code)});
}

}  // namespace hedgerow::adapters
