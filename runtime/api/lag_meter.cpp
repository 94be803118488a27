#include "runtime/api/lag_meter.hpp"

#include <algorithm>

namespace hedgerow::api {

lag_meter::lag_meter(std::shared_ptr<ports::event_log> log, input_groups groups)
    : log_{std::move(log)}, groups_{std::move(groups)}, thread_{[this] { work(); }} {}

lag_meter::~lag_meter() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void lag_meter::measure(answer done) {
  {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(done));
  }
  changed_.notify_all();
}

known_lag lag_meter::latest() const {
  const std::lock_guard lock{mutex_};
  return latest_;
}

void lag_meter::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto asked = std::exchange(waiting_, {});
    lock.unlock();
    auto found = ask_log();
    lock.lock();
    if (stopping_) return;
    latest_ = found;
    lock.unlock();
    for (const auto& done : asked) done(found);
    lock.lock();
  }
}

/// Null when the log does not answer: a part of it would look like all of it.
known_lag lag_meter::ask_log() {
  auto all = std::make_shared<std::vector<partition_lag>>();
  for (const auto& [group, inputs] : groups_) {
    for (const topic t : inputs) {
      for (std::uint32_t p = 0; p < log_->partitions(t); ++p) {
        {
          const std::lock_guard lock{mutex_};
          if (stopping_) return nullptr;
        }
        // The offset first: what is written meanwhile must not make it negative.
        const auto done = log_->committed(group, {t, p});
        if (!done) return nullptr;
        const auto end = log_->end_offset({t, p});
        if (!end) return nullptr;
        all->push_back({group, {t, p}, records_between(group, {t, p}, done->value_or(0), *end)});
      }
    }
  }
  return all;
}

/// Kafka numbers the marks of transactions, too, and there is one behind the last record of each. Where little is left the
/// records are counted, so that nothing to do is zero; once, as long as the offsets stay.
std::int64_t lag_meter::records_between(const std::string& group, topic_partition source, std::int64_t done,
                                        std::int64_t end) {
  constexpr std::int64_t little = 16;
  const auto behind = std::max<std::int64_t>(0, end - done);
  if (behind == 0 || behind > little) return behind;
  auto& known = counted_[{group, source}];
  if (known.done == done && known.end == end) return known.records;
  const auto found = log_->count(source, done, static_cast<std::size_t>(behind));
  if (!found) return behind;
  known = {done, end, static_cast<std::int64_t>(*found)};
  return known.records;
}

}  // namespace hedgerow::api
