#include "actors/domain/cluster/member_list.hpp"

namespace hedgerow::domain {
namespace {

/// A list from a peer is cut to this length, so that no peer can fill our memory.
constexpr std::size_t most_members = 256;

}  // namespace

std::string_view to_string(member_state state) {
  switch (state) {
    case member_state::joining: return "joining";
    case member_state::reachable: return "reachable";
    case member_state::unreachable: return "unreachable";
    case member_state::left: return "left";
  }
  return "unknown";
}

const member_record* member_list::holder(const std::string& name) const {
  if (name == self_.name) return &self_;
  for (auto it = members_.lower_bound({name, 0}); it != members_.end() && it->first.first == name; ++it)
    if (it->second.state == member_state::reachable) return &it->second.info;
  return nullptr;
}

admission member_list::admit(const member_record& candidate) const {
  if (!version_refusal(self_, candidate.protocol, candidate.version).empty()) return admission::other_version;
  const auto* here = holder(candidate.name);
  if (here == nullptr) return admission::welcome;
  if (here->incarnation == candidate.incarnation) return here == &self_ ? admission::own_run : admission::welcome;
  return candidate.incarnation > here->incarnation ? admission::name_taken : admission::evicts;
}

void member_list::change(member& m, member_state to) {
  if (m.state == to) return;
  m.state = to;
  changes_.push_back({m.info, to, false});
}

void member_list::remove(const run& which) {
  const auto it = members_.find(which);
  if (it == members_.end()) return;
  if (it->second.state != member_state::left) changes_.push_back({it->second.info, it->second.state, true});
  members_.erase(it);
}

void member_list::join(const member_record& who, std::chrono::nanoseconds now) {
  if (who.name == self_.name) return;
  std::vector<run> older;
  for (auto it = members_.lower_bound({who.name, 0}); it != members_.end() && it->first.first == who.name; ++it)
    if (it->first.second != who.incarnation && it->second.state != member_state::left) older.push_back(it->first);
  for (const auto& which : older) remove(which);
  const auto [it, fresh] = members_.try_emplace({who.name, who.incarnation}, member{who, member_state::joining, now});
  if (it->second.state == member_state::left) return;
  it->second.info = merge_info(it->second.info, who);
  it->second.heard = now;
  change(it->second, member_state::reachable);
}

void member_list::merge(const std::vector<member_record>& records, std::chrono::nanoseconds now) {
  for (const auto& record : records) {
    if (record.name == self_.name) continue;
    const auto it = members_.find({record.name, record.incarnation});
    if (it != members_.end()) {
      const bool goes = record.left && it->second.state != member_state::left;
      it->second.info = merge_info(it->second.info, record);
      // Another peer still receives its heartbeats, so it stays a member.
      if (it->second.state != member_state::reachable && it->second.state != member_state::left) it->second.heard = now;
      if (goes) leave(record.name, record.incarnation, now);
      continue;
    }
    const auto* here = holder(record.name);
    if ((here != nullptr && !record.left) || members_.size() >= most_members) continue;
    members_[{record.name, record.incarnation}] = {record, record.left ? member_state::left : member_state::joining,
                                                   now};
    if (!record.left) changes_.push_back({record, member_state::joining, false});
  }
}

bool member_list::heard(const std::string& name, std::uint64_t incarnation, std::chrono::nanoseconds now) {
  const auto it = members_.find({name, incarnation});
  if (it == members_.end() || it->second.state == member_state::left) return false;
  it->second.heard = now;
  change(it->second, member_state::reachable);
  return true;
}

void member_list::lost(const std::string& name, std::uint64_t incarnation) {
  const auto it = members_.find({name, incarnation});
  if (it != members_.end() && it->second.state == member_state::reachable)
    change(it->second, member_state::unreachable);
}

void member_list::leave(const std::string& name, std::uint64_t incarnation, std::chrono::nanoseconds now) {
  const auto it = members_.find({name, incarnation});
  if (it == members_.end() || it->second.state == member_state::left) return;
  it->second.heard = now;
  it->second.info.left = true;
  change(it->second, member_state::left);
}

void member_list::observe(std::chrono::nanoseconds now) {
  const auto pause = now - observed_;
  const bool stood_still = observed_.count() != 0 && pause > policy_.heartbeat_timeout;
  observed_ = now;
  std::vector<run> gone;
  for (auto& [which, m] : members_) {
    if (stood_still) m.heard += pause;
    const auto silence = now - m.heard;
    if (silence >= policy_.remove_after)
      gone.push_back(which);
    else if (m.state == member_state::reachable && silence >= policy_.heartbeat_timeout)
      change(m, member_state::unreachable);
  }
  for (const auto& which : gone) remove(which);
}

std::vector<member_record> member_list::gossip() const {
  std::vector<member_record> all{self_};
  for (const auto& [which, m] : members_)
    if (m.state == member_state::reachable || m.state == member_state::left) all.push_back(m.info);
  return all;
}

std::vector<member> member_list::others() const {
  std::vector<member> all;
  for (const auto& [which, m] : members_)
    if (m.state != member_state::left) all.push_back(m);
  return all;
}

std::uint32_t member_list::broker_callers() const {
  std::uint32_t callers = calls_broker(self_, policy_.broker_callers) ? 1 : 0;
  for (const auto& [which, m] : members_)
    if (m.state != member_state::left && calls_broker(m.info, policy_.broker_callers)) ++callers;
  return callers;
}

}  // namespace hedgerow::domain
