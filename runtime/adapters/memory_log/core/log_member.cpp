// A member's side of the log: polls, commits, joining and leaving.
#include <algorithm>

#include "messages/types/check.hpp"
#include "runtime/adapters/memory_log/core/log_base.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

class log_member_base final : public ports::log_member {
 public:
  log_member_base(std::shared_ptr<log_base> log, member_ptr state) : log_{std::move(log)}, state_{std::move(state)} {}
  ~log_member_base() override { log_->leave(state_); }
  log_member_base(const log_member_base&) = delete;
  log_member_base& operator=(const log_member_base&) = delete;

  expected<ports::log_batch, log_error> poll(std::size_t max_records) override {
    return log_->poll(state_, max_records);
  }
  void commit(log_transaction transaction, ports::commit_callback done) override {
    log_->commit(state_, std::move(transaction), std::move(done));
  }
  std::shared_ptr<lent_offsets> lend(std::vector<input_offset> offsets, std::vector<topic_partition> owned) override {
    return log_->lend(state_, std::move(offsets), std::move(owned));
  }
  void on_ready(ports::ready_callback ready) override {
    const std::lock_guard lock{state_->ready_mutex};
    state_->ready = std::move(ready);
  }

 private:
  std::shared_ptr<log_base> log_;
  member_ptr state_;
};

expected<std::unique_ptr<ports::log_member>, log_error> log_base::join(ports::member_options options) {
  for (const auto input : options.inputs)
    if (static_cast<std::size_t>(input) >= topic_count) return unexpected(log_error{log_errc::io, "no such topic"});
  auto state = std::make_shared<member_state>();
  state->options = std::move(options);
  std::vector<member_ptr> woken;
  {
    const std::lock_guard lock{mutex_};
    if (fenced_) return unexpected(*fenced_);
    auto& group = groups_[state->options.group];
    const auto before = group.members();
    group.join(state, layout_);
    woken = wake_waiting();
    // One that was fenced just now is no longer in the group.
    for (const auto& m : before)
      if (m->dead && m->waiting) woken.push_back(m);
  }
  for (const auto& m : woken) m->call_ready();
  return std::make_unique<log_member_base>(shared_from_this(), std::move(state));
}

void log_base::leave(const member_ptr& member) {
  std::vector<member_ptr> woken;
  {
    std::unique_lock lock{mutex_};
    if (!on_executor()) finished_.wait(lock, [&] { return member->in_flight == 0; });
    groups_[member->options.group].leave(member, layout_);
    woken = wake_waiting();
  }
  {
    const std::lock_guard lock{member->ready_mutex};
    member->gone = true;
  }
  for (const auto& m : woken) m->call_ready();
}

expected<ports::log_batch, log_error> log_base::poll(const member_ptr& member, std::size_t max_records) {
  ports::log_batch out;
  std::vector<std::pair<topic_partition, std::int64_t>> sources;
  std::vector<member_ptr> woken;
  {
    const std::lock_guard lock{mutex_};
    if (member->dead) return unexpected(*member->dead);
    auto& group = groups_[member->options.group];
    group.settle(member, out);
    sources.assign(member->positions.begin(), member->positions.end());
    if (!sources.empty())
      std::ranges::rotate(sources, sources.begin() + static_cast<std::ptrdiff_t>(++member->turn % sources.size()));
    // What this member gave up may be what another one waits for.
    if (!out.revoked.empty()) woken = wake_waiting();
  }
  for (const auto& m : woken) m->call_ready();
  for (auto& [source, position] : sources) {
    if (out.records.size() >= max_records) break;
    if (auto done = collect(source, position, max_records, out.records); !done) {
      const std::lock_guard lock{mutex_};
      member->dead = done.error();
      return unexpected(std::move(done.error()));
    }
  }
  bool again = false;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [source, position] : sources)
      if (const auto it = member->positions.find(source); it != member->positions.end()) it->second = position;
    member->waiting = out.records.size() < max_records;
    if (member->waiting && (member->dead || has_more(member))) {
      member->waiting = false;
      again = true;
    }
  }
  if (again) member->call_ready();
  return out;
}

