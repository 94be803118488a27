#include <algorithm>
#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"
#include "messages/protocol/roll_call.hpp"

namespace hedgerow::bridges {

using namespace protocol;

namespace {

/// More entities than this are counted, not listed.
constexpr std::size_t listed_entities = 100;
constexpr std::chrono::milliseconds entity_answer_timeout{500};

}  // namespace

actor_status bridge::own_status() {
  auto me = make_status(what_.name, "bridge");
  if (drain_) me.state = run_state::draining;
  me.mailbox = self_->mailbox().size();
  me.restarts = host_.restarts();
  me.last_error = last_error_;
  std::string partitions;
  for (const auto& source : assignment_.owned()) {
    if (!partitions.empty()) partitions += ' ';
    partitions.append(to_string(source.topic)).append(1, '/').append(std::to_string(source.partition));
  }
  me.hosts = {true, partitions, host_.live()};
  me.show("assigned", std::move(partitions));
  me.show("entities", host_.size());
  me.show("entities_live", host_.live());
  me.show("records_in", count_.records_in);
  me.show("records_out", count_.records_out);
  me.show("commits", count_.commits);
  me.show("transactions_handed_over", count_.handed_over);
  me.show("records_taken_over", count_.records_taken_over);
  me.show("commits_in_flight", in_flight_.size());
  me.show("dead_letters", count_.dead_letters);
  if (!member_) return me;
  for (auto& [name, value] : member_->facts()) me.show(name, value);
  return me;
}

caf::result<actor_status> bridge::status() {
  auto asked = host_.some_living(listed_entities);
  std::ranges::sort(asked, {}, [](const auto& entity) { return entity.key; });
  const auto call = std::make_shared<roll_call>(self_, own_status(), asked.size(), entity_answer_timeout);
  for (std::size_t at = 0; at < asked.size(); ++at)
    call_child(self_, call, at, asked[at].handle, make_status(asked[at].key, "entity"),
               [restarts = asked[at].restarts, error = asked[at].last_error](actor_status s) {
                 s.restarts = restarts;
                 if (s.last_error.empty()) s.last_error = error;
                 return s;
               });
  return call->promise();
}

}  // namespace hedgerow::bridges
