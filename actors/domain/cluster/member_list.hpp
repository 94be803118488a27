// Who is in the cluster, as one node sees it: who may come in, who is silent, who is gone. Pure: news and time come in
// from outside, on a clock that never goes back.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/types/cluster_policy.hpp"
#include "messages/types/member.hpp"

namespace hedgerow::domain {

struct member_policy : cluster_policy {
  /// Services that call the broker.
  std::vector<std::string> broker_callers{};
};

enum class member_state : std::uint8_t {
  joining,      // others speak of it; it has not spoken yet
  reachable,    // heard within the time-out
  unreachable,  // silent, or its connection is gone; it may still be working
  left,         // it said goodbye
};

[[nodiscard]] std::string_view to_string(member_state state);

struct member {
  member_record info;
  member_state state = member_state::joining;
  /// When we last heard the member, or a peer that can reach it reported it.
  std::chrono::nanoseconds heard{0};
};

enum class admission : std::uint8_t {
  welcome,
  other_version,  // it cannot be a member
  name_taken,     // an older run of that name is at work: this one has to go
  evicts,         // it is the older one: the one that is here has to go
  own_run,        // it is this node itself
};

/// How a member's state changed; `removed` when it is not a member any more.
struct member_change {
  member_record who;
  member_state state = member_state::joining;
  bool removed = false;
};

class member_list {
 public:
  /// `self` is always a member and always reachable.
  member_list(member_record self, member_policy policy) : self_{std::move(self)}, policy_{std::move(policy)} {}

  /// Decides about a node that asks to join. If two reachable processes use the same name, the older one keeps it;
  /// a silent one is replaced.
  [[nodiscard]] admission admit(const member_record& candidate) const;
  /// The run that holds a name and was heard lately, this node included; nothing when there is none.
  [[nodiscard]] const member_record* holder(const std::string& name) const;

  /// Adds a node that was admitted: it is reachable, and the only run of its name.
  void join(const member_record& who, std::chrono::nanoseconds now);
  /// What another member says about others.
  void merge(const std::vector<member_record>& records, std::chrono::nanoseconds now);
  /// A member spoke. False when it is not one.
  bool heard(const std::string& name, std::uint64_t incarnation, std::chrono::nanoseconds now);
  /// Its connection is gone.
  void lost(const std::string& name, std::uint64_t incarnation);
  /// It said goodbye.
  void leave(const std::string& name, std::uint64_t incarnation, std::chrono::nanoseconds now);
  /// Time passes; call it often. A long pause between two calls means that this node stood still, and is not counted as
  /// the silence of others.
  void observe(std::chrono::nanoseconds now);

  /// What happened since the last call.
  [[nodiscard]] std::vector<member_change> take_changes() { return std::exchange(changes_, {}); }

  /// What to tell the peers: this node, the members that it hears, and those that said goodbye. Silent members are left
  /// out, so that gossip does not bring back a removed member.
  [[nodiscard]] std::vector<member_record> gossip() const;
  /// The others, sorted by name; without those that left.
  [[nodiscard]] std::vector<member> others() const;
  [[nodiscard]] const member_record& self() const { return self_; }
  /// Members that may be calling the broker, this node included: also the silent ones, until they are removed.
  [[nodiscard]] std::uint32_t broker_callers() const;

 private:
  using run = std::pair<std::string, std::uint64_t>;

  void change(member& m, member_state to);
  void remove(const run& which);

  member_record self_;
  member_policy policy_;
  std::map<run, member> members_;
  std::vector<member_change> changes_;
  std::chrono::nanoseconds observed_{0};
};

}  // namespace hedgerow::domain
