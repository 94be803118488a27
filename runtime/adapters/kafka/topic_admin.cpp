#include "runtime/adapters/kafka/topic_admin.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "runtime/adapters/kafka/admin_call.hpp"
#include "runtime/adapters/kafka/connection_trouble.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

using properties = std::vector<std::pair<std::string, std::string>>;
using new_topic = std::unique_ptr<rd_kafka_NewTopic_t, destroy_with<rd_kafka_NewTopic_destroy>>;
using config_resource = std::unique_ptr<rd_kafka_ConfigResource_t, destroy_with<rd_kafka_ConfigResource_destroy>>;

constexpr const char* partitions_property = "partitions";
/// Properties that someone set for the topic, beside those that only show a default.
using topic_properties = std::map<std::string, std::pair<std::string, bool>>;

log_error failure(const std::string& what, rd_kafka_resp_err_t code) { return {log_errc::io, describe(what, code)}; }

struct partition_counts {
  int all = 0;
  int with_leader = 0;
};

/// By name, of the topics that exist.
expected<std::map<std::string, partition_counts>, log_error> existing(rd_kafka_t* client,
                                                                      const kafka_options& options) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(client, 1, nullptr, &raw, call_timeout(options.request_timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(failure("no broker answers at " + options.bootstrap, code));
  const std::unique_ptr<const rd_kafka_metadata_t, destroy_with<rd_kafka_metadata_destroy>> metadata{raw};
  std::map<std::string, partition_counts> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& t = metadata->topics[i];
    if (t.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    auto& counts = found[t.topic];
    counts.all = t.partition_cnt;
    for (int p = 0; p < t.partition_cnt; ++p)
      if (t.partitions[p].err == RD_KAFKA_RESP_ERR_NO_ERROR && t.partitions[p].leader >= 0) ++counts.with_leader;
  }
  return found;
}

std::vector<config_resource> resources_of(const std::vector<std::string>& names) {
  std::vector<config_resource> all;
  for (const auto& name : names) all.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  return all;
}

template <class T>
std::vector<typename T::pointer> raw(const std::vector<T>& owned) {
  std::vector<typename T::pointer> all;
  for (const auto& o : owned) all.push_back(o.get());
  return all;
}

expected<std::map<std::string, topic_properties>, log_error> properties_of(rd_kafka_t* client,
                                                                           const kafka_options& options,
                                                                           const std::vector<std::string>& names) {
  std::map<std::string, topic_properties> found;
  if (names.empty()) return found;
  const auto resources = resources_of(names);
  auto list = raw(resources);
  const auto answer = admin_call(client, options, "cannot read the topics' properties", [&](auto* with, auto* queue) {
    rd_kafka_DescribeConfigs(client, list.data(), list.size(), with, queue);
  });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto* results =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(results[i]);
    if (const auto code = rd_kafka_ConfigResource_error(results[i]); code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(failure("cannot read the properties of " + name, code));
    std::size_t entries = 0;
    const auto* all = rd_kafka_ConfigResource_configs(results[i], &entries);
    for (std::size_t e = 0; e < entries; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(all[e]);
      const bool own = rd_kafka_ConfigEntry_source(all[e]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
      found[name][rd_kafka_ConfigEntry_name(all[e])] = {value == nullptr ? "" : value, own};
    }
  }
  return found;
}

}  // namespace

properties wanted_properties(const topic_spec& spec, std::uint32_t symbol_partitions) {
  using std::chrono::milliseconds;
  const auto keep = spec.retention ? std::to_string(milliseconds{*spec.retention}.count()) : std::string{"-1"};
  properties wanted{
      {partitions_property, std::to_string(spec.partitions == partition_rule::single ? 1U : symbol_partitions)},
      {"cleanup.policy", spec.compacted ? "compact" : "delete"},
      {"retention.ms", keep},
      {"retention.bytes", "-1"},
      {"message.timestamp.type", "CreateTime"},
      {"max.message.bytes", "33554432"}};
  // Compacted topics are read whole at every start, so they should be short.
  if (spec.compacted)
    wanted.insert(wanted.end(),
                  {{"segment.bytes", "67108864"}, {"segment.ms", "3600000"}, {"min.cleanable.dirty.ratio", "0.2"}});
  return wanted;
}

expected<std::vector<topic_finding>, log_error> inspect_topics(rd_kafka_t* client, const kafka_options& options) {
  const auto there = existing(client, options);
  if (!there) return unexpected(there.error());
  std::vector<topic_finding> all;
  std::vector<std::string> names;
  for (const auto& spec : topics()) {
    const auto name = topic_name(options, spec.id);
    all.push_back({spec.id, name, there->contains(name), {}});
    if (all.back().exists) names.push_back(name);
  }
  const auto found = properties_of(client, options, names);
  if (!found) return unexpected(found.error());
  for (auto& finding : all) {
    if (!finding.exists) continue;
    for (const auto& [property, wanted] : wanted_properties(spec_of(finding.id), options.symbol_partitions)) {
      std::string value = property == partitions_property ? std::to_string(there->at(finding.name).all) : "";
      if (property != partitions_property) {
        const auto& known = found->at(finding.name);
        if (const auto it = known.find(property); it != known.end()) value = it->second.first;
      }
      if (value != wanted) finding.differences.push_back({property, wanted, value});
    }
  }
  return all;
}

expected<void, log_error> create_topics(rd_kafka_t* client, const kafka_options& options,
                                        const std::vector<topic_finding>& findings) {
  std::array<char, 256> reason{};
  std::vector<new_topic> fresh;
  for (const auto& finding : findings) {
    if (finding.exists) continue;
    const auto& spec = spec_of(finding.id);
    const auto count = spec.partitions == partition_rule::single ? 1U : options.symbol_partitions;
    const int replicas = options.replication_factor == 0 ? -1 : static_cast<int>(options.replication_factor);
    new_topic made{
        rd_kafka_NewTopic_new(finding.name.c_str(), static_cast<int>(count), replicas, reason.data(), reason.size())};
    if (!made) return unexpected(log_error{log_errc::io, "cannot make " + finding.name + ": " + reason.data()});
    for (const auto& [property, wanted] : wanted_properties(spec, options.symbol_partitions))
      if (property != partitions_property) rd_kafka_NewTopic_set_config(made.get(), property.c_str(), wanted.c_str());
    fresh.push_back(std::move(made));
  }
  if (fresh.empty()) return {};
  auto list = raw(fresh);
  const auto answer = admin_call(client, options, "cannot make topics", [&](auto* with, auto* queue) {
    rd_kafka_CreateTopics(client, list.data(), list.size(), with, queue);
  });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    return unexpected(failure(std::string{"cannot make the topic "} + rd_kafka_topic_result_name(results[i]), code));
  }
  return {};
}

