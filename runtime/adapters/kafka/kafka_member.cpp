#include "runtime/adapters/kafka/kafka_member.hpp"

#include <algorithm>

#include "messages/types/check.hpp"

namespace hedgerow::adapters {

using ports::log_batch;
using ports::log_errc;
using ports::log_error;

expected<std::shared_ptr<kafka_member>, log_error> kafka_member::make(const kafka_options& options,
                                                                      ports::member_options member,
                                                                      const ports::clock& clock,
                                                                      std::weak_ptr<ended_threads> ended) {
  const std::shared_ptr<kafka_member> made{new kafka_member{options, std::move(member), clock, std::move(ended)}};
  if (auto opened = made->open(); !opened) return unexpected(opened.error());
  return made;
}

kafka_member::kafka_member(kafka_options options, ports::member_options member, const ports::clock& clock,
                           std::weak_ptr<ended_threads> ended)
    : options_{std::move(options)},
      member_{std::move(member)},
      clock_{clock},
      ended_{std::move(ended)},
      metrics_{options_.metrics, member_.group},
      producer_reports_{options_.metrics, member_.group},
      consumer_statistics_{options_.metrics, member_.group, "consumer"} {}

kafka_member::~kafka_member() = default;

client_callbacks kafka_member::own_callbacks() {
  client_callbacks all;
  all.context = this;
  all.rebalance = &kafka_member::on_rebalance;
  all.statistics = &kafka_member::on_statistics;
  all.error = &kafka_member::on_error;
  return all;
}

expected<void, log_error> kafka_member::open() {
  const auto group = options_.prefix + member_.group;
  const auto properties = producer_properties(options_, group + "." + member_.instance);
  auto producer = make_kafka_client(RD_KAFKA_PRODUCER, options_, properties, producer_reports_.callbacks());
  if (!producer) return unexpected(producer.error());
  if (!member_.inputs.empty()) {
    auto consumer = make_kafka_client(RD_KAFKA_CONSUMER, options_, member_properties(options_, group, member_.instance),
                                      own_callbacks());
    if (!consumer) return unexpected(consumer.error());
    consumer_ = std::move(*consumer);
    rd_kafka_poll_set_consumer(consumer_.get());
    messages_.reset(rd_kafka_queue_get_consumer(consumer_.get()));
  }
  transactions_ =
      std::make_unique<transaction_queue>(options_, std::move(*producer), clock_, metrics_, *this, producer_reports_);
  transactions_->start(shared_from_this());
  if (consumer_) reader_ = std::thread{[me = shared_from_this()] { me->read(); }};
  return {};
}

void kafka_member::close() {
  transactions_->finish(ended_);
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
  const std::lock_guard lock{mutex_};
  ready_ = nullptr;
}

// -- the bridge's side -----------------------------------------------------------------------------------------------

void kafka_member::on_ready(ports::ready_callback ready) {
  const std::lock_guard lock{mutex_};
  ready_ = std::move(ready);
}

/// Called under the mutex, so that no poll in between takes the records that this call announces.
void kafka_member::wake_bridge() {
  waiting_ = false;
  if (ready_) ready_();
}

expected<log_batch, log_error> kafka_member::poll(std::size_t max_records) {
  log_batch out;
  const std::lock_guard lock{mutex_};
  if (dead_) return unexpected(*dead_);
  if (moving_) {
    at_rest_ = true;
    waiting_ = true;
    out.moving = true;
    changed_.notify_all();
    return out;
  }
  for (const auto& [source, epoch] : told_)
    if (const auto now = held_.find(source); now == held_.end() || now->second.epoch != epoch)
      out.revoked.push_back(source);
  for (const auto& [source, now] : held_)
    if (const auto before = told_.find(source); before == told_.end() || before->second != now.epoch)
      out.assigned.push_back(source);
  for (const auto& source : out.revoked) told_.erase(source);
  for (const auto& source : out.assigned) told_[source] = held_.at(source).epoch;
  const auto count = std::min(max_records, buffer_.size());
  out.records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& r = buffer_.front();
    held_.at(r.from).next = r.offset + 1;
    buffer_bytes_ -= r.key.size() + (r.value ? r.value->size() : 0);
    out.records.push_back(std::move(r));
    buffer_.pop_front();
  }
  metrics_.buffered->set(static_cast<std::int64_t>(buffer_.size()));
  waiting_ = count < max_records;
  changed_.notify_all();
  return out;
}

