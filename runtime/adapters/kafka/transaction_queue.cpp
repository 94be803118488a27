#include "runtime/adapters/kafka/transaction_queue.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

/// Records of one Kafka transaction at most, unless a single request holds more.
constexpr std::size_t records_max = 20'000;
/// How long the broker usually needs to complete a transaction after it has answered the commit. A producer that
/// begins earlier is refused and retries, which costs both sides; meanwhile more can gather for the next one.
constexpr std::chrono::milliseconds completion{1};
/// How long the producer may wait to be polled while there is nothing to do.
constexpr std::chrono::milliseconds look{1000};

kafka_error checked(rd_kafka_error_t* error) { return kafka_error{error}; }

/// Adds its life time to a sum of nanoseconds.
class stopwatch {
 public:
  stopwatch(const ports::clock& clock, ports::metric_value& sum)
      : clock_{clock}, sum_{sum}, begun_{clock.monotonic()} {}
  ~stopwatch() { sum_.add((clock_.monotonic() - begun_).count()); }
  stopwatch(const stopwatch&) = delete;
  stopwatch& operator=(const stopwatch&) = delete;

 private:
  const ports::clock& clock_;
  ports::metric_value& sum_;
  monotonic_time begun_;
};

}  // namespace

transaction_queue::transaction_queue(kafka_options options, kafka_handle producer, const ports::clock& clock,
                                     member_metrics metrics, transaction_gate& gate, connection_trouble& trouble)
    : options_{std::move(options)},
      clock_{clock},
      metrics_{std::move(metrics)},
      gate_{gate},
      trouble_{trouble},
      producer_{std::move(producer)} {}

/// Made when it is first written to: librdkafka looks at every partition that it knows of whenever it sends.
rd_kafka_topic_t* transaction_queue::handle_of(topic t) {
  auto& handle = topics_[t];
  if (!handle) handle.reset(rd_kafka_topic_new(producer_.get(), topic_name(options_, t).c_str(), nullptr));
  return handle.get();
}

void transaction_queue::start(std::shared_ptr<void> owner) {
  thread_ended_ = std::make_shared<std::atomic<bool>>(false);
  thread_ = std::thread{[this, owner = std::move(owner), ended = thread_ended_]() mutable {
    work();
    owner.reset();
    *ended = true;
  }};
}

void transaction_queue::add(transaction_request request) {
  {
    const std::lock_guard lock{mutex_};
    if (dead_) request.failure = dead_;
    waiting_.push_back(std::move(request));
  }
  wake_.notify_one();
}

void transaction_queue::hold(bool held) {
  {
    const std::lock_guard lock{mutex_};
    held_ = held;
  }
  wake_.notify_one();
}

bool transaction_queue::hold_when_idle() {
  const std::lock_guard lock{mutex_};
  if (!waiting_.empty() || busy_) return false;
  held_ = true;
  return true;
}

void transaction_queue::finish(const std::weak_ptr<ended_threads>& ended) {
  {
    const std::lock_guard lock{mutex_};
    finishing_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  if (thread_.get_id() != std::this_thread::get_id()) return thread_.join();
  if (const auto keeper = ended.lock())
    keeper->keep(std::move(thread_), thread_ended_);
  else
    thread_.detach();
}

// -- the thread ------------------------------------------------------------------------------------------------------

void transaction_queue::work() {
  if (auto trouble = initialize()) {
    {
      const std::lock_guard lock{mutex_};
      dead_ = *trouble;
    }
    gate_.died(*trouble);
  } else {
    gate_.started();
  }
  for (auto requests = take(); !requests.empty(); requests = take()) {
    carry_out(std::move(requests));
    rd_kafka_poll(producer_.get(), 0);
  }
}

/// Fences an older producer with the same name and ends its open transaction.
transaction_queue::fault transaction_queue::initialize() {
  const auto error =
      checked(rd_kafka_init_transactions(producer_.get(), call_timeout(2 * options_.transaction_timeout)));
  if (!error) return std::nullopt;
  const auto code = rd_kafka_error_is_retriable(error.get()) != 0 ? log_errc::timed_out : log_errc::io;
  return log_error{code, "cannot begin to write: " + reason_of(*error)};
}

void transaction_queue::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto may_begin = [this] { return !waiting_.empty() && (dead_ || !held_); };
  for (;;) {
    while (!wake_.wait_for(lock, look, [&] { return finishing_ || may_begin(); })) serve_client(lock);
    const auto since = clock_.monotonic() - last_end_;
    if (since >= completion) return;
    wake_.wait_for(lock, completion - since, [this] { return finishing_ || dead_ || held_; });
    if (finishing_ || may_begin()) return;
  }
}

