#include "tests/contract/event_log/event_log_contract.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "messages/types/check.hpp"

namespace hedgerow::test {

ports::commit_callback outcomes::next(int number) {
  return [state = state_, number](expected<void, ports::log_error> outcome) {
    const std::lock_guard lock{state->mutex};
    state->order.push_back(number);
    state->errors.push_back(outcome ? std::nullopt : std::optional{outcome.error()});
  };
}

bool outcomes::wait_for(std::size_t count) const {
  return eventually([&] { return order().size() >= count; });
}

std::vector<int> outcomes::order() const {
  const std::lock_guard lock{state_->mutex};
  return state_->order;
}

std::vector<std::optional<ports::log_error>> outcomes::errors() const {
  const std::lock_guard lock{state_->mutex};
  return state_->errors;
}

std::optional<ports::log_error> commit_now(ports::log_member& member, log_transaction transaction) {
  outcomes done;
  member.commit(std::move(transaction), done.next());
  if (!done.wait_for(1)) return ports::log_error{ports::log_errc::timed_out, "the callback was not called"};
  return done.errors().front();
}

namespace {

/// What a member owns according to its polls. Addresses are reused, so a join resets the entry.
std::set<topic_partition>& owned_by(const ports::log_member& member) {
  static std::map<const ports::log_member*, std::set<topic_partition>> all;
  return all[&member];
}

}  // namespace

std::unique_ptr<ports::log_member> must_join(ports::event_log& log, const std::string& group,
                                             const std::string& instance, std::vector<topic> inputs) {
  auto member = log.join({group, instance, std::move(inputs)});
  HEDGEROW_CHECK(member.has_value(), "join failed");
  owned_by(**member).clear();
  return std::move(*member);
}

namespace {

void note(const ports::log_member& member, const ports::log_batch& batch) {
  auto& owned = owned_by(member);
  for (const auto& source : batch.revoked) owned.erase(source);
  owned.insert(batch.assigned.begin(), batch.assigned.end());
}

void add(ports::log_batch& all, ports::log_batch more) {
  all.revoked.insert(all.revoked.end(), more.revoked.begin(), more.revoked.end());
  all.assigned.insert(all.assigned.end(), more.assigned.begin(), more.assigned.end());
  all.records.insert(all.records.end(), more.records.begin(), more.records.end());
}

ports::log_batch poll_while(ports::log_member& member, std::size_t limit,
                            const std::function<bool(const ports::log_batch&)>& enough) {
  ports::log_batch all;
  EXPECT_TRUE(eventually([&] {
    if (enough(all)) return true;
    auto batch = member.poll(limit);
    EXPECT_TRUE(batch.has_value());
    if (!batch) return true;
    EXPECT_LE(batch->records.size(), limit);
    note(member, *batch);
    add(all, std::move(*batch));
    return enough(all);
  }));
  return all;
}

}  // namespace

ports::log_batch poll_until(ports::log_member& member, std::size_t count, std::size_t limit) {
  return poll_while(member, limit, [&](const auto& all) { return all.records.size() >= count; });
}

ports::log_batch poll_changes(ports::log_member& member, std::size_t assigned, std::size_t revoked) {
  return poll_while(member, 1000,
                    [&](const auto& all) { return all.assigned.size() >= assigned && all.revoked.size() >= revoked; });
}

::testing::AssertionResult settle(const std::vector<share>& shares) {
  std::string trouble;
  const auto has_its_share = [](const share& s) {
    std::set<std::uint32_t> numbers;
    for (const auto& source : owned_by(*s.member))
      if (source.topic == s.of) numbers.insert(source.partition);
    return numbers == s.partitions;
  };
  const bool settled = eventually([&] {
    for (const auto& s : shares) {
      const auto batch = s.member->poll(0);
      if (!batch) trouble = batch.error().detail;
      if (!batch) return true;
      note(*s.member, *batch);
    }
    return std::ranges::all_of(shares, has_its_share);
  });
  if (settled && trouble.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "partitions did not settle " << trouble;
}

outgoing put(topic_partition to, std::string key, std::string value) { return {to, std::move(key), std::move(value)}; }
outgoing tombstone(topic_partition to, std::string key) { return {to, std::move(key), std::nullopt}; }

std::vector<std::string> values_of(const std::vector<record>& records) {
  std::vector<std::string> out;
  for (const auto& r : records) out.push_back(r.value.value_or("<tombstone>").str());
  return out;
}

std::vector<std::int64_t> offsets_of(const std::vector<record>& records) {
  std::vector<std::int64_t> out;
  for (const auto& r : records) out.push_back(r.offset);
  return out;
}

void EventLogContract::append(std::vector<outgoing> records) {
  if (!producer_) producer_ = must_join(*log_, "contract-producer", "p", {});
  const auto failure = commit_now(*producer_, {std::move(records), {}});
  ASSERT_FALSE(failure) << failure->detail;
}

std::vector<record> EventLogContract::read_when_there(topic_partition source, std::size_t count, std::int64_t from) {
  std::vector<record> all;
  EXPECT_TRUE(eventually([&] {
    all.clear();
    for (auto next = from;;) {
      auto some = log_->read(source, next, 1000);
      EXPECT_TRUE(some.has_value());
      if (!some || some->empty()) return all.size() >= count;
      next = some->back().offset + 1;
      all.insert(all.end(), some->begin(), some->end());
    }
  })) << all.size()
      << " records";
  return all;
}

void EventLogContract::expect_offsets(const std::vector<record>& records,
                                      const std::vector<std::int64_t>& offsets) const {
  if (GetParam().embedded) {
    EXPECT_EQ(offsets_of(records), offsets);
    return;
  }
  EXPECT_EQ(records.size(), offsets.size());
  const auto found = offsets_of(records);
  EXPECT_TRUE(std::ranges::is_sorted(found, std::less_equal{}));
}

void EventLogContract::expect_end(topic_partition source, std::int64_t end) {
  if (GetParam().embedded) {
    EXPECT_EQ(*log_->end_offset(source), end);
    return;
  }
  EXPECT_TRUE(eventually([&] { return *log_->end_offset(source) >= end; }));
}

}  // namespace hedgerow::test
