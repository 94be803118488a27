#include "runtime/adapters/memory_log/core/log_base.hpp"

#include <algorithm>
#include <limits>

#include "messages/types/check.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

log_base::log_base(const ports::clock& clock, std::uint32_t symbol_partitions, std::size_t tail_limit)
    : clock_{clock}, layout_{symbol_partitions}, tail_limit_{tail_limit}, partitions_(layout_.all().size()) {}

// -- reading ---------------------------------------------------------------------------------------------------------

log_base::next_batches log_base::next_of(topic_partition source, std::int64_t position, std::size_t max_records) const {
  const std::lock_guard lock{mutex_};
  const auto& state = partitions_[layout_.index(source)];
  next_batches next{state.end, {}, false, state.end};
  if (position >= state.end) return next;
  if (state.tail.empty() || position < state.tail.front()->base) {
    next.behind = true;
    if (!state.tail.empty()) next.resume = state.tail.front()->base;
    return next;
  }
  auto it = std::ranges::upper_bound(state.tail, position, {}, [](const batch_ptr& b) { return b->end; });
  for (std::size_t records = 0; it != state.tail.end() && records < max_records; ++it) {
    next.batches.push_back(*it);
    records += static_cast<std::size_t>((*it)->end - std::max((*it)->base, position));
  }
  return next;
}

expected<void, log_error> log_base::collect(topic_partition source, std::int64_t& position, std::size_t limit,
                                            std::vector<record>& out) {
  while (out.size() < limit) {
    auto next = next_of(source, position, limit - out.size());
    if (next.behind) {
      auto loaded = load(source, position, limit - out.size());
      if (!loaded) return unexpected(std::move(loaded.error()));
      next.batches = std::move(*loaded);
    }
    const auto before = position;
    for (const auto& b : next.batches) {
      if (b->base >= next.end) break;
      if (!decode_records(*b, source, position, limit, out))
        return unexpected(log_error{log_errc::io, "damaged batch at offset " + std::to_string(b->base) + " of " +
                                                      std::string{to_string(source.topic)} + "/" +
                                                      std::to_string(source.partition)});
      if (out.size() >= limit) {
        position = out.back().offset + 1;
        return {};
      }
      position = std::max(position, b->end);
    }
    // Nothing stored between here and there: compaction or retention took it.
    if (position == before) position = std::max(position, next.resume);
    if (position == before) return {};
  }
  return {};
}

expected<std::vector<record>, log_error> log_base::read(topic_partition source, std::int64_t from,
                                                        std::size_t max_records) {
  if (!layout_.contains(source)) return unexpected(no_such_partition(source));
  std::vector<record> out;
  auto position = std::max<std::int64_t>(from, 0);
  if (auto done = collect(source, position, max_records, out); !done) return unexpected(std::move(done.error()));
  return out;
}

expected<std::int64_t, log_error> log_base::end_offset(topic_partition source) {
  if (!layout_.contains(source)) return unexpected(no_such_partition(source));
  const std::lock_guard lock{mutex_};
  return partitions_[layout_.index(source)].end;
}

expected<std::optional<std::int64_t>, log_error> log_base::committed(const std::string& group, topic_partition source) {
  if (!layout_.contains(source)) return unexpected(no_such_partition(source));
  const std::lock_guard lock{mutex_};
  const auto known = groups_.find(group);
  if (known == groups_.end()) return std::optional<std::int64_t>{};
  const auto offset = known->second.committed.find(source);
  if (offset == known->second.committed.end()) return std::optional<std::int64_t>{};
  return std::optional{offset->second};
}

log_error log_base::no_such_partition(topic_partition p) const {
  if (static_cast<std::size_t>(p.topic) >= topic_count) return {log_errc::io, "no such topic"};
  return {log_errc::io, std::string{to_string(p.topic)} + " has " + std::to_string(layout_.partitions(p.topic)) +
                            " partitions; there is no partition " + std::to_string(p.partition)};
}

// -- running transactions --------------------------------------------------------------------------------------------

void log_base::judge(std::vector<commit_request>& requests) {
  const std::lock_guard lock{mutex_};
  for (auto& request : requests) {
    auto& dead = request.member->dead;
    // Also a member that left with transactions on their way.
    if (fenced_ && !dead) dead = fenced_;
    for (const auto& loan : request.lent)
      if (!request.failure) request.failure = loan->lender()->dead;
    if (dead)
      request.failure = dead;
    else if (request.failure)
      dead = request.failure;
  }
}

new_batches log_base::assemble(std::vector<commit_request>& requests) {
  std::vector<std::shared_ptr<log_batch_data>> building(partitions_.size());
  const auto now = clock_.now();
  for (auto& request : requests) {
    if (request.failure) continue;
    for (auto& part : request.parts) {
      auto& batch = building[part.partition];
      if (!batch) {
        batch = std::make_shared<log_batch_data>();
        batch->base = batch->end = end_of(part.partition);
        batch->recorded_at = now;
        batch->body = std::move(part.body);
      } else {
        batch->body += part.body;
      }
      batch->end += part.count;
    }
  }
  new_batches batches;
  for (std::size_t i = 0; i < building.size(); ++i)
    if (building[i]) batches.emplace_back(i, std::move(building[i]));
  return batches;
}