expected<void, log_error> wait_for_topics(rd_kafka_t* client, const kafka_options& options) {
  constexpr std::chrono::milliseconds pause{20};
  std::mutex mutex;
  std::condition_variable nobody;
  for (std::chrono::milliseconds waited{0}; waited < options.request_timeout; waited += pause) {
    const auto there = existing(client, options);
    if (!there) return unexpected(there.error());
    const bool served = std::ranges::all_of(topics(), [&](const topic_spec& spec) {
      const auto it = there->find(topic_name(options, spec.id));
      return it != there->end() && it->second.all > 0 && it->second.with_leader == it->second.all;
    });
    if (served) return {};
    std::unique_lock lock{mutex};
    nobody.wait_for(lock, pause);
  }
  return unexpected(
      log_error{log_errc::timed_out, "the topics were made, but not all of their partitions have a leader"});
}

expected<void, log_error> correct_topics(rd_kafka_t* client, const kafka_options& options,
                                         const std::vector<topic_finding>& findings) {
  std::vector<std::string> names;
  for (const auto& f : findings)
    if (!f.differences.empty()) names.push_back(f.name);
  const auto found = properties_of(client, options, names);
  if (!found) return unexpected(found.error());
  const auto resources = resources_of(names);
  std::size_t next = 0;
  for (const auto& f : findings) {
    if (f.differences.empty()) continue;
    // The request replaces all properties of a topic, so those set by others are sent along.
    std::map<std::string, std::string> all;
    for (const auto& [property, value] : found->at(f.name))
      if (value.second) all[property] = value.first;
    for (const auto& d : f.differences)
      if (d.property != partitions_property) all[d.property] = d.wanted;
    for (const auto& [property, value] : all)
      rd_kafka_ConfigResource_set_config(resources[next].get(), property.c_str(), value.c_str());
    ++next;
  }
  if (names.empty()) return {};
  auto list = raw(resources);
  const auto answer = admin_call(client, options, "cannot set the topics' properties", [&](auto* with, auto* queue) {
    rd_kafka_AlterConfigs(client, list.data(), list.size(), with, queue);
  });
  if (!answer) return unexpected(answer.error());
  std::size_t count = 0;
  const auto* results =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(answer->get()), &count);
  for (std::size_t i = 0; i < count; ++i)
    if (const auto code = rd_kafka_ConfigResource_error(results[i]); code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(
          failure(std::string{"cannot set properties of "} + rd_kafka_ConfigResource_name(results[i]), code));
  return {};
}