std::optional<log_error> kafka_member::claim(const std::vector<topic_partition>& owned,
                                             const std::vector<input_offset>& offsets,
                                             std::vector<ownership>& rests_on) const {
  auto sources = owned;
  for (const auto& offset : offsets) sources.push_back(offset.from);
  for (const auto& source : sources) {
    const auto told = told_.find(source);
    const auto now = held_.find(source);
    // While partitions move, the assignment that the bridge knows stays valid until the new one is known.
    if (told == told_.end() || (!moving_ && (now == held_.end() || now->second.epoch != told->second)))
      return log_error{log_errc::lost_partition, std::string{to_string(source.topic)} + "/" +
                                                     std::to_string(source.partition) + " is no longer assigned to " +
                                                     member_.instance};
    rests_on.push_back({source, told->second});
  }
  return dead_;
}

void kafka_member::commit(log_transaction transaction, ports::commit_callback done) {
  transaction_request request{std::move(transaction), {}, {}, std::move(done), {}};
  request.failure = ports::find_too_large(request.content.records);
  for (const auto& r : request.content.records) {
    const bool single = spec_of(r.to.topic).partitions == partition_rule::single;
    if (r.to.partition >= (single ? 1U : options_.symbol_partitions))
      request.failure = log_error{
          log_errc::io, "there is no " + std::string{to_string(r.to.topic)} + "/" + std::to_string(r.to.partition)};
  }
  for (auto& lent : request.content.lent) {
    auto loan = std::dynamic_pointer_cast<kafka_loan>(std::move(lent));
    HEDGEROW_CHECK(loan != nullptr, "offsets are lent within one log");
    if (loan->failure) request.failure = loan->failure;
    request.lent.push_back(std::move(loan));
  }
  {
    const std::lock_guard lock{mutex_};
    if (auto lost = claim(request.content.owned, request.content.offsets, request.rests_on)) request.failure = lost;
  }
  transactions_->add(std::move(request));
}

std::shared_ptr<lent_offsets> kafka_member::lend(std::vector<input_offset> offsets,
                                                 std::vector<topic_partition> owned) {
  auto loan = std::make_shared<kafka_loan>();
  loan->lender = shared_from_this();
  const std::lock_guard lock{mutex_};
  ++loans_;
  loan->failure = claim(owned, offsets, loan->rests_on);
  loan->offsets = std::move(offsets);
  return loan;
}

void kafka_member::took_back() {
  const std::lock_guard lock{mutex_};
  --loans_;
  changed_.notify_all();
}

std::vector<std::pair<std::string, std::string>> kafka_member::facts() const {
  std::uint64_t ran = 0;
  for (const auto n : metrics_.time->counts()) ran += n;
  const auto mean_us = [total = static_cast<std::int64_t>(std::max<std::uint64_t>(1, ran))](std::int64_t sum_ns) {
    return std::to_string(sum_ns / 1000 / total);
  };
  const std::lock_guard lock{mutex_};
  return {{"transactions", std::to_string(metrics_.committed->get())},
          {"transaction_records", std::to_string(metrics_.records->get())},
          {"transaction_mean_us", mean_us(metrics_.time->sum().count())},
          {"transaction_produce_us", mean_us(metrics_.producing->get())},
          {"transaction_offsets_us", mean_us(metrics_.sending_offsets->get())},
          {"transactions_failed", std::to_string(metrics_.failed->get())},
          {"rebalances", std::to_string(metrics_.rebalances->get())},
          {"buffered", std::to_string(buffer_.size())},
          {"log_error", last_error_}};
}

// -- the transactions' side ------------------------------------------------------------------------------------------

void kafka_member::started() {
  {
    const std::lock_guard lock{mutex_};
    producer_ready_ = true;
  }
  changed_.notify_all();
}

transaction_permit kafka_member::permit(const std::vector<ownership>& rests_on) {
  transaction_permit out;
  const std::lock_guard lock{mutex_};
  out.refused = dead_;
  if (out.refused) return out;
  for (const auto& o : rests_on) {
    const auto now = held_.find(o.source);
    if (now == held_.end() || now->second.epoch != o.epoch) {
      out.refused = log_error{log_errc::lost_partition, std::string{to_string(o.source.topic)} + "/" +
                                                            std::to_string(o.source.partition) + " was lost"};
      return out;
    }
    out.offsets[o.source] = now->second.committed;
  }
  out.group = group_;
  return out;
}

void kafka_member::committed(const offset_map& offsets) {
  const std::lock_guard lock{mutex_};
  for (const auto& [source, next] : offsets)
    if (const auto now = held_.find(source); now != held_.end()) now->second.committed = next;
}

void kafka_member::died(const log_error& why) {
  const std::lock_guard lock{mutex_};
  if (!dead_) dead_ = why;
  changed_.notify_all();
  wake_bridge();
}

void kafka_member::idle() {
  const std::lock_guard lock{mutex_};
  changed_.notify_all();
}

}  // namespace hedgerow::adapters