/// No other thread polls the producer, and its reports pile up until it is polled.
void transaction_queue::serve_client(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  rd_kafka_poll(producer_.get(), 0);
  lock.lock();
}

/// The next requests that can share a transaction; none when the thread shall end.
std::vector<transaction_request> transaction_queue::take() {
  std::unique_lock lock{mutex_};
  wait_for_work(lock);
  std::vector<transaction_request> taken;
  std::size_t records = 0;
  while (!waiting_.empty()) {
    auto& next = waiting_.front();
    if (dead_) next.failure = dead_;
    if (held_ && !next.failure) next.failure = log_error{log_errc::closed, "the member was closed"};
    if (!taken.empty() && (next.failure.has_value() != taken.front().failure.has_value() ||
                           records + next.content.records.size() > records_max))
      break;
    records += next.content.records.size();
    taken.push_back(std::move(next));
    waiting_.pop_front();
  }
  busy_ = !taken.empty();
  return taken;
}

/// The permits of all members whose offsets these requests move. A member that lends to several of them is asked once.
std::vector<transaction_part> transaction_queue::ask_permits(const std::vector<transaction_request>& requests) const {
  struct claim {
    transaction_gate* gate;
    std::vector<ownership> rests_on;
    offset_map offsets;
  };
  std::vector<claim> claims{{&gate_, {}, {}}};
  const auto add = [&](transaction_gate* gate, const std::vector<ownership>& rests_on,
                       const std::vector<input_offset>& offsets) {
    auto it = std::find_if(claims.begin(), claims.end(), [&](const claim& c) { return c.gate == gate; });
    if (it == claims.end()) it = claims.insert(it, {gate, {}, {}});
    it->rests_on.insert(it->rests_on.end(), rests_on.begin(), rests_on.end());
    for (const auto& offset : offsets) it->offsets[offset.from] = offset.next;
  };
  for (const auto& r : requests) {
    add(&gate_, r.rests_on, r.content.offsets);
    for (const auto& loan : r.lent) add(loan->lender.get(), loan->rests_on, loan->offsets);
  }
  std::vector<transaction_part> parts;
  for (auto& c : claims) {
    parts.push_back({c.gate, c.gate->permit(c.rests_on)});
    for (const auto& [source, next] : c.offsets) parts.back().permit.offsets[source] = next;
  }
  return parts;
}

void transaction_queue::carry_out(std::vector<transaction_request> requests) {
  fault failure = requests.front().failure;
  if (!failure) {
    const auto parts = ask_permits(requests);
    for (const auto& part : parts)
      if (!failure) failure = part.permit.refused;
    if (!failure) {
      failure = carry_out(requests, parts);
      // A commit that succeeds has waited for every record. After a failure some may still be on their way.
      if (failure)
        for (auto& r : requests) unsettled_.push_back(std::move(r.content.records));
    }
  }
  if (failure) {
    {
      const std::lock_guard lock{mutex_};
      if (!dead_) dead_ = failure;
    }
    metrics_.failed->add();
    gate_.died(*failure);
  }
  answer(requests, failure);
}

transaction_queue::fault transaction_queue::carry_out(const std::vector<transaction_request>& requests,
                                                      const std::vector<transaction_part>& parts) {
  const auto begun = clock_.monotonic();
  auto failure = run(requests, parts);
  last_end_ = clock_.monotonic();
  metrics_.time->observe(last_end_ - begun);
  if (failure) return failure;
  // Not before a success: trouble reported earlier may still hold, and librdkafka does not report it twice.
  trouble_.forget();
  for (const auto& [gate, permit] : parts)
    if (!permit.offsets.empty()) gate->committed(permit.offsets);
  metrics_.committed->add();
  for (const auto& r : requests) metrics_.records->add(static_cast<std::int64_t>(r.content.records.size()));
  return std::nullopt;
}

void transaction_queue::answer(std::vector<transaction_request>& requests, const fault& failure) {
  for (auto& r : requests) {
    const auto done = std::exchange(r.done, nullptr);
    r.lent.clear();
    if (failure)
      done(unexpected(*failure));
    else
      done({});
  }
  bool idle = false;
  {
    const std::lock_guard lock{mutex_};
    busy_ = false;
    idle = waiting_.empty();
  }
  if (idle) gate_.idle();
}

// -- one transaction -------------------------------------------------------------------------------------------------