std::vector<member_ptr> log_base::apply(std::vector<commit_request>& requests, const new_batches& batches) {
  const std::lock_guard lock{mutex_};
  for (const auto& [index, batch] : batches) {
    partitions_[index].end = batch->end;
    partitions_[index].tail.push_back(batch);
    tail_bytes_ += batch->body.size();
    if (tail_limit_ < std::numeric_limits<std::size_t>::max()) tail_order_.push_back(index);
  }
  evict();
  for (auto& request : requests) {
    ++request.member->finished;
    if (request.failure) {
      request.member->dead = request.failure;
      continue;
    }
    for_each_offset(request, [this](const std::string& group, const input_offset& offset) {
      groups_[group].committed[offset.from] = offset.next;
    });
  }
  return wake_waiting();
}

void log_base::finish(std::vector<commit_request>& requests) {
  for (auto& request : requests) {
    if (request.failure)
      request.done(unexpected(std::move(*request.failure)));
    else
      request.done({});
    // The callback may hold the last handle to the member: let go of it before the member counts as finished.
    request.done = nullptr;
    request.lent.clear();
    const std::lock_guard lock{mutex_};
    if (--request.member->in_flight == 0) finished_.notify_all();
  }
}

void log_base::wake(const std::vector<member_ptr>& woken, bool appended) {
  for (const auto& member : woken) member->call_ready();
  if (appended) listeners_.call_all();
}

std::vector<member_ptr> log_base::wake_waiting() {
  std::vector<member_ptr> woken;
  for (const auto& [name, group] : groups_)
    for (const auto& member : group.members())
      if (member->waiting && (member->dead || has_more(member))) {
        member->waiting = false;
        woken.push_back(member);
      }
  return woken;
}

bool log_base::has_more(const member_ptr& member) const {
  for (const auto& [source, position] : member->positions)
    if (position < partitions_[layout_.index(source)].end) return true;
  return groups_.at(member->options.group).has_news_for(member);
}

void log_base::evict() {
  while (tail_bytes_ > tail_limit_ && !tail_order_.empty()) {
    auto& tail = partitions_[tail_order_.front()].tail;
    tail_order_.pop_front();
    if (tail.empty()) continue;
    tail_bytes_ -= tail.front()->body.size();
    tail.pop_front();
  }
}

// -- what the store knows --------------------------------------------------------------------------------------------

void log_base::fence(const log_error& why) {
  std::vector<member_ptr> woken;
  {
    const std::lock_guard lock{mutex_};
    fenced_ = why;
    for (const auto& [name, group] : groups_)
      for (const auto& member : group.members())
        if (!member->dead) member->dead = why;
    woken = wake_waiting();
  }
  for (const auto& member : woken) member->call_ready();
}

void log_base::forget(topic_partition source) {
  const std::lock_guard lock{mutex_};
  auto& tail = partitions_[layout_.index(source)].tail;
  for (const auto& b : tail) tail_bytes_ -= b->body.size();
  tail.clear();
  std::erase(tail_order_, layout_.index(source));
}

void log_base::restore_end(topic_partition source, std::int64_t end) {
  const std::lock_guard lock{mutex_};
  partitions_[layout_.index(source)].end = end;
}

void log_base::restore_offset(const std::string& group, topic_partition source, std::int64_t next) {
  const std::lock_guard lock{mutex_};
  groups_[group].committed[source] = next;
}

std::deque<batch_ptr> log_base::cached(topic_partition source) const {
  const std::lock_guard lock{mutex_};
  return partitions_[layout_.index(source)].tail;
}

void log_base::replace_cached(topic_partition source, std::deque<batch_ptr> batches, std::size_t seen) {
  const std::lock_guard lock{mutex_};
  auto& tail = partitions_[layout_.index(source)].tail;
  HEDGEROW_CHECK(seen <= tail.size(), "only the batches that were seen can be replaced");
  batches.insert(batches.end(), tail.begin() + static_cast<std::ptrdiff_t>(seen), tail.end());
  tail = std::move(batches);
}

std::int64_t log_base::first_unread(topic_partition source) const {
  const std::lock_guard lock{mutex_};
  auto first = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, group] : groups_) {
    const auto committed = group.committed.find(source);
    if (committed != group.committed.end())
      first = std::min(first, committed->second);
    else if (group.reads(source.topic))
      first = 0;
  }
  return first;
}

std::int64_t log_base::end_of(std::size_t index) const {
  const std::lock_guard lock{mutex_};
  return partitions_[index].end;
}

}  // namespace hedgerow::adapters
