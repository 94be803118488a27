#include "runtime/api/peers.hpp"

#include <caf/all.hpp>

#include "runtime/api/answers.hpp"
#include "runtime/api/views.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

/// Longer than any question between nodes may take; the cluster actor answers before.
constexpr std::chrono::seconds longest_question{40};
constexpr std::chrono::seconds own_limit{2};

/// The trees of several nodes; the last one to come in answers.
struct collection {
  struct entry {
    std::string node;
    remote_answer answer;
  };
  std::mutex mutex;
  std::vector<entry> entries;
  std::size_t missing = 0;
  bool plain = false;
  http::responder respond;

  void put(std::size_t index, const remote_answer& answer) {
    const std::scoped_lock lock{mutex};
    entries[index].answer = answer;
    if (--missing == 0) respond(plain ? text(200, as_text()) : json(200, as_json()));
  }

  std::string as_text() const {
    std::string out;
    for (const auto& [node, answer] : entries)
      out += "node " + node + "\n" + (answer.error.empty() ? actors_text(answer.tree) : answer.error + "\n") + "\n";
    return out;
  }

  std::string as_json() const {
    std::string out = R"({"nodes":[)";
    for (const auto& [node, answer] : entries) {
      json_writer w;
      w.begin_object();
      w.field("node", node);
      w.field("error", answer.error);
      w.end_object();
      std::string head = w.take();
      head.pop_back();
      out += head + R"(,"actors":)" + (answer.error.empty() ? actors_view(answer.tree) : "null") + "},";
    }
    out.back() = ']';
    return out + "}";
  }
};

void ask_own(caf::actor_system& system, const protocol::supervisor_actor& root,
             std::function<void(const remote_answer&)> done) {
  system.spawn([=](caf::event_based_actor* self) {
    self->request(root, own_limit, status_atom::value)
        .then(
            [=](const actor_status& tree) {
              done({0, "", tree, {}, {}});
            },
            [=](const caf::error&) {
              done({0, "the supervisor does not answer", {}, {}, {}});
            });
  });
}

std::int64_t silence_ms(const cluster::member_view& m, bool self, std::chrono::nanoseconds now) {
  return self ? 0 : std::chrono::duration_cast<std::chrono::milliseconds>(now - m.heard).count();
}

void write_member(json_writer& w, const cluster::member_view& m, bool self, std::chrono::nanoseconds now) {
  w.begin_object();
  w.field("name", m.info.name);
  w.field("self", self);
  w.field("state", domain::to_string(m.state));
  w.field("address", m.info.address());
  w.field("version", m.info.version);
  w.field("protocol", m.info.protocol);
  w.field("started_at", timestamp{static_cast<std::int64_t>(m.info.incarnation)});
  w.field("last_heartbeat_ms", silence_ms(m, self, now));
  w.field("api_port", m.info.api_port);
  w.field("admin_port", m.info.admin_port);
  w.key("actors");
  w.begin_array();
  for (const auto& set : m.info.sets) w.text(set);
  w.end_array();
  w.key("hosts");
  w.begin_array();
  for (const auto& h : m.hosts) {
    w.begin_object();
    w.field("service", h.name);
    w.field("state", h.state);
    w.field("partitions", h.partitions);
    w.field("entities", h.entities);
    w.key("names");
    w.begin_array();
    for (const auto& name : h.names) w.text(name);
    w.end_array();
    w.end_object();
  }
  w.end_array();
  w.end_object();
}

}  // namespace

void ask_peer(caf::actor_system& system, const peer_access& others, std::string member, remote_question question,
              std::function<void(const remote_answer&)> done) {
  const auto actor = others.actor->get();
  if (!actor) return done({0, "this node is not in a cluster", {}, {}, {}});
  // Talks to this node's cluster actor only: CAF keeps an actor that sends to another node until the actor quits.
  system.spawn([=, member = std::move(member), question = std::move(question)](caf::event_based_actor* self) {
    self->request(actor, longest_question, relay_atom::value, member, question)
        .then([=](const remote_answer& answer) { done(answer); },
              [=](const caf::error&) {
                done({0, "the cluster does not answer", {}, {}, {}});
              });
  });
}

void show_remote_actors(caf::actor_system& system, const peer_access& others,
                        const protocol::supervisor_actor& own_root, const std::string& own_name,
                        const std::string& node, bool plain, const http::responder& respond) {
  if (node != "all") {
    return ask_peer(system, others, node, {0, "", question_kind::actors, "", {}}, [=](const remote_answer& a) {
      if (!a.error.empty()) return respond(problem(503, a.error));
      respond(plain ? text(200, actors_text(a.tree)) : json(200, actors_view(a.tree)));
    });
  }
  auto all = std::make_shared<collection>();
  all->plain = plain;
  all->respond = respond;
  all->entries.push_back({own_name, {}});
  if (const auto members = others.members->get())
    for (std::size_t i = 1; i < members->members.size(); ++i)
      all->entries.push_back({members->members[i].info.name, {}});
  all->missing = all->entries.size();
  std::vector<std::string> names;
  for (const auto& e : all->entries) names.push_back(e.node);
  ask_own(system, own_root, [all](const remote_answer& a) { all->put(0, a); });
  for (std::size_t i = 1; i < names.size(); ++i)
    ask_peer(system, others, names[i], {0, "", question_kind::actors, "", {}},
             [all, i](const remote_answer& a) { all->put(i, a); });
}

std::string cluster_view(const cluster::snapshot* members, std::chrono::nanoseconds now) {
  json_writer w;
  w.begin_object();
  w.field("enabled", members != nullptr);
  w.key("members");
  w.begin_array();
  if (members != nullptr)
    for (const auto& m : members->members) write_member(w, m, &m == members->members.data(), now);
  w.end_array();
  w.end_object();
  return w.take();
}

std::string cluster_text(const cluster::snapshot* members, std::chrono::nanoseconds now) {
  if (members == nullptr) return "this node is alone: cluster.port is 0\n";
  std::string out;
  for (const auto& m : members->members) {
    const bool self = &m == members->members.data();
    out += m.info.name + (self ? " (this node)" : "") + "  " + std::string{domain::to_string(m.state)} + "  " +
           m.info.address() + "  version " + m.info.version + "  last heartbeat " +
           std::to_string(silence_ms(m, self, now)) + " ms ago\n  runs";
    for (const auto& set : m.info.sets) out += " " + set;
    out += '\n';
    for (const auto& h : m.hosts) {
      out += "  " + h.name + "  " + h.state + "  " + std::to_string(h.entities) + " live  " + h.partitions;
      for (const auto& name : h.names) out += " " + name;
      out += '\n';
    }
  }
  return out;
}

}  // namespace hedgerow::api
