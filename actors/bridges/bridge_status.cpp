#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"

namespace hedgerow::bridges {

using namespace protocol;

namespace {

/// More entities than this are counted, not listed.
constexpr std::size_t listed_entities = 100;
constexpr std::chrono::milliseconds entity_answer_timeout{500};

/// Collects the answers of the entities; the last one delivers.
struct collection {
  actor_status answer;
  std::size_t missing = 0;
  caf::typed_response_promise<actor_status> promise;

  void add(actor_status child) {
    answer.children.push_back(std::move(child));
    if (--missing > 0) return;
    std::sort(answer.children.begin(), answer.children.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    promise.deliver(std::move(answer));
  }
};

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
  auto all = std::make_shared<collection>();
  all->answer = own_status();
  const auto asked = host_.some_living(listed_entities);
  if (asked.empty()) return all->answer;
  all->missing = asked.size();
  all->promise = self_->make_response_promise<actor_status>();
  for (const auto& entity : asked) {
    const auto known = [restarts = entity.restarts, error = entity.last_error](actor_status s) {
      s.restarts = restarts;
      if (s.last_error.empty()) s.last_error = error;
      return s;
    };
    self_->request(entity.handle, entity_answer_timeout, status_atom::value)
        .then([all, known](const actor_status& s) { all->add(known(s)); },
              [all, known, name = entity.key](const caf::error&) {
                all->add(known(make_status(name, "entity", run_state::not_answering)));
              });
  }
  return all->promise;
}

}  // namespace hedgerow::bridges
