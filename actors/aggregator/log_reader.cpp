#include "actors/aggregator/log_reader.hpp"

#include <algorithm>

#include "messages/codec/codec.hpp"

namespace hedgerow::aggregator {
namespace {

constexpr topic followed_topics[] = {topic::onchain_trades, topic::schwab_executions, topic::position_updates,
                                     topic::dead_letters,   topic::token_updates,     topic::control_events};

template <class Event>
void prepare_as(prepared& out, std::string_view bytes) {
  auto event = codec::decode<Event>(bytes);
  if (event)
    out.event = std::move(*event);
  else
    out.undecodable = event.error().detail;
}

prepared prepare(const record& r) {
  prepared out{r.recorded_at, r.offset, {}, {}};
  if (!r.value) return out;
  switch (r.from.topic) {
    case topic::onchain_trades: prepare_as<onchain_trade>(out, *r.value); break;
    case topic::schwab_executions: prepare_as<schwab_execution>(out, *r.value); break;
    case topic::position_updates: prepare_as<position_update>(out, *r.value); break;
    case topic::dead_letters: prepare_as<dead_letter>(out, *r.value); break;
    case topic::token_updates: prepare_as<token_update>(out, *r.value); break;
    case topic::control_events: prepare_as<control_event>(out, *r.value); break;
    default: break;
  }
  return out;
}

/// Reads and decodes the next records of a partition; touches nothing else, so it can run on any thread.
prepared_records read_batch(ports::event_log& log, topic_partition source, std::int64_t from, std::size_t batch_max) {
  prepared_records out{from, false, {}, {}};
  auto records = log.read(source, from, batch_max);
  if (!records) {
    out.error = records.error().detail;
    return out;
  }
  if (records->empty()) return out;
  out.next = records->back().offset + 1;
  out.full = records->size() >= batch_max;
  for (const auto& r : *records) out.records.push_back(prepare(r));
  return out;
}

}  // namespace

log_reader::log_reader(std::shared_ptr<ports::event_log> log, std::size_t batch_max)
    : log_{std::move(log)}, batch_max_{batch_max} {}

void log_reader::start_at(const ports::store_position& position) {
  sources_.clear();
  for (const topic t : followed_topics)
    for (std::uint32_t p = 0; p < log_->partitions(t); ++p) {
      const auto known = position.find({t, p});
      const std::int64_t from = known == position.end() ? 0 : known->second;
      sources_.push_back({{t, p}, from, from, {}, {}});
    }
  for (auto& f : sources_) read_ahead(f);
}

/// Reading and decoding is most of a rebuild: while one batch is folded, the next of its partition is made ready.
void log_reader::read_ahead(followed& f) {
  f.coming = std::async(std::launch::async, [log = log_, source = f.source, from = f.next, most = batch_max_] {
    return read_batch(*log, source, from, most);
  });
}

expected<void, std::string> log_reader::refill(followed& f) {
  auto batch = f.coming.valid() ? f.coming.get() : read_batch(*log_, f.source, f.next, batch_max_);
  if (!batch.error.empty()) return unexpected(std::move(batch.error));
  f.next = batch.next;
  f.ahead = std::move(batch.records);
  if (batch.full) read_ahead(f);
  return {};
}

log_reader::followed* log_reader::oldest() {
  followed* best = nullptr;
  for (auto& f : sources_)
    if (!f.ahead.empty() && (best == nullptr || f.ahead.front().recorded_at < best->ahead.front().recorded_at))
      best = &f;
  return best;
}

void log_reader::give(followed& f, turn& out) {
  auto& first = f.ahead.front();
  const auto range =
      std::find_if(out.read.begin(), out.read.end(), [&](const auto& r) { return r.source == f.source; });
  if (range == out.read.end())
    out.read.push_back({f.source, f.given, first.offset + 1});
  else
    range->next = first.offset + 1;
  f.given = first.offset + 1;
  ++out.records;
  if (first.event) out.events.push_back(*std::move(first.event));
  if (!first.undecodable.empty()) {
    ++out.undecodable;
    out.why_undecodable = std::string{to_string(f.source.topic)} + ": " + first.undecodable;
  }
  f.ahead.pop_front();
}

expected<turn, std::string> log_reader::next(std::size_t most) {
  turn out;
  for (auto& f : sources_) {
    if (!f.ahead.empty()) continue;
    if (auto read = refill(f); !read) return unexpected(std::move(read.error()));
  }
  while (out.records < most) {
    followed* f = oldest();
    if (f == nullptr) break;
    give(*f, out);
    if (!f->ahead.empty()) continue;
    if (auto read = refill(*f); !read) return unexpected(std::move(read.error()));
  }
  return out;
}

}  // namespace hedgerow::aggregator
