#include "runtime/adapters/memory_log/core/groups.hpp"

#include <algorithm>

namespace hedgerow::adapters {

void log_group::join(const member_ptr& member, const log_layout& layout) {
  const auto same = [&](const member_ptr& m) { return m->options.instance == member->options.instance; };
  if (const auto old = std::ranges::find_if(members_, same); old != members_.end()) {
    (*old)->dead =
        ports::log_error{ports::log_errc::replaced, "another member has joined group " + member->options.group +
                                                        " as " + member->options.instance};
    release_all(*old);
    members_.erase(old);
  }
  members_.push_back(member);
  std::ranges::sort(members_, {}, [](const member_ptr& m) -> const std::string& { return m->options.instance; });
  assign(layout);
}

void log_group::leave(const member_ptr& member, const log_layout& layout) {
  const auto it = std::ranges::find(members_, member);
  if (it == members_.end()) return;
  release_all(member);
  members_.erase(it);
  assign(layout);
}

void log_group::release_all(const member_ptr& member) {
  for (const auto& [p, position] : member->positions) holdings_[p] = {member, true, member->submitted};
  member->positions.clear();
}

// Kafka's range assignor, topic by topic: N partitions over M members in order, the first N mod M get one more. With
// equal partition counts and equal subscriptions the same partition number of all topics has the same owner, and a
// topic of one partition goes to the first.
void log_group::assign(const log_layout& layout) {
  targets_.clear();
  for (const auto& spec : topics()) {
    std::vector<member_ptr> takers;
    for (const auto& m : members_)
      if (std::ranges::find(m->options.inputs, spec.id) != m->options.inputs.end()) takers.push_back(m);
    if (takers.empty()) continue;
    const auto count = static_cast<std::uint32_t>(takers.size());
    const auto each = layout.partitions(spec.id) / count;
    const auto extra = layout.partitions(spec.id) % count;
    std::uint32_t p = 0;
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t n = 0; n < each + (i < extra ? 1U : 0U); ++n) targets_[{spec.id, p++}] = takers[i];
  }
  for (const auto& m : members_) m->settled = false;
}

bool log_group::reads(topic t) const {
  return std::ranges::any_of(members_, [t](const member_ptr& m) {
    return std::ranges::find(m->options.inputs, t) != m->options.inputs.end();
  });
}

bool log_group::is_free(topic_partition p) const {
  const auto it = holdings_.find(p);
  if (it == holdings_.end()) return true;
  const auto& [holder, released, after] = it->second;
  // Whatever a loan rests on, its partitions of one number move together: the successor needs the state of all.
  return released && holder->finished >= after && holder->loans == 0;
}

bool log_group::has_news_for(const member_ptr& member) const {
  if (member->settled) return false;
  for (const auto& [p, position] : member->positions)
    if (const auto it = targets_.find(p); it == targets_.end() || it->second != member) return true;
  for (const auto& [p, target] : targets_)
    if (target == member && !member->positions.contains(p) && is_free(p)) return true;
  return false;
}

void log_group::settle(const member_ptr& member, ports::log_batch& out) {
  if (member->settled) return;
  for (auto it = member->positions.begin(); it != member->positions.end();) {
    const auto target = targets_.find(it->first);
    if (target != targets_.end() && target->second == member) {
      ++it;
      continue;
    }
    out.revoked.push_back(it->first);
    holdings_[it->first] = {member, true, member->submitted};
    it = member->positions.erase(it);
  }
  member->settled = true;
  for (const auto& [p, target] : targets_) {
    if (target != member || member->positions.contains(p)) continue;
    if (!is_free(p)) {
      member->settled = false;
      continue;
    }
    const auto from = committed.find(p);
    member->positions[p] = from == committed.end() ? 0 : from->second;
    holdings_[p] = {member, false, 0};
    out.assigned.push_back(p);
  }
}

}  // namespace hedgerow::adapters
