#include "runtime/adapters/kafka/partition_reader.hpp"

#include <algorithm>
#include <array>

#include "runtime/adapters/kafka/watermarks.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

constexpr std::size_t read_batch_max = 1000;
/// How long one look for a message waits when more must come.
constexpr int read_look_ms = 100;

std::string name_of(topic_partition p) { return std::string{to_string(p.topic)} + "/" + std::to_string(p.partition); }

}  // namespace

record to_record(const rd_kafka_message_t& message, topic_partition from, std::shared_ptr<const void> owner) {
  record r;
  r.from = from;
  r.offset = message.offset;
  rd_kafka_timestamp_type_t kind{};
  r.recorded_at.us = rd_kafka_message_timestamp(&message, &kind) * 1000;
  if (message.key != nullptr) r.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.payload == nullptr) return r;
  const std::string_view value{static_cast<const char*>(message.payload), message.len};
  if (owner)
    r.value.emplace(value, std::move(owner));
  else
    r.value.emplace(std::string{value});
  return r;
}

expected<std::unique_ptr<partition_reader>, log_error> partition_reader::open(const kafka_options& options) {
  auto client = make_kafka_client(RD_KAFKA_CONSUMER, options, reader_properties(options, true));
  if (!client) return unexpected(client.error());
  return std::unique_ptr<partition_reader>{new partition_reader{options, std::move(*client)}};
}

partition_reader::partition_reader(kafka_options options, kafka_handle client)
    : options_{std::move(options)}, client_{std::move(client)} {
  for (const auto& spec : topics()) {
    const auto count = spec.partitions == partition_rule::single ? 1U : options_.symbol_partitions;
    for (std::uint32_t n = 0; n < count; ++n) {
      auto p = std::make_unique<place>();
      p->topic.reset(rd_kafka_topic_new(client_.get(), topic_name(options_, spec.id).c_str(), nullptr));
      places_[{spec.id, n}] = std::move(p);
    }
  }
}

partition_reader::~partition_reader() {
  for (auto& [source, p] : places_) {
    if (p->queue) rd_kafka_queue_cb_event_enable(p->queue.get(), nullptr, nullptr);
    unsubscribe(source, *p);
  }
  places_.clear();
}

void partition_reader::on_news(std::function<void()> changed) { changed_ = std::move(changed); }

void partition_reader::subscribe(topic_partition source, place& p, std::int64_t offset) {
  const int number = static_cast<int>(source.partition);
  rd_kafka_consume_start(p.topic.get(), number, offset);
  if (changed_ && !p.queue) {
    p.queue.reset(rd_kafka_queue_get_partition(client_.get(), topic_name(options_, source.topic).c_str(), number));
    rd_kafka_queue_cb_event_enable(
        p.queue.get(), [](rd_kafka_t*, void* me) { static_cast<partition_reader*>(me)->changed_(); }, this);
  }
  p.started = true;
  p.next = offset;
  p.at_end = p.following = false;
}

void partition_reader::unsubscribe(topic_partition source, place& p) {
  if (p.started) rd_kafka_consume_stop(p.topic.get(), static_cast<int>(source.partition));
  p.started = false;
}

expected<std::int64_t, log_error> partition_reader::end(topic_partition source) {
  if (!places_.contains(source)) return unexpected(log_error{log_errc::io, "there is no " + name_of(source)});
  return end_of_partition(client_.get(), options_, source);
}

expected<void, log_error> partition_reader::go_to(topic_partition source, place& p, std::int64_t offset) {
  if (p.started && p.next == offset) return {};
  // An offset beyond the end would send the client back to the beginning.
  const auto last = end(source);
  if (!last) return unexpected(last.error());
  if (offset > *last) return unexpected(log_error{log_errc::closed, "beyond the end"});
  unsubscribe(source, p);
  subscribe(source, p, offset);
  return {};
}

