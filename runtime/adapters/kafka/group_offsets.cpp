#include "runtime/adapters/kafka/group_offsets.hpp"

#include <condition_variable>
#include <mutex>

#include "runtime/adapters/kafka/admin_call.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

using found_offset = std::optional<std::int64_t>;

/// As of now; the second part tells that it cannot be told yet: a transaction that moves the offset is still open, or the
/// group's coordinator is not ready.
expected<std::pair<found_offset, bool>, log_error> ask(rd_kafka_t* client, const kafka_options& options,
                                                       const std::string& group, topic_partition source) {
  const kafka_partitions wanted{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(wanted.get(), topic_name(options, source.topic).c_str(),
                                    static_cast<int32_t>(source.partition));
  using question = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                   destroy_with<rd_kafka_ListConsumerGroupOffsets_destroy>>;
  const question asked{rd_kafka_ListConsumerGroupOffsets_new((options.prefix + group).c_str(), wanted.get())};
  auto* raw = asked.get();
  const auto answer = admin_call(client, options, "cannot ask for the offsets of " + group,
                                 [&](auto* with, auto* queue) {
                                   kafka_error{rd_kafka_AdminOptions_set_require_stable_offsets(with, 1)}.reset();
                                   rd_kafka_ListConsumerGroupOffsets(client, &raw, 1, with, queue);
                                 });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto* groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(answer->get()), &count);
  std::pair<found_offset, bool> out{std::nullopt, false};
  for (std::size_t i = 0; i < count; ++i) {
    const auto* error = rd_kafka_group_result_error(groups[i]);
    if (error != nullptr && passes_by_itself(rd_kafka_error_code(error))) {
      out.second = true;
      continue;
    }
    if (error != nullptr)
      return unexpected(log_error{log_errc::io, "the offsets of " + group + ": " + rd_kafka_error_string(error)});
    const auto* found = rd_kafka_group_result_partitions(groups[i]);
    if (found == nullptr || found->cnt == 0) continue;
    const auto& p = found->elems[0];
    out.second = p.err == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
    if (p.err == RD_KAFKA_RESP_ERR_NO_ERROR && p.offset >= 0) out.first = p.offset;
  }
  return out;
}

}  // namespace

expected<found_offset, log_error> committed_offset(rd_kafka_t* client, const kafka_options& options,
                                                   const std::string& group, topic_partition source) {
  constexpr std::chrono::milliseconds pause{5};
  std::mutex mutex;
  std::condition_variable nobody;
  for (std::chrono::milliseconds waited{0}; waited < options.request_timeout; waited += pause) {
    const auto found = ask(client, options, group, source);
    if (!found && found.error().code != log_errc::timed_out) return unexpected(found.error());
    if (found && !found->second) return found->first;
    std::unique_lock lock{mutex};
    nobody.wait_for(lock, pause);
  }
  return unexpected(log_error{log_errc::timed_out, "a transaction of " + group + " does not end, or its coordinator is not ready"});
}

}  // namespace hedgerow::adapters
