// Connections, the handshake, and the admission of nodes.
#include <caf/all.hpp>

#include "actors/domain/cluster/member_record.hpp"
#include "actors/domain/resilience/backoff.hpp"
#include "messages/protocol/callbacks.hpp"
#include "runtime/cluster/cluster.hpp"
#include "runtime/cluster/network.hpp"

namespace hedgerow::cluster {

using namespace protocol;
using domain::admission;
using ports::notice_level;

namespace {

constexpr std::size_t most_links = 256;
/// The longest pause between two tries of an address, in heartbeats.
constexpr int slowest_retry = 20;
constexpr const char* by_version = "version";
constexpr const char* by_name = "name";
/// An address whose node has never become a member is given up after this many tries, unless it is a seed.
constexpr std::uint32_t tries_of_a_stranger = 100;
/// How many reported refusals are remembered; beyond that refusals are reported again.
constexpr std::size_t most_told = 256;

}  // namespace

// -- links -----------------------------------------------------------------------------------------------------------

cluster::link* cluster::link_to(const endpoint& where, bool seed) {
  const std::string key = where.host + ":" + std::to_string(where.port);
  if (key == options_.self.address()) return nullptr;
  auto it = links_.find(key);
  if (it == links_.end()) {
    if (links_.size() >= most_links) return nullptr;
    it = links_.try_emplace(key).first;
    it->second.where = where;
  }
  it->second.seed = it->second.seed || seed;
  return &it->second;
}

bool cluster::connected(const link& l) const {
  const auto it = peers_.find(l.name);
  return it != peers_.end() && it->second.handle;
}

void cluster::dial_due() {
  std::erase_if(links_, [](const auto& entry) {
    const auto& l = entry.second;
    return !l.seed && l.name.empty() && l.failures > tries_of_a_stranger && !l.dialing;
  });
  for (auto& [key, l] : links_) {
    if (l.own || l.dialing || now() < l.next || connected(l)) continue;
    if (!l.found)
      dial(key);
    else if (!l.greeted)
      greet(l.found, key);
    l.greeted = l.found != nullptr;
  }
}

void cluster::dial(const std::string& key) {
  auto& l = links_.at(key);
  l.dialing = true;
  // Where TLS is spoken, a probe is a broken handshake (network.hpp): only for an address that has not answered before.
  if (self_->system().has_openssl_manager() && !l.mute) return probed(key, {});
  prober_.probe(l.where, [found = sends_to<interface>(self_->address(), probed_atom::value),
                          key](const tcp_probe& result) { found(key, result); });
}

void cluster::probed(const std::string& key, const tcp_probe& result) {
  const auto it = links_.find(key);
  if (it == links_.end() || !it->second.dialing) return;
  if (!result.problem.empty()) return dial_failed(key, result.problem);
  self_
      ->request(gate(self_->system()), handshake_limit, caf::connect_atom::value, it->second.where.host,
                it->second.where.port)
      .then(
          [this, key, keep = result.connection](const caf::node_id&, const caf::strong_actor_ptr& found,
                                                const std::set<std::string>&) {
            if (found)
              dialed(key, caf::actor_cast<peer_actor>(found));
            else
              dial_failed(key, "something else listens there");
          },
          [this, key, keep = result.connection](const caf::error& why) {
            if (const auto l = links_.find(key); l != links_.end()) l->second.mute = why == caf::sec::request_timeout;
            dial_failed(key, why == caf::sec::disconnect_during_handshake
                                 ? "it hangs up; with cluster.certificate on one node, all need one of the same "
                                   "cluster.ca_file"
                                 : self_->system().render(why));
          });
}

void cluster::dialed(const std::string& key, const peer_actor& found) {
  const auto it = links_.find(key);
  if (it == links_.end() || leaving_) return;
  auto& l = it->second;
  l.dialing = false;
  if (found.address() == self_->address()) {
    l.own = true;
    return;
  }
  l.found = found;
  self_->monitor(found);
  for (const auto& m : list_.others()) {
    if (m.info.address() != key) continue;
    if (auto& p = peers_[m.info.name]; p.incarnation == m.info.incarnation && !p.handle) adopt(p, found);
  }
  greet(found, key);
  l.greeted = true;
}

void cluster::dial_failed(const std::string& key, const std::string& why) {
  const auto it = links_.find(key);
  if (it == links_.end()) return;
  it->second.dialing = false;
  if (const auto p = peers_.find(it->second.name); p != peers_.end() && !p->second.handle) {
    list_.lost(p->first, p->second.incarnation);
    announce();
  }
  try_later(it->second, why);
}

void cluster::try_later(link& l, const std::string& trouble) {
  const auto wait =
      domain::backoff_delay(options_.policy.heartbeat_interval, slowest_retry * options_.policy.heartbeat_interval,
                            ++l.failures, outside_.random->next());
  l.next = now() + wait;
  if (std::exchange(l.trouble, trouble) != trouble)
    tell(notice_level::warning, "cannot_connect", l.where.host + ":" + std::to_string(l.where.port),
         trouble + "; retried without limit");
}

void cluster::greet(const peer_actor& whom, const std::string& via) {
  const auto& me = list_.self();
  self_->send(whom, hello_atom::value, me.protocol, me.version, me.name, me.incarnation, me.host, me.port, via);
}

void cluster::went_down(const caf::actor_addr& who) {
  for (auto& [key, l] : links_) {
    if (!l.found || l.found.address() != who) continue;
    l.found = nullptr;
    l.greeted = false;
    l.next = now() + options_.policy.heartbeat_interval;
  }
  for (auto& [name, p] : peers_) {
    if (!p.handle || p.handle.address() != who) continue;
    p.handle = nullptr;
    fail_questions(name, "the connection to node " + name + " is gone");
    look_again(name, p.incarnation);
  }
  dial_due();
  announce();
}

/// A connection is gone; its node is gone only if no process listens at its address any more.
void cluster::look_again(const std::string& name, std::uint64_t incarnation) {
  for (const auto& m : list_.others()) {
    if (m.info.name != name || m.info.incarnation != incarnation) continue;
    auto* l = link_to({m.info.host, m.info.port});
    if (l == nullptr) return list_.lost(name, incarnation);
    l->name = name;
    // At once the first time, then at the usual pace.
    l->next = l->failures++ == 0 ? now() : now() + options_.policy.heartbeat_interval;
  }
}

// -- the handshake ---------------------------------------------------------------------------------------------------

void cluster::hello(const member_record& who, const std::string& via) {
  if (leaving_ || !accept(who, sender(), via)) return;
  const auto& me = list_.self();
  if (const auto& handle = peers_[who.name].handle)
    self_->send(handle, welcome_atom::value, me.protocol, me.version, me.name, me.incarnation, me.host, me.port, via);
  announce();
}

void cluster::welcome(const member_record& who, const std::string& via) {
  if (leaving_) return;
  const auto it = links_.find(via);
  if (!accept(who, it == links_.end() ? sender() : it->second.found, via)) {
    if (it != links_.end()) try_later(it->second, "refused by this node");
    return;
  }
  if (it != links_.end()) {
    it->second.name = who.name;
    it->second.failures = 0;
    it->second.trouble.clear();
  }
  // The node moved: its old address leads nowhere, or to another node.
  std::erase_if(links_, [&](const auto& entry) {
    const auto& l = entry.second;
    return !l.seed && l.name == who.name && entry.first != via && entry.first != who.address();
  });
  announce();
}

void cluster::refused(const std::string& code, const std::string& text, const std::string& via) {
  if (const auto it = links_.find(via); it != links_.end()) {
    it->second.greeted = false;
    try_later(it->second, text);
  }
  if (code == by_name) name_conflict(text);
}

bool cluster::accept(const member_record& who, const peer_actor& handle, const std::string& via) {
  switch (list_.admit(who)) {
    case admission::own_run: return false;
    case admission::other_version: refuse(handle, by_version, who, via); return false;
    case admission::name_taken: refuse(handle, by_name, who, via); return false;
    case admission::evicts:
      if (who.name == list_.self().name) {
        give_up("node.name = \"" + who.name + "\": the node at " + who.address() +
                " has this name too and began earlier; give each node a name of its own");
        return false;
      }
      refuse(peers_[who.name].handle, by_name, who, "");
      break;
    case admission::welcome: break;
  }
  list_.join(who, now());
  auto& p = peers_[who.name];
  if (p.incarnation != who.incarnation) p = {who.incarnation, {}, {}};
  if (!p.handle && handle) adopt(p, handle);
  if (!p.handle) {
    // Both nodes connected at the same moment: CAF does not say who speaks on such a connection, so use the one to the
    // address that the node has given.
    if (const auto* l = link_to({who.host, who.port}); l != nullptr && l->found) adopt(p, l->found);
  }
  return true;
}

void cluster::adopt(peer& p, const peer_actor& handle) {
  p.handle = handle;
  self_->monitor(handle);
}

void cluster::refuse(const peer_actor& whom, const char* code, const member_record& who, const std::string& via) {
  std::string text;
  if (code == by_version) {
    text = domain::version_refusal(list_.self(), who.protocol, who.version);
  } else {
    const auto* here = list_.holder(who.name);
    text = "node.name = \"" + who.name + "\": the node at " + (here == nullptr ? "another address" : here->address()) +
           " has this name and is at work; give each node a name of its own";
  }
  const std::string about = who.name + " at " + who.address();
  // Reported once for each run, not for each try.
  if (told_.size() > most_told) told_.clear();
  if (told_.emplace(who.name, who.incarnation).second)
    tell(notice_level::alarm, code == by_version ? "version_refused" : "name_refused", about, text);
  if (whom)
    self_->send(whom, refuse_atom::value, std::string{code}, text, via);
  else
    link_to({who.host, who.port});  // it is told when it answers there
}

void cluster::name_conflict(const std::string& text) {
  if (!conflict_since_ || now() - conflict_last_ > 10 * options_.policy.heartbeat_timeout) conflict_since_ = now();
  conflict_last_ = now();
  // At first the conflict may be with our own previous run, which the peers still count as alive.
  if (now() - *conflict_since_ >= 2 * options_.policy.heartbeat_timeout) give_up(text);
}

void cluster::give_up(const std::string& text) {
  if (std::exchange(gave_up_, true)) return;
  tell(notice_level::alarm, "name_taken", list_.self().name, text);
  outside_.name_taken(text);
}

caf::result<std::uint64_t, std::string> cluster::whois(const std::string& name) const {
  const auto* here = list_.holder(name);
  if (here == nullptr || leaving_) return {std::uint64_t{0}, std::string{}};
  return {here->incarnation, here->address()};
}

// -- members ---------------------------------------------------------------------------------------------------------

void cluster::beat(const heartbeat& news) {
  if (leaving_) return;
  const auto own = std::find_if(news.members.begin(), news.members.end(), [&](const member_record& r) {
    return r.name == news.from && r.incarnation == news.incarnation;
  });
  if (own == news.members.end() || !accept(*own, sender(), "")) return;
  peers_[news.from].hosts = news.hosts;
  list_.merge(news.members, now());
  announce();
}

void cluster::goodbye(const std::string& name, std::uint64_t incarnation) {
  list_.leave(name, incarnation, now());
  const auto it = peers_.find(name);
  if (it != peers_.end() && it->second.incarnation == incarnation) {
    fail_questions(name, "node " + name + " has left");
    peers_.erase(it);
  }
  // The node connects again when it is back; only seeds are tried.
  std::erase_if(links_, [&](const auto& entry) { return !entry.second.seed && entry.second.name == name; });
  announce();
}

}  // namespace hedgerow::cluster
