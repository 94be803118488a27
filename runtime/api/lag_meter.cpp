#include "runtime/api/lag_meter.hpp"

#include <algorithm>

namespace hedgerow::api {

lag_meter::lag_meter(std::shared_ptr<ports::event_log> log, ports::input_groups groups, const ports::clock* clock,
                     lag_meter_options options)
    : log_{std::move(log)},
      groups_{std::move(groups)},
      clock_{clock},
      options_{options},
      answered_{clock->monotonic()},
      thread_{[this] { work(); }} {}

lag_meter::~lag_meter() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

lag_reading lag_meter::latest() const {
  const std::lock_guard lock{mutex_};
  const bool answers = clock_->monotonic() - answered_ <= options_.patience;
  return {answers ? latest_ : nullptr, answers};
}

void lag_meter::work() {
  while (goes_on()) {
    auto found = ask_log();
    std::unique_lock lock{mutex_};
    if (found) latest_ = std::move(found);
    if (stop_.wait_for(lock, options_.interval, [this] { return stopping_; })) return;
  }
}

bool lag_meter::goes_on() const {
  const std::lock_guard lock{mutex_};
  return !stopping_;
}

void lag_meter::answered() {
  const std::lock_guard lock{mutex_};
  answered_ = clock_->monotonic();
}

known_lag lag_meter::ask_log() {
  const auto progress = log_->progress(groups_);
  if (!progress) return nullptr;
  answered();
  auto all = std::make_shared<std::vector<partition_lag>>();
  for (const auto& one : *progress) {
    if (!goes_on()) return nullptr;
    all->push_back({one.group, one.source, records_between(one)});
  }
  return all;
}

/// Kafka numbers the marks of transactions, too, and there is one behind the last record of each. Where little is left
/// the records are counted, so that nothing to do is zero; once, as long as the offsets stay.
std::int64_t lag_meter::records_between(const ports::group_progress& one) {
  constexpr std::int64_t little = 16;
  const auto behind = std::max<std::int64_t>(0, one.end - one.next);
  if (behind == 0 || behind > little) return behind;
  auto& known = counted_[{one.group, one.source}];
  if (known.next == one.next && known.end == one.end) return known.records;
  const auto found = log_->count(one.source, one.next, static_cast<std::size_t>(behind));
  if (!found) return behind;
  answered();
  known = {one.next, one.end, static_cast<std::int64_t>(*found)};
  return known.records;
}

}  // namespace hedgerow::api
