#include "runtime/adapters/memory_log/core/compaction.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::adapters {

bool compaction::see(const log_batch_data& batch) {
  batch_reader reader{batch};
  record_view view;
  while (reader.next(view)) {
    const auto [newest, first] = newest_.try_emplace(std::string{view.key}, view.offset);
    if (!first && std::exchange(newest->second, view.offset) < unread_) ++superseded_;
    ++seen_;
    if (!view.value) {
      ++tombstones_;
      if (batch.recorded_at < tombstones_before_ && view.offset < unread_) ++old_tombstones_;
    }
  }
  return !reader.corrupt();
}

bool compaction::keeps(const record_view& r, timestamp recorded_at) const {
  if (r.offset >= unread_) return true;
  const auto newest = newest_.find(std::string{r.key});
  // A batch that came after the collection is not judged.
  if (newest == newest_.end() || r.offset > newest->second) return true;
  if (r.offset < newest->second) return false;
  return r.value || recorded_at >= tombstones_before_;
}

batch_ptr compaction::rewrite(const batch_ptr& batch) const {
  auto left = std::make_shared<log_batch_data>(log_batch_data{batch->base, batch->end, batch->recorded_at, {}});
  batch_reader reader{*batch};
  record_view view;
  auto expected_offset = batch->base;
  bool dropped = false;
  while (reader.next(view)) {
    if (!keeps(view, batch->recorded_at)) {
      dropped = true;
      continue;
    }
    encode_record(left->body, static_cast<std::uint64_t>(view.offset - expected_offset), view.key, view.value);
    expected_offset = view.offset + 1;
  }
  if (!dropped) return batch;
  return left->body.empty() ? nullptr : left;
}

bool changelog_view::see(const log_batch_data& batch, topic_partition source) {
  batch_reader reader{batch};
  record_view view;
  while (reader.next(view)) {
    auto& r = newest_[std::string{view.key}];
    r.from = source;
    r.offset = view.offset;
    r.recorded_at = batch.recorded_at;
    r.key = view.key;
    if (view.value)
      r.value.emplace(std::string{*view.value});
    else
      r.value.reset();
  }
  return !reader.corrupt();
}

void changelog_view::see(record r) {
  auto key = r.key;
  newest_.insert_or_assign(std::move(key), std::move(r));
}

std::vector<record> changelog_view::take() {
  std::vector<record> out;
  out.reserve(newest_.size());
  for (auto& [key, r] : newest_)
    if (r.value) out.push_back(std::move(r));
  newest_.clear();
  std::ranges::sort(out, {}, &record::offset);
  return out;
}

}  // namespace hedgerow::adapters
