#include "tests/contract/event_log/event_log_contract.hpp"

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

std::unique_ptr<ports::log_member> must_join(ports::event_log& log, const std::string& group,
                                             const std::string& instance, std::vector<topic> inputs) {
  auto member = log.join({group, instance, std::move(inputs)});
  HEDGEROW_CHECK(member.has_value(), "join failed");
  return std::move(*member);
}

namespace {

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
  return poll_while(member, 1000, [&](const auto& all) {
    return all.assigned.size() >= assigned && all.revoked.size() >= revoked;
  });
}

outgoing put(topic_partition to, std::string key, std::string value) { return {to, std::move(key), std::move(value)}; }
outgoing tombstone(topic_partition to, std::string key) { return {to, std::move(key), std::nullopt}; }

std::vector<std::string> values_of(const std::vector<record>& records) {
  std::vector<std::string> out;
  for (const auto& r : records) out.push_back(r.value.value_or("<tombstone>"));
  return out;
}

std::vector<std::int64_t> offsets_of(const std::vector<record>& records) {
  std::vector<std::int64_t> out;
  for (const auto& r : records) out.push_back(r.offset);
  return out;
}

void event_log_contract::append(std::vector<outgoing> records) {
  if (!producer_) producer_ = must_join(*log_, "contract-producer", "p", {});
  const auto failure = commit_now(*producer_, {std::move(records), {}});
  ASSERT_FALSE(failure) << failure->detail;
}

}  // namespace hedgerow::test