expected<void, log_error> partition_reader::take_some(topic_partition source, place& p, std::size_t most, bool wait,
                                                      const std::function<void(record)>& take) {
  std::array<rd_kafka_message_t*, read_batch_max> messages{};
  const int number = static_cast<int>(source.partition);
  // A call for many waits until it has all of them, so the waiting is for one.
  auto got = rd_kafka_consume_batch(p.topic.get(), number, 0, messages.data(), std::min(most, read_batch_max));
  if (got == 0 && wait) got = rd_kafka_consume_batch(p.topic.get(), number, read_look_ms, messages.data(), 1);
  std::optional<log_error> trouble;
  for (ssize_t i = 0; i < got; ++i) {
    const auto* m = messages[static_cast<std::size_t>(i)];
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      p.at_end = false;
      p.next = m->offset + 1;
      take(to_record(*m, source));
    } else if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      p.at_end = p.following = true;
      p.next = std::max(p.next, m->offset);
    } else {
      trouble = log_error{log_errc::io, describe("cannot read " + name_of(source), m->err)};
    }
    rd_kafka_message_destroy(messages[static_cast<std::size_t>(i)]);
  }
  if (trouble) return unexpected(*trouble);
  return {};
}

expected<std::vector<record>, log_error> partition_reader::read(topic_partition source, std::int64_t from,
                                                                std::size_t max_records) {
  const auto known = places_.find(source);
  if (known == places_.end()) return unexpected(log_error{log_errc::io, "there is no " + name_of(source)});
  place& p = *known->second;
  const std::lock_guard lock{p.mutex};
  return read_at(source, p, from, max_records);
}

expected<std::vector<record>, log_error> partition_reader::read_at(topic_partition source, place& p, std::int64_t from,
                                                                   std::size_t max_records) {
  std::vector<record> out;
  // A follower goes on after the last record; only transaction markers lie between that and the reader's position.
  const bool goes_on = p.started && p.at_end && from <= p.next && from >= p.last_record_end;
  if (!goes_on) {
    if (const auto gone = go_to(source, p, from); !gone) {
      if (gone.error().code == log_errc::closed) return out;
      return unexpected(gone.error());
    }
  }
  const auto keep = [&](record r) {
    p.last_record_end = r.offset + 1;
    out.push_back(std::move(r));
  };
  // Most troubles pass: a broker that starts again, a partition whose leader is not known yet.
  log_error trouble{log_errc::timed_out, "no answer while reading " + name_of(source)};
  const int looks = call_timeout(options_.request_timeout) / read_look_ms;
  for (int look = 0; look < looks && out.size() < max_records; ++look) {
    const auto before = out.size();
    const bool wait = !p.following;
    if (auto done = take_some(source, p, max_records - out.size(), wait, keep); !done) trouble = done.error();
    // A follower is notified of later records; any other reader gets all there is.
    if (out.size() == before && p.following) return out;
    if (out.size() > before) look = 0;
  }
  if (out.empty() && max_records > 0) return unexpected(std::move(trouble));
  return out;
}

expected<std::size_t, log_error> partition_reader::count(topic_partition source, std::int64_t from, std::size_t most) {
  const auto known = places_.find(source);
  if (known == places_.end()) return unexpected(log_error{log_errc::io, "there is no " + name_of(source)});
  place& p = *known->second;
  const std::lock_guard lock{p.mutex};
  const auto found = read_at(source, p, from, most);
  const bool whole = found && (found->empty() || found->size() >= most || p.at_end);
  unsubscribe(source, p);
  if (!found) return unexpected(found.error());
  if (!whole) return unexpected(log_error{log_errc::timed_out, "no answer while reading " + name_of(source)});
  return found->size();
}

expected<void, log_error> partition_reader::read_all(topic_partition source, std::int64_t end_offset,
                                                     const std::function<void(record)>& take) {
  const auto known = places_.find(source);
  if (known == places_.end()) return unexpected(log_error{log_errc::io, "there is no " + name_of(source)});
  place& p = *known->second;
  const std::lock_guard lock{p.mutex};
  if (end_offset == 0) return {};
  unsubscribe(source, p);
  subscribe(source, p, RD_KAFKA_OFFSET_BEGINNING);
  p.next = 0;
  const auto limit = options_.request_timeout + 2 * options_.transaction_timeout;
  const int looks = call_timeout(limit) / read_look_ms;
  std::optional<log_error> trouble;
  for (int look = 0; look < looks && p.next < end_offset; ++look) {
    const auto before = p.next;
    if (auto done = take_some(source, p, read_batch_max, true, take); !done) trouble = done.error();
    if (p.next > before) look = 0;
  }
  const bool whole = p.next >= end_offset;
  unsubscribe(source, p);
  if (whole) return {};
  if (trouble) return unexpected(*trouble);
  return unexpected(log_error{log_errc::timed_out, "a transaction on " + name_of(source) + " does not end"});
}

}  // namespace hedgerow::adapters
