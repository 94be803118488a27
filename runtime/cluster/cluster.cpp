#include "runtime/cluster/cluster.hpp"

#include <caf/all.hpp>

#include "runtime/cluster/network.hpp"

namespace hedgerow::cluster {

using namespace protocol;
using domain::member_state;
using ports::notice_level;

namespace {

constexpr std::chrono::seconds port_timeout{10};
/// After a restart of this actor the old one's port may need a moment to close.
constexpr std::uint32_t port_tries = 20;
constexpr std::chrono::milliseconds port_retry{100};
/// Goodbyes are on their way to the sockets when drain is answered.
constexpr std::chrono::milliseconds goodbye_pause{50};
constexpr std::chrono::milliseconds own_actors_interval{2'000};
constexpr std::chrono::seconds own_actors_timeout{1};

/// What a handshake says about its sender.
member_record identity(std::uint32_t protocol, const std::string& version, const std::string& name,
                       std::uint64_t incarnation, const std::string& host, std::uint16_t port) {
  return {name, incarnation, host, port, version, protocol, {}, 0, 0, false};
}

}  // namespace

cluster::cluster(pointer self, cluster_options options, cluster_ports outside)
    : self_{self}, options_{std::move(options)}, outside_{std::move(outside)}, list_{options_.self, options_.policy} {}

cluster::interface::behavior_type cluster::start() {
  // A message that this version does not know is of no use to it, and no reason to end.
  self_->set_default_handler(caf::drop);
  self_->set_down_handler([this](const caf::down_msg& down) { went_down(down.source); });
  begin();
  return {
      [this](status_atom) { return status(); },
      [this](relay_atom, const std::string& member, const remote_question& question) { return ask(member, question); },
      [this](renew_atom) { token_rejected(false); },
      [this](drain_atom) { return say_goodbye(); },
      // From other nodes.
      [this](hello_atom, std::uint32_t protocol, const std::string& version, const std::string& name,
             std::uint64_t incarnation, const std::string& host, std::uint16_t port,
             const std::string& via) { hello(identity(protocol, version, name, incarnation, host, port), via); },
      [this](welcome_atom, std::uint32_t protocol, const std::string& version, const std::string& name,
             std::uint64_t incarnation, const std::string& host, std::uint16_t port,
             const std::string& via) { welcome(identity(protocol, version, name, incarnation, host, port), via); },
      [this](refuse_atom, const std::string& code, const std::string& text, const std::string& via) {
        refused(code, text, via);
      },
      [this](whois_atom, const std::string& name) { return whois(name); },
      [this](beat_atom, const heartbeat& news) { beat(news); },
      [this](leave_atom, const std::string& name, std::uint64_t incarnation) { goodbye(name, incarnation); },
      [this](question_atom, const remote_question& question) { answer_question(question); },
      [this](answer_atom, const remote_answer& answer) { answered(answer); },
      [this](reject_atom) { token_rejected(true); },
      // Its timers, and the prober.
      [this](tick_atom) { tick(); },
      [this](open_atom) { open_port(); },
      [this](gone_atom) { gone(); },
      [this](probed_atom, const std::string& key, const tcp_probe& result) { probed(key, result); },
  };
}

void cluster::begin() {
  self_->attach_functor([me = self_->address(), &system = self_->system(), port = options_.self.port] {
    caf::anon_send(gate(system), caf::unpublish_atom::value, me, port);
  });
  for (const auto& seed : options_.seeds)
    if (const auto where = parse_endpoint(seed); where && seed != options_.self.address()) link_to(*where, true);
  outside_.share(list_.broker_callers());
  publish_snapshot();
  open_port();
}

void cluster::open_port() {
  self_
      ->request(gate(self_->system()), port_timeout, caf::publish_atom::value, options_.self.port,
                caf::actor_cast<caf::strong_actor_ptr>(self_), std::set<std::string>{}, options_.listen_address, true)
      .then([this](std::uint16_t) { tick(); },
            [this](const caf::error&) {
              if (++port_tries_ < port_tries) {
                self_->delayed_send(self_, port_retry, open_atom::value);
                return;
              }
              const std::string text = "cluster.port = " + std::to_string(options_.self.port) + ": cannot listen on " +
                                       options_.listen_address + "; choose a free port and an address of this machine";
              tell(notice_level::alarm, "cannot_listen", options_.self.address(), text);
              self_->quit(caf::make_error(caf::sec::cannot_open_port, text));
            });
}

peer_actor cluster::sender() const { return caf::actor_cast<peer_actor>(self_->current_sender()); }

void cluster::tell(notice_level level, const char* code, const std::string& about, const std::string& text) {
  if (outside_.notices != nullptr) outside_.notices->raise(level, "cluster", code, about, text);
}

void cluster::tick() {
  if (leaving_) return;
  forget_tls_errors(self_->system());
  list_.observe(now());
  announce();
  send_heartbeats();
  dial_due();
  expire_questions();
  const auto pace = std::max<std::int64_t>(1, own_actors_interval / options_.policy.heartbeat_interval);
  if (ticks_++ % static_cast<std::uint64_t>(pace) == 0) look_at_own_actors();
  self_->delayed_send(self_, options_.policy.heartbeat_interval, tick_atom::value);
}

void cluster::send_heartbeats() {
  const heartbeat news{list_.self().name, list_.self().incarnation, list_.gossip(), own_hosts_};
  for (const auto& m : list_.others()) {
    if (m.state != member_state::reachable) continue;
    if (const auto to = reachable_peer(m.info.name)) self_->send(to, beat_atom::value, news);
  }
}

void cluster::look_at_own_actors() {
  const auto root = outside_.root ? outside_.root->get() : protocol::supervisor_actor{};
  if (!root) return;
  self_->request(root, own_actors_timeout, status_atom::value)
      .then([this](const actor_status& tree) { own_hosts_ = hosted_services(tree); }, [](const caf::error&) {});
}

void cluster::announce() {
  bool changed = false;
  for (const auto& [who, state, removed] : list_.take_changes()) {
    changed = true;
    const std::string where = who.name + " at " + who.address();
    if (removed) {
      if (state != member_state::joining)
        tell(notice_level::warning, "member_removed", who.name, where + " is no longer a member");
      continue;
    }
    switch (state) {
      case member_state::joining: link_to({who.host, who.port}); break;
      case member_state::reachable:
        tell(notice_level::info, "member_reachable", who.name, where + " is reachable");
        break;
      case member_state::left: tell(notice_level::info, "member_left", who.name, where + " has left"); break;
      case member_state::unreachable:
        tell(notice_level::warning, "member_unreachable", who.name, where + " does not answer");
        // The one message that a silent peer gets: when it wakes it answers, and both know again.
        if (const auto it = peers_.find(who.name); it != peers_.end() && it->second.handle)
          greet(it->second.handle, "");
        fail_questions(who.name, "node " + who.name + " is unreachable");
        break;
    }
  }
  if (changed) outside_.share(list_.broker_callers());
  publish_snapshot();
}

void cluster::publish_snapshot() {
  snapshot all;
  all.members.push_back({list_.self(), member_state::reachable, now(), own_hosts_});
  for (auto& m : list_.others()) {
    const auto it = peers_.find(m.info.name);
    const bool same_run = it != peers_.end() && it->second.incarnation == m.info.incarnation;
    all.members.push_back(
        {std::move(m.info), m.state, m.heard, same_run ? it->second.hosts : std::vector<hosted_service>{}});
  }
  outside_.members->put(std::move(all));
}

caf::result<ok_atom> cluster::say_goodbye() {
  leaving_ = true;
  const auto say_to = [this](const peer_actor& who) {
    self_->send(who, leave_atom::value, list_.self().name, list_.self().incarnation);
  };
  for (const auto& [name, p] : peers_)
    if (p.handle) say_to(p.handle);
  // A node that was greeted and has not answered yet may have let this node in.
  for (const auto& [key, l] : links_)
    if (l.found && !connected(l)) say_to(l.found);
  gone_ = self_->make_response_promise<ok_atom>();
  self_->delayed_send(self_, goodbye_pause, gone_atom::value);
  return gone_;
}

void cluster::gone() {
  if (leaving_) gone_.deliver(ok_atom::value);
}

actor_status cluster::status() const {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& m : list_.others()) ++counts[domain::to_string(m.state)];
  auto s = make_status("cluster", "cluster");
  if (leaving_) s.state = run_state::draining;
  s.mailbox = self_->mailbox().size();
  s.show("listens", options_.self.address());
  s.show("links", links_.size());
  for (const auto& [state, count] : counts) s.show(std::string{state}, count);
  return s;
}

}  // namespace hedgerow::cluster