namespace {

std::vector<commit_part> encode(const std::vector<outgoing>& records, const log_layout& layout) {
  constexpr std::size_t numbers = 3 * 10;  // a record's three numbers at their longest
  std::vector<commit_part> parts;
  std::vector<std::size_t> sizes;
  const auto place_of = [&](const outgoing& r) {
    const auto found = std::ranges::find(parts, layout.index(r.to), &commit_part::partition);
    return static_cast<std::size_t>(found - parts.begin());
  };
  // The sizes first: bodies are megabytes, and a body that grows while it is written is copied many times.
  for (const auto& r : records) {
    const auto place = place_of(r);
    if (place == parts.size()) {
      parts.push_back({layout.index(r.to), 0, {}});
      sizes.push_back(0);
    }
    sizes[place] += numbers + r.key.size() + (r.value ? r.value->size() : 0);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].body.reserve(sizes[i]);
  for (const auto& r : records) {
    auto& part = parts[place_of(r)];
    encode_record(part.body, 0, r.key, r.value ? std::optional<std::string_view>{*r.value} : std::nullopt);
    ++part.count;
  }
  return parts;
}

}  // namespace

void log_base::commit(const member_ptr& member, log_transaction transaction, ports::commit_callback done) {
  HEDGEROW_CHECK(done != nullptr, "a commit needs a callback");
  commit_request request{member, {}, {}, {}, std::move(done), {}};
  for (const auto& r : transaction.records)
    if (!layout_.contains(r.to)) request.failure = no_such_partition(r.to);
  for (const auto& offset : transaction.offsets)
    if (!layout_.contains(offset.from)) request.failure = no_such_partition(offset.from);
  if (!request.failure) request.failure = ports::find_too_large(transaction.records);
  if (!request.failure) request.parts = encode(transaction.records, layout_);
  request.offsets = std::move(transaction.offsets);
  {
    const std::lock_guard lock{mutex_};
    ++member->submitted;
    ++member->in_flight;
    for (const auto& offset : request.offsets) transaction.owned.push_back(offset.from);
    if (!request.failure) request.failure = find_lost(*member, transaction.owned);
  }
  for (auto& lent : transaction.lent) {
    auto loan = std::dynamic_pointer_cast<embedded_loan>(std::move(lent));
    HEDGEROW_CHECK(loan != nullptr, "offsets are lent within one log");
    if (!request.failure) request.failure = loan->failure();
    request.lent.push_back(std::move(loan));
  }
  execute(std::move(request));
}

std::optional<log_error> log_base::find_lost(const member_state& member, const std::vector<topic_partition>& owned) {
  for (const auto& source : owned)
    if (!member.positions.contains(source))
      return log_error{log_errc::lost_partition, std::string{to_string(source.topic)} + "/" +
                                                     std::to_string(source.partition) + " is no longer assigned to " +
                                                     member.options.instance};
  return std::nullopt;
}

// -- offsets in another member's transaction -------------------------------------------------------------------------

std::shared_ptr<lent_offsets> log_base::lend(const member_ptr& member, std::vector<input_offset> offsets,
                                             std::vector<topic_partition> owned) {
  const std::lock_guard lock{mutex_};
  for (const auto& offset : offsets) owned.push_back(offset.from);
  ++member->loans;
  return std::make_shared<embedded_loan>(shared_from_this(), member, std::move(offsets), find_lost(*member, owned));
}

/// Ends a loan, committed or not: the lender's partitions may move again.
void log_base::take_back(const member_ptr& lender) {
  std::vector<member_ptr> woken;
  {
    const std::lock_guard lock{mutex_};
    --lender->loans;
    woken = wake_waiting();
  }
  for (const auto& m : woken) m->call_ready();
}

embedded_loan::~embedded_loan() { log_->take_back(lender_); }

ports::subscription log_base::on_append(std::function<void()> changed) { return listeners_.add(std::move(changed)); }

}  // namespace hedgerow::adapters
