#include "runtime/adapters/memory_log/memory_log.hpp"

#include <algorithm>
#include <limits>

#include "messages/types/check.hpp"
#include "runtime/adapters/memory_log/core/compaction.hpp"
#include "runtime/adapters/memory_log/core/log_base.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

void memory_log_faults::fail_commit_after(std::size_t passes, log_error why) {
  const std::lock_guard lock{mutex_};
  orders_.push_back({passes, std::move(why)});
}

std::optional<log_error> memory_log_faults::next() {
  const std::lock_guard lock{mutex_};
  if (orders_.empty() || orders_.front().passes-- > 0) return std::nullopt;
  auto why = std::move(orders_.front().why);
  orders_.pop_front();
  return why;
}

namespace {

class memory_log final : public log_base {
 public:
  memory_log(const ports::clock& clock, std::uint32_t symbol_partitions, std::shared_ptr<memory_log_faults> faults)
      : log_base{clock, symbol_partitions, std::numeric_limits<std::size_t>::max()}, faults_{std::move(faults)} {}

  expected<std::vector<record>, log_error> changelog(topic_partition source) override {
    if (!layout_.contains(source)) return unexpected(no_such_partition(source));
    changelog_view view;
    for (const auto& b : cached(source)) HEDGEROW_CHECK(view.see(*b, source), "a batch in memory is whole");
    return view.take();
  }

  expected<void, log_error> maintain(timestamp now) override {
    const std::lock_guard lock{maintaining_};
    for (const auto source : layout_.all()) {
      if (spec_of(source.topic).retention) retain(source, now - *spec_of(source.topic).retention);
      if (spec_of(source.topic).compacted) compact(source, now);
    }
    return {};
  }

 protected:
  void execute(commit_request request) override {
    if (!request.failure && faults_) request.failure = faults_->next();
    std::vector<commit_request> requests;
    requests.push_back(std::move(request));
    std::vector<member_ptr> woken;
    bool appended = false;
    {
      const std::lock_guard lock{executing_};
      judge(requests);
      const auto batches = assemble(requests);
      appended = !batches.empty();
      woken = apply(requests, batches);
    }
    finish(requests);
    wake(woken, appended);
  }

  /// Everything there is, is in memory.
  expected<std::vector<batch_ptr>, log_error> load(topic_partition, std::int64_t, std::size_t) override {
    return std::vector<batch_ptr>{};
  }
  [[nodiscard]] bool on_executor() const override { return true; }

 private:
  void retain(topic_partition source, timestamp cutoff) {
    auto batches = cached(source);
    const auto seen = batches.size();
    const auto unread = first_unread(source);
    while (!batches.empty() && batches.front()->recorded_at < cutoff && batches.front()->end <= unread)
      batches.pop_front();
    replace_cached(source, std::move(batches), seen);
  }

  void compact(topic_partition source, timestamp now) {
    const auto batches = cached(source);
    compaction plan{now, first_unread(source)};
    for (const auto& b : batches) HEDGEROW_CHECK(plan.see(*b), "a batch in memory is whole");
    if (!plan.worthwhile()) return;
    std::deque<batch_ptr> left;
    for (const auto& b : batches)
      if (auto kept = plan.rewrite(b)) left.push_back(std::move(kept));
    replace_cached(source, std::move(left), batches.size());
  }

  std::shared_ptr<memory_log_faults> faults_;
  std::mutex executing_;
  std::mutex maintaining_;
};

}  // namespace

std::shared_ptr<ports::event_log> make_memory_log(const ports::clock& clock, std::uint32_t symbol_partitions,
                                                  std::shared_ptr<memory_log_faults> faults) {
  HEDGEROW_CHECK(symbol_partitions > 0, "a topic has at least one partition");
  return std::make_shared<memory_log>(clock, symbol_partitions, std::move(faults));
}

}  // namespace hedgerow::adapters
