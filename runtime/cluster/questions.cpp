// Questions between nodes. Each has a number and a time-out of its own: CAF does not report a question whose peer dies.
#include <caf/all.hpp>

#include "actors/tokens/tokens_service.hpp"
#include "runtime/cluster/cluster.hpp"

namespace hedgerow::cluster {

using namespace protocol;

namespace {

constexpr std::chrono::milliseconds answer_limit{3'000};
/// A login waits for the broker.
constexpr std::chrono::milliseconds login_limit{32'000};
constexpr std::chrono::milliseconds local_limit{2'000};
constexpr std::chrono::milliseconds local_login_limit{30'000};
/// A rejected token is rejected for many calls at once; once a second is enough.
constexpr std::chrono::milliseconds rejection_pause{1'000};
/// More are refused at once.
constexpr std::size_t most_questions = 1'000;

std::chrono::milliseconds limit_of(question_kind kind) {
  return kind == question_kind::end_login ? login_limit : answer_limit;
}

bool hosts_tokens(const member_record& m) {
  return std::find(m.sets.begin(), m.sets.end(), tokens::service_name) != m.sets.end();
}

/// As heard from a node itself: the bridge is everywhere, the service is where the partition is.
bool has_tokens(const std::vector<hosted_service>& hosts) {
  return std::any_of(hosts.begin(), hosts.end(),
                     [](const auto& h) { return h.name == tokens::service_name && !h.partitions.empty(); });
}

bool is_login(const remote_question& q) {
  return q.kind == question_kind::begin_login || q.kind == question_kind::end_login;
}

void add(std::string& failures, const std::string& one) { failures += (failures.empty() ? "" : "; ") + one; }

remote_answer failure(std::uint64_t id, std::string error) { return {id, std::move(error), {}, {}, {}}; }

}  // namespace

peer_actor cluster::reachable_peer(const std::string& name) const {
  const auto it = peers_.find(name);
  const auto* here = list_.holder(name);
  if (it == peers_.end() || here == nullptr || here->incarnation != it->second.incarnation) return {};
  return it->second.handle;
}

// -- asking ----------------------------------------------------------------------------------------------------------

caf::result<remote_answer> cluster::ask(const std::string& member, const remote_question& question) {
  if (questions_.size() >= most_questions) return failure(0, "too many questions are waiting");
  waiting_question waiting{self_->make_response_promise<remote_answer>(), question, member, {}, {}, {}};
  auto promise = waiting.promise;
  if (waiting.member.empty())
    ask_tokens_node(std::move(waiting));
  else if (!put_question(waiting))
    promise.deliver(failure(0, "node " + waiting.member + " is not a reachable member of the cluster"));
  return promise;
}

/// Of the nodes that may run the tokens service one does; ask first the one that said so with its last heartbeat.
void cluster::ask_tokens_node(waiting_question waiting) {
  for (const auto& m : list_.others()) {
    if (!hosts_tokens(m.info) || m.state == domain::member_state::left) continue;
    const auto& name = m.info.name;
    const auto known = peers_.find(name);
    const bool has_it = known != peers_.end() && has_tokens(known->second.hosts);
    if (m.state != domain::member_state::reachable || !reachable_peer(name))
      add(waiting.failures,
          "node " + name + ", which " + (has_it ? "runs" : "may run") + " the tokens service, is unreachable");
    else
      waiting.others.insert(has_it ? waiting.others.end() : waiting.others.begin(), name);
  }
  const bool nobody = waiting.failures.empty() && waiting.others.empty();
  next_or_fail(std::move(waiting),
               nobody ? "no node of the cluster runs the tokens service; give one `tokens` in node.actors" : "");
}

bool cluster::put_question(waiting_question& waiting) {
  const auto to = reachable_peer(waiting.member);
  if (!to) return false;
  waiting.question.id = next_question_++;
  waiting.question.asker = list_.self().name;
  waiting.deadline = now() + limit_of(waiting.question.kind);
  self_->send(to, question_atom::value, waiting.question);
  questions_[waiting.question.id] = std::move(waiting);
  return true;
}

/// A login must not be ended twice: the node that was asked may have used up the code.
void cluster::give_up_others(waiting_question& waiting) {
  if (waiting.question.kind == question_kind::end_login) waiting.others.clear();
}

void cluster::next_or_fail(waiting_question waiting, const std::string& error) {
  if (!error.empty()) add(waiting.failures, error);
  while (!waiting.others.empty()) {
    waiting.member = std::move(waiting.others.back());
    waiting.others.pop_back();
    if (put_question(waiting)) return;
  }
  waiting.promise.deliver(failure(0, waiting.failures));
}

void cluster::answered(const remote_answer& answer) {
  const auto it = questions_.find(answer.id);
  if (it == questions_.end()) return;
  auto waiting = std::move(it->second);
  questions_.erase(it);
  if (answer.error.empty()) return void(waiting.promise.deliver(answer));
  const auto who = is_login(waiting.question) ? "node " + waiting.member + ": " : "";
  next_or_fail(std::move(waiting), who + answer.error);
}

void cluster::fail_questions(const std::string& member, const std::string& why) {
  std::vector<waiting_question> failed;
  for (auto it = questions_.begin(); it != questions_.end();) {
    if (it->second.member != member) {
      ++it;
      continue;
    }
    failed.push_back(std::move(it->second));
    it = questions_.erase(it);
  }
  for (auto& waiting : failed) {
    give_up_others(waiting);
    next_or_fail(std::move(waiting), why);
  }
}

void cluster::expire_questions() {
  std::vector<waiting_question> late;
  for (auto it = questions_.begin(); it != questions_.end();) {
    if (now() < it->second.deadline) {
      ++it;
      continue;
    }
    late.push_back(std::move(it->second));
    it = questions_.erase(it);
  }
  for (auto& waiting : late) {
    const std::string error = "node " + waiting.member + " does not answer";
    give_up_others(waiting);
    next_or_fail(std::move(waiting), error);
  }
}

// -- answering -------------------------------------------------------------------------------------------------------

void cluster::reply(const std::string& asker, remote_answer answer) {
  if (const auto to = reachable_peer(asker)) self_->send(to, answer_atom::value, std::move(answer));
}

void cluster::answer_question(const remote_question& q) {
  const auto fail = [this, id = q.id, asker = q.asker](const std::string& why) { reply(asker, failure(id, why)); };
  const auto root = outside_.root ? outside_.root->get() : protocol::supervisor_actor{};
  const auto tokens = outside_.tokens ? outside_.tokens->get() : tokens_actor{};
  switch (q.kind) {
    case question_kind::actors:
      if (!root) return fail("starting or stopping");
      self_->request(root, local_limit, status_atom::value)
          .then(
              [this, id = q.id, asker = q.asker](actor_status& tree) {
                reply(asker, {id, "", std::move(tree), {}, {}});
              },
              [fail](const caf::error&) { fail("the supervisor does not answer"); });
      return;
    case question_kind::restart:
      if (!root) return fail("starting or stopping");
      self_->request(root, local_limit, restart_atom::value, q.subject, q.because)
          .then(
              [this, id = q.id, asker = q.asker](restart_result r) {
                reply(asker, {id, "", {}, std::string{to_string(r)}, {}});
              },
              [fail](const caf::error&) { fail("the supervisor does not answer"); });
      return;
    case question_kind::begin_login:
      if (!tokens) return fail("no tokens service is running there");
      self_->request(tokens, local_limit, beginlogin_atom::value)
          .then(
              [this, id = q.id, asker = q.asker](std::string& url) {
                reply(asker, {id, "", {}, std::move(url), {}});
              },
              [fail](const caf::error&) { fail("the tokens service does not answer"); });
      return;
    case question_kind::end_login:
      if (!tokens) return fail("no tokens service is running there");
      self_->request(tokens, local_login_limit, endlogin_atom::value, q.login)
          .then(
              [this, id = q.id, asker = q.asker](login_result& r) {
                reply(asker, {id, "", {}, {}, std::move(r)});
              },
              [fail](const caf::error&) { fail("the broker did not answer in time"); });
      return;
  }
  fail("this version does not know the question");
}

void cluster::token_rejected(bool far) {
  if (const auto tokens = outside_.tokens ? outside_.tokens->get() : tokens_actor{}) {
    self_->send(tokens, reject_atom::value);
    return;
  }
  if (far || (rejection_told_.count() != 0 && now() - rejection_told_ < rejection_pause)) return;
  rejection_told_ = now();
  for (const auto& m : list_.others())
    if (hosts_tokens(m.info))
      if (const auto to = reachable_peer(m.info.name)) self_->send(to, reject_atom::value);
}

}  // namespace hedgerow::cluster