transaction_queue::fault transaction_queue::run(const std::vector<transaction_request>& requests,
                                                const std::vector<transaction_part>& parts) {
  if (auto error = checked(rd_kafka_begin_transaction(producer_.get()))) return give_up(std::move(error), "begin");
  // The records are on their way while the offsets are sent.
  if (auto trouble = produce(requests)) return trouble;
  for (const auto& part : parts)
    if (auto trouble = send_offsets(part.permit)) return trouble;
  return end_transaction();
}

namespace {

kafka_error produce_one(rd_kafka_t* producer, rd_kafka_topic_t* to, const outgoing& r, std::int64_t now_ms) {
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = to;
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = static_cast<std::int32_t>(r.to.partition);
  // librdkafka copies the key and only reads the value, until the record is delivered; its interface lacks the const.
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(r.key.data()), r.key.size()};  // NOLINT
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  if (r.value) parts[3].u.mem = {const_cast<char*>(r.value->data()), r.value->size()};  // NOLINT
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = now_ms;
  parts[5].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[5].u.i = RD_KAFKA_MSG_F_BLOCK;
  return kafka_error{rd_kafka_produceva(producer, parts.data(), parts.size())};
}

}  // namespace

transaction_queue::fault transaction_queue::produce(const std::vector<transaction_request>& requests) {
  const stopwatch timed{clock_, *metrics_.producing};
  const auto now_ms = clock_.now().us / 1000;
  for (const auto& request : requests)
    for (const auto& r : request.content.records)
      if (auto error = produce_one(producer_.get(), handle_of(r.to.topic), r, now_ms))
        return give_up(std::move(error),
                       "write to " + std::string{to_string(r.to.topic)} + "/" + std::to_string(r.to.partition));
  return std::nullopt;
}

transaction_queue::fault transaction_queue::send_offsets(const transaction_permit& permit) {
  if (!permit.group || permit.offsets.empty()) return std::nullopt;
  const stopwatch timed{clock_, *metrics_.sending_offsets};
  const kafka_partitions list{rd_kafka_topic_partition_list_new(static_cast<int>(permit.offsets.size()))};
  for (const auto& [source, next] : permit.offsets)
    rd_kafka_topic_partition_list_add(list.get(), topic_name(options_, source.topic).c_str(),
                                      static_cast<int32_t>(source.partition))
        ->offset = next;
  const auto send = [&] {
    return checked(rd_kafka_send_offsets_to_transaction(producer_.get(), list.get(), permit.group.get(),
                                                        call_timeout(options_.transaction_timeout)));
  };
  auto error = send();
  // When the transaction fails during this call, because of its records, only the next call says why.
  if (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__STATE) error = send();
  if (error) return give_up(std::move(error), "offsets");
  return std::nullopt;
}

/// A commit whose answer is late is asked for again: librdkafka takes that as the same commit.
transaction_queue::fault transaction_queue::end_transaction() {
  constexpr int tries = 3;
  for (int i = 1;; ++i) {
    auto error = checked(rd_kafka_commit_transaction(producer_.get(), call_timeout(options_.transaction_timeout)));
    if (!error) return std::nullopt;
    const bool again = rd_kafka_error_is_retriable(error.get()) != 0 && i < tries;
    if (!again) return give_up(std::move(error), "commit");
  }
}

/// A call that timed out does not know why; the connections do. A fatal error comes from the broker with its reason.
std::string transaction_queue::reason_of(const rd_kafka_error_t& why) {
  rd_kafka_poll(producer_.get(), 0);
  const auto trouble = rd_kafka_error_is_fatal(&why) != 0 ? std::string{} : trouble_.explain(options_);
  return rd_kafka_error_string(&why) + missing_access(rd_kafka_error_code(&why)) +
         (trouble.empty() ? "" : "; " + trouble);
}

log_errc meaning_of_transaction_error(rd_kafka_resp_err_t code) {
  switch (code) {
    // A producer is fenced by the broker when another one has its name, and when its transaction took too long.
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH: return log_errc::fenced;
    // Offsets are refused with the first one when the member's own consumer has joined again, for example after the
    // process was frozen, and has another member id by now. Only the consumer itself learns that
    // another node has the same name.
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS: return log_errc::lost_partition;
    default: return log_errc::io;
  }
}

log_error transaction_queue::give_up(kafka_error why, const std::string& what) {
  log_error out{meaning_of_transaction_error(rd_kafka_error_code(why.get())),
                "transaction, " + what + ": " + reason_of(*why)};
  if (rd_kafka_error_is_fatal(why.get()) != 0) return out;
  if (rd_kafka_error_is_retriable(why.get()) != 0) out.code = log_errc::timed_out;
  std::ignore = checked(rd_kafka_abort_transaction(producer_.get(), call_timeout(options_.transaction_timeout)));
  return out;
}

}  // namespace hedgerow::adapters
