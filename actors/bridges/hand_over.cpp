#include "actors/bridges/hand_over.hpp"

#include <algorithm>

namespace hedgerow::bridges {
namespace {

using protocol::newest_records;

topic_partition place_of(const outgoing& r) { return r.to; }
topic_partition place_of(const record& r) { return r.from; }

/// Values carry the event's id, so equal records are the same record.
bool same(const outgoing& a, const record& b) { return a.key == b.key && a.value == b.value; }
bool same(const outgoing& a, const outgoing& b) { return a.key == b.key && a.value == b.value; }

std::optional<std::string> value_of(const record& r) { return copy_of(r.value); }
std::optional<std::string> value_of(const outgoing& r) { return r.value; }

/// The newest record of each partition of a topic: only these are copied.
template <class Record>
newest_records newest_of(topic of, const std::vector<Record>& records) {
  std::map<std::uint32_t, const Record*> last;
  for (const auto& r : records)
    if (const auto place = place_of(r); place.topic == of) last[place.partition] = &r;
  newest_records out;
  for (const auto& [partition, r] : last)
    out[partition] = std::make_shared<const outgoing>(outgoing{{of, partition}, r->key, value_of(*r)});
  return out;
}

}  // namespace

bool can_write_alone(const std::vector<topic>& inputs, topic t) {
  const auto all = [&](partition_rule rule) {
    return std::all_of(inputs.begin(), inputs.end(), [&](topic in) { return spec_of(in).partitions == rule; });
  };
  return !inputs.empty() && (all(partition_rule::single) || all(spec_of(t).partitions));
}

newest_records handed_by::wrote(const std::vector<outgoing>& records) {
  newest_records before;
  for (auto& [partition, r] : newest_of(of_, records)) {
    auto& newest = newest_[partition];
    if (newest) before[partition] = newest;
    newest = std::move(r);
  }
  return before;
}

std::set<std::uint32_t> handed_to::accept(const protocol::hand_over& what, const std::set<topic_partition>& assigned) {
  std::set<std::uint32_t> accepted;
  for (const auto& [partition, before] : what.before) {
    const auto handled = handled_.find(partition);
    if (handled != handled_.end() && assigned.contains({of_, partition}) && same(*handled->second, *before))
      accepted.insert(partition);
  }
  for (const auto& r : what.records) {
    if (r.to.topic != of_ || !accepted.contains(r.to.partition)) continue;
    auto& expected = expected_[r.to.partition];
    expected.push_back(std::make_shared<const outgoing>(r));
    handled_[r.to.partition] = expected.back();
  }
  return accepted;
}

std::vector<bool> handed_to::known(const std::vector<record>& batch) {
  std::vector<bool> out(batch.size(), false);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& r = batch[i];
    if (r.from.topic != of_) continue;
    const auto it = expected_.find(r.from.partition);
    if (it == expected_.end() || it->second.empty()) continue;
    if (same(*it->second.front(), r)) {
      out[i] = true;
      it->second.pop_front();
    } else {
      // Somebody else writes to the topic. All the others are handled again, which changes nothing.
      expected_.erase(it);
    }
  }
  for (auto& [partition, r] : newest_of(of_, batch))
    if (const auto it = expected_.find(partition); it == expected_.end() || it->second.empty())
      handled_[partition] = std::move(r);
  return out;
}

void handed_to::forget(topic_partition source) {
  if (source.topic != of_) return;
  handled_.erase(source.partition);
  expected_.erase(source.partition);
}

}  // namespace hedgerow::bridges
