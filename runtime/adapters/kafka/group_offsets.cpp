#include "runtime/adapters/kafka/group_offsets.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "runtime/adapters/kafka/admin_call.hpp"

namespace hedgerow::adapters {

using ports::group_progress;
using ports::log_errc;
using ports::log_error;

namespace {

using offset_map = std::map<topic_partition, std::int64_t>;

kafka_partitions list_of(const kafka_options& options, const std::vector<topic_partition>& sources) {
  kafka_partitions list{rd_kafka_topic_partition_list_new(static_cast<int>(sources.size()))};
  for (const auto& s : sources)
    rd_kafka_topic_partition_list_add(list.get(), topic_name(options, s.topic).c_str(),
                                      static_cast<int32_t>(s.partition));
  return list;
}

struct answered_offsets {
  /// Without the partitions of which the group has committed nothing.
  offset_map found;
  /// It cannot be told yet: a transaction that moves one is still open, or the group's coordinator is not ready.
  bool not_yet = false;
};

/// The offsets as of now. With `stable` the answer omits an offset that an open transaction moves.
expected<answered_offsets, log_error> ask(rd_kafka_t* client, const kafka_options& options, const std::string& group,
                                          const std::vector<topic_partition>& sources, bool stable) {
  const auto wanted = list_of(options, sources);
  using question =
      std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, destroy_with<rd_kafka_ListConsumerGroupOffsets_destroy>>;
  const question asked{rd_kafka_ListConsumerGroupOffsets_new((options.prefix + group).c_str(), wanted.get())};
  auto* raw = asked.get();
  const auto answer =
      admin_call(client, options, "cannot ask for the offsets of " + group, [&](auto* with, auto* queue) {
        kafka_error{rd_kafka_AdminOptions_set_require_stable_offsets(with, stable)}.reset();
        rd_kafka_ListConsumerGroupOffsets(client, &raw, 1, with, queue);
      });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto* groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(answer->get()), &count);
  answered_offsets out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* error = rd_kafka_group_result_error(groups[i]);
    if (error != nullptr && passes_by_itself(rd_kafka_error_code(error))) {
      out.not_yet = true;
      continue;
    }
    if (error != nullptr)
      return unexpected(log_error{log_errc::io, "the offsets of " + group + ": " + rd_kafka_error_string(error)});
    const auto* found = rd_kafka_group_result_partitions(groups[i]);
    for (int n = 0; found != nullptr && n < found->cnt; ++n) {
      const auto& p = found->elems[n];
      const auto t = topic_of(options, p.topic);
      out.not_yet = out.not_yet || p.err == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
      if (p.err == RD_KAFKA_RESP_ERR_NO_ERROR && p.offset >= 0 && t)
        out.found[{*t, static_cast<std::uint32_t>(p.partition)}] = p.offset;
    }
  }
  return out;
}

/// Where the committed part of each ends.
expected<offset_map, log_error> ends_of(rd_kafka_t* client, const kafka_options& options,
                                        const std::vector<topic_partition>& sources) {
  const auto wanted = list_of(options, sources);
  for (int n = 0; n < wanted->cnt; ++n) wanted->elems[n].offset = RD_KAFKA_OFFSET_SPEC_LATEST;
  const std::string what = "cannot ask for the ends of the partitions";
  const auto answer = admin_call(client, options, what, [&](auto* with, auto* queue) {
    kafka_error{rd_kafka_AdminOptions_set_isolation_level(with, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED)}.reset();
    rd_kafka_ListOffsets(client, wanted.get(), with, queue);
  });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto** infos = rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(answer->get()), &count);
  offset_map out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& p = *rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    const auto t = topic_of(options, p.topic);
    if (p.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(log_error{log_errc::io, describe(what, p.err)});
    if (t) out[{*t, static_cast<std::uint32_t>(p.partition)}] = p.offset;
  }
  return out;
}

std::vector<topic_partition> partitions_of(const kafka_options& options, const std::vector<topic>& inputs) {
  std::vector<topic_partition> all;
  for (const auto t : inputs) {
    const auto count = spec_of(t).partitions == partition_rule::single ? 1U : options.symbol_partitions;
    for (std::uint32_t p = 0; p < count; ++p) all.push_back({t, p});
  }
  return all;
}

}  // namespace

expected<std::optional<std::int64_t>, log_error> committed_offset(rd_kafka_t* client, const kafka_options& options,
                                                                  const std::string& group, topic_partition source) {
  constexpr std::chrono::milliseconds pause{5};
  std::mutex mutex;
  std::condition_variable nobody;
  for (std::chrono::milliseconds waited{0}; waited < options.request_timeout; waited += pause) {
    const auto answer = ask(client, options, group, {source}, true);
    if (!answer && answer.error().code != log_errc::timed_out) return unexpected(answer.error());
    if (answer && !answer->not_yet) {
      const auto known = answer->found.find(source);
      return known == answer->found.end() ? std::nullopt : std::optional{known->second};
    }
    std::unique_lock lock{mutex};
    nobody.wait_for(lock, pause);
  }
  return unexpected(
      log_error{log_errc::timed_out, "a transaction of " + group + " does not end, or its coordinator is not ready"});
}

expected<std::vector<group_progress>, log_error> progress_of(rd_kafka_t* client, const kafka_options& options,
                                                             const ports::input_groups& groups) {
  std::vector<group_progress> all;
  std::set<topic_partition> sources;
  for (const auto& [group, inputs] : groups) {
    const auto wanted = partitions_of(options, inputs);
    const auto answer = ask(client, options, group, wanted, false);
    if (!answer) return unexpected(answer.error());
    if (answer->not_yet)
      return unexpected(log_error{log_errc::timed_out, "the coordinator of " + group + " is not ready"});
    for (const auto& source : wanted) {
      const auto known = answer->found.find(source);
      all.push_back({group, source, known == answer->found.end() ? 0 : known->second, 0});
      sources.insert(source);
    }
  }
  // After the offsets: records written meanwhile must not make the rest negative.
  if (all.empty()) return all;
  const auto ends = ends_of(client, options, {sources.begin(), sources.end()});
  if (!ends) return unexpected(ends.error());
  for (auto& one : all) {
    const auto known = ends->find(one.source);
    if (known == ends->end())
      return unexpected(log_error{log_errc::io, "the broker does not tell the end of " +
                                                    topic_name(options, one.source.topic) + "/" +
                                                    std::to_string(one.source.partition)});
    one.end = known->second;
  }
  return all;
}

}  // namespace hedgerow::adapters
