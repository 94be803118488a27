#include "runtime/transfer/import_writer.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>

namespace hedgerow::transfer {
namespace {

/// A log on the network takes some seconds to hand out partitions.
constexpr std::chrono::seconds assignment_limit{90};
constexpr std::chrono::seconds commit_limit{120};
constexpr std::chrono::milliseconds poll_again{100};

/// Rung by the log when a poll may bring something.
struct bell {
  std::mutex mutex;
  std::condition_variable rung;
  bool ready = false;

  void ring() {
    {
      const std::lock_guard lock{mutex};
      ready = true;
    }
    rung.notify_one();
  }
  void wait() {
    std::unique_lock lock{mutex};
    rung.wait_for(lock, poll_again, [this] { return ready; });
    ready = false;
  }
};

}  // namespace

expected<import_writer, std::string> import_writer::join(ports::event_log& log, const std::string& group,
                                                         const std::vector<topic>& inputs) {
  std::set<topic_partition> missing;
  for (const topic t : inputs)
    for (std::uint32_t p = 0; p < log.partitions(t); ++p) missing.insert({t, p});
  auto member = log.join({group, "import", inputs});
  if (!member) return unexpected("cannot join the group " + group + ": " + member.error().detail);
  const auto waiting = std::make_shared<bell>();
  (*member)->on_ready([waiting] { waiting->ring(); });
  for (auto left = assignment_limit / poll_again; !missing.empty(); --left) {
    const auto got = (*member)->poll(1);
    if (!got) return unexpected("the group " + group + ": " + got.error().detail);
    for (const auto& p : got->assigned) missing.erase(p);
    if (missing.empty()) break;
    if (left <= 0)
      return unexpected("the group " + group +
                        ": not all partitions were assigned; is a node running on this log? Stop "
                        "it and import again");
    waiting->wait();
  }
  return import_writer{std::move(*member)};
}

expected<void, std::string> import_writer::commit(log_transaction transaction) {
  auto promise = std::make_shared<std::promise<expected<void, ports::log_error>>>();
  auto done = promise->get_future();
  member_->commit(std::move(transaction),
                  [promise](expected<void, ports::log_error> outcome) { promise->set_value(std::move(outcome)); });
  if (done.wait_for(commit_limit) != std::future_status::ready)
    return unexpected(std::string{"the log did not answer a commit in time"});
  if (auto outcome = done.get(); !outcome) return unexpected("cannot write to the log: " + outcome.error().detail);
  return {};
}

}  // namespace hedgerow::transfer