std::string describe_differences(const std::vector<topic_finding>& findings) {
  std::string text;
  for (const auto& f : findings)
    for (const auto& d : f.differences)
      text += (text.empty() ? "" : "; ") + f.name + ": " + d.property + " is " + d.found + ", not " + d.wanted;
  return text;
}

std::string explain_partitions(const std::vector<topic_finding>& findings) {
  const topic_finding* wrong = nullptr;
  const topic_difference* how = nullptr;
  std::set<std::string> counts;
  for (const auto& f : findings) {
    if (!f.exists) continue;
    const auto it = std::ranges::find(f.differences, partitions_property, &topic_difference::property);
    const bool single = spec_of(f.id).partitions == partition_rule::single;
    if (!single) counts.insert(it == f.differences.end() ? "" : it->found);
    if (it == f.differences.end()) continue;
    if (single) return f.name + " has " + it->found + " partitions, and must have one: use another kafka.prefix";
    if (wrong == nullptr) {
      wrong = &f;
      how = &*it;
    }
  }
  if (wrong == nullptr) return {};
  const bool alike = counts.size() == 1;
  return wrong->name + " has " + how->found + " partitions, and log.symbol_partitions = " + how->wanted +
         ": the number is chosen once, when the topics are made; " +
         (alike ? "set log.symbol_partitions = " + how->found + ", or begin" : "begin") +
         " a new history with another kafka.prefix (raise chain.start_block first: every fill from there on is hedged "
         "again)";
}

std::string explain_missing(const kafka_options& options, const std::vector<topic_finding>& findings) {
  std::string names;
  std::size_t count = 0;
  for (const auto& f : findings) {
    if (f.exists) continue;
    names += (names.empty() ? "" : ", ") + f.name;
    ++count;
  }
  if (count == 0) return {};
  const std::string key = "kafka.prefix = \"" + options.prefix + "\": ";
  if (count == findings.size() && options.read_only)
    return key + "there is no log with this prefix; name the one that the nodes run with";
  if (options.read_only)
    return key + "these topics do not exist, and reading makes none: " + names +
           "; name the prefix that the nodes run with, or make them with `hedgerow topics apply`";
  return key + "these topics do not exist: " + names +
         "; make them with `hedgerow topics apply`, or set kafka.create_topics = true";
}

expected<std::vector<topic_finding>, log_error> inspect_cluster(const kafka_options& options) {
  if (auto found = find_broker(options); !found) return unexpected(found.error());
  const auto client = make_kafka_client(RD_KAFKA_PRODUCER, options, {});
  if (!client) return unexpected(client.error());
  return inspect_topics(client->get(), options);
}

expected<void, log_error> apply_to_cluster(const kafka_options& options, const std::vector<topic_finding>& findings) {
  const auto client = make_kafka_client(RD_KAFKA_PRODUCER, options, {});
  if (!client) return unexpected(client.error());
  if (auto made = create_topics(client->get(), options, findings); !made) return made;
  if (auto set = correct_topics(client->get(), options, findings); !set) return set;
  return wait_for_topics(client->get(), options);
}

}  // namespace hedgerow::adapters
