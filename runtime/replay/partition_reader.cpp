#include "runtime/replay/partition_reader.hpp"

namespace hedgerow::replay {
namespace {

constexpr std::size_t records_at_once = 1000;

}  // namespace

std::string to_string(topic_partition p) {
  return std::string{hedgerow::to_string(p.topic)} + "/" + std::to_string(p.partition);
}

std::string to_string(topic_partition p, std::int64_t offset) { return to_string(p) + "@" + std::to_string(offset); }

expected<const record*, std::string> partition_reader::peek() {
  if (!ahead_.empty()) return &ahead_.front();
  if (finished_) return nullptr;
  const auto failed = [this](const ports::log_error& e) {
    return unexpected("cannot read " + to_string(source_) + ": " + e.detail);
  };
  if (!end_) {
    const auto end = log_->end_offset(source_);
    if (!end) return failed(end.error());
    end_ = *end;
  }
  // A log on the network waits for a while before it says that there is nothing.
  finished_ = from_ >= *end_;
  if (finished_) return nullptr;
  auto records = log_->read(source_, from_, records_at_once);
  if (!records) return failed(records.error());
  finished_ = records->empty();
  for (auto& r : *records) {
    finished_ = finished_ || r.offset >= *end_;
    if (finished_) break;
    from_ = r.offset + 1;
    ahead_.push_back(std::move(r));
  }
  return ahead_.empty() ? nullptr : &ahead_.front();
}

expected<std::optional<record>, std::string> partition_reader::next() {
  const auto first = peek();
  if (!first) return unexpected(first.error());
  if (*first == nullptr) return std::optional<record>{};
  std::optional<record> out{std::move(ahead_.front())};
  ahead_.pop_front();
  return out;
}

}  // namespace hedgerow::replay
