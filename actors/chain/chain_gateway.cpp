#include "actors/chain/chain_gateway.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

#include "actors/domain/resilience/backoff.hpp"

namespace hedgerow::chain {

using namespace protocol;
using ports::chain_error;
using ports::chain_failure;
using ports::notice_level;

chain_gateway::chain_gateway(pointer self, chain_gateway_config config, chain_gateway_ports outside)
    : self_{self},
      config_{std::move(config)},
      outside_{std::move(outside)},
      members_(config_.endpoints.size()),
      live_{config_.quorum} {}

chain_gateway::~chain_gateway() {
  outside_.users->gateway.remove(self_->address());
  for (const auto& m : members_)
    if (m.actor) caf::anon_send_exit(m.actor, caf::exit_reason::user_shutdown);
  // Also those that are still in the mailbox.
  outside_.users->fail_up_to(outside_.users->newest_question(), "the gateway to the chain ended");
}

chain_gateway::interface::behavior_type chain_gateway::start() {
  self_->set_down_handler([this](const caf::down_msg& down) { member_died(down.source, down.reason); });
  const auto before = outside_.users->newest_question();
  // From here on whoever comes or goes says so, and whoever asks asks this gateway.
  outside_.users->gateway.put(self_->address());
  for (std::size_t at = 0; at < members_.size(); ++at) start_member(at);
  outside_.users->fail_up_to(before, "the gateway to the chain was started again");
  // Those that the gateway before this one told `up` have missed what came since.
  for (const auto& [id, listener] : outside_.users->all()) {
    if (std::exchange(listener->up, false))
      listener->tell(&ports::chain_listener::down, "the gateway to the chain was started again");
    listen(id);
  }
  return {
      [this](status_atom) { return status(); },
      [this](question_atom, std::uint64_t number, const question_ptr& what) {
        ++questions_;
        ask(what, [users = outside_.users, number](const told& answer) { users->answer(number, answer); });
      },
      [this](listen_atom, std::uint64_t id) { listen(id); },
      [this](unlisten_atom, std::uint64_t id) { unlisten(id); },
      [this](up_atom, std::uint64_t at, std::uint64_t listener, std::uint64_t chain) {
        member_up(at, listener, chain);
      },
      [this](down_atom, std::uint64_t at, std::uint64_t listener, const std::string& reason) {
        member_down(at, listener, reason);
      },
      [this](logseen_atom, std::uint64_t at, std::uint64_t listener, const ports::evm_log& log) {
        log_came(at, listener, log);
      },
      [this](headseen_atom, std::uint64_t at, std::uint64_t listener, const ports::chain_block& head) {
        head_came(at, listener, head);
      },
      [this](badframe_atom, std::uint64_t at, std::uint64_t listener, const ports::malformed_evm_log& bad) {
        const auto to = outside_.users->find(listener);
        if (to && members_[at].serves.contains(listener)) to->tell(&ports::chain_listener::malformed, bad);
      },
      [this](answer_atom, std::uint64_t at, std::uint64_t number, const told_ptr& what) { answered(at, number, what); },
      [this](report_atom, std::uint64_t at, const endpoint_report& report) { members_[at].report = report; },
      [this](tick_atom, std::uint64_t at) {
        start_member(at);
        for (const auto& [id, listener] : outside_.users->all())
          self_->send(members_[at].actor, listen_atom::value, id, listener->wanted);
      },
      [this](lookagain_atom, std::uint64_t block) { look_again(block); },
  };
}

// -- endpoints --------------------------------------------------------------------------------------------------------

void chain_gateway::start_member(std::size_t at) {
  auto config = config_.endpoints[at];
  config.compared = config_.quorum > 1;
  auto& m = members_[at];
  m.actor = spawn_class<endpoint>(self_->system(), at, std::move(config), self_->address(), outside_.clock,
                                  outside_.random, outside_.notices);
  self_->monitor(m.actor);
  m.away = config_.endpoints[at].name + ": not connected yet";
  m.heard.clear();
  for (const auto& [id, listener] : outside_.users->all())
    self_->send(m.actor, listen_atom::value, id, listener->wanted);
}

void chain_gateway::member_died(const caf::actor_addr& who, const caf::error& why) {
  const auto found = std::ranges::find_if(members_, [&](const auto& m) { return m.actor && m.actor.address() == who; });
  if (found == members_.end()) return;
  const auto at = static_cast<std::size_t>(found - members_.begin());
  found->actor = nullptr;
  ++found->restarts;
  found->report = {};
  const auto& name = config_.endpoints[at].name;
  auto reason = name + ": its actor ended: " + self_->system().render(why);
  if (last_error_ != reason) raise(notice_level::warning, "endpoint_restarted", name, reason);
  last_error_ = std::move(reason);
  for (const auto listener : std::set{found->serves}) member_down(at, listener, "its actor ended");
  member_down(at, own_listener, "its actor ended");
  const auto lost = std::make_shared<const told>(told{chain_error{chain_failure::disconnected, "its actor ended"}});
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, p] : polls_)
    if (p.asked.contains(at) && !p.answers.contains(at)) numbers.push_back(number);
  for (const auto number : numbers) answered(at, number, lost);
  const auto pause = domain::backoff_delay(config_.restart_min, config_.restart_max,
                                           static_cast<std::uint32_t>(found->restarts), outside_.random->next());
  self_->delayed_send(self_, pause, tick_atom::value, std::uint64_t{at});
}

bool chain_gateway::is_on_chain(std::size_t at, std::uint64_t listener, std::uint64_t chain_id) {
  auto& m = members_[at];
  if (chain_id == config_.chain_id) {
    // Behind one name there may be nodes of two chains: it is used when its own listener says so.
    if (listener == own_listener) m.wrong_chain = false;
    return !m.wrong_chain;
  }
  const auto how = "on chain " + std::to_string(chain_id) + ", not " + std::to_string(config_.chain_id);
  m.away = config_.endpoints[at].name + ": " + how;
  if (!std::exchange(m.wrong_chain, true))
    raise(notice_level::alarm, "endpoint_wrong_chain", config_.endpoints[at].name,
          "it is " + how + ", and is not used; correct its url, or chain.chain_id");
  return false;
}

void chain_gateway::member_up(std::size_t at, std::uint64_t listener, std::uint64_t chain_id) {
  auto& m = members_[at];
  m.heard.insert(listener);
  if (!is_on_chain(at, listener, chain_id)) {
    m.up = false;
    // Also this one, which may have waited for it: whoever listens is told why it is not up.
    m.serves.insert(listener);
    for (const auto served : std::set{m.serves}) leave(at, served);
    return;
  }
  if (listener == own_listener) m.up = true;
  if (m.up) m.away.clear();
  if (listener == own_listener) return;
  if (!outside_.users->find(listener)) return;
  m.serves.insert(listener);
  look_whether_up(listener);
}

void chain_gateway::member_down(std::size_t at, std::uint64_t listener, const std::string& reason) {
  auto& m = members_[at];
  m.heard.insert(listener);
  if (!m.wrong_chain) m.away = config_.endpoints[at].name + ": " + reason;
  if (listener == own_listener) m.up = false;
  leave(at, listener);
}

void chain_gateway::leave(std::size_t at, std::uint64_t listener) {
  members_[at].serves.erase(listener);
  if (listener == own_listener) return;
  if (const auto heads = heads_.find(listener); heads != heads_.end()) heads->second.left(at);
  look_whether_down(listener);
}

// -- listeners --------------------------------------------------------------------------------------------------------

void chain_gateway::listen(std::uint64_t id) {
  const auto listener = outside_.users->find(id);
  if (!listener) return;
  for (auto& m : members_)
    if (m.actor) self_->send(m.actor, listen_atom::value, id, listener->wanted);
}

void chain_gateway::unlisten(std::uint64_t id) {
  heads_.erase(id);
  for (auto& m : members_) {
    m.serves.erase(id);
    m.heard.erase(id);
    if (m.actor) self_->send(m.actor, unlisten_atom::value, id);
  }
}

std::size_t chain_gateway::serving(std::uint64_t id) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(members_, [&](const auto& m) { return m.serves.contains(id); }));
}

std::string chain_gateway::who_is_away() const {
  std::string text;
  for (const auto& m : members_)
    if (!m.away.empty()) text += (text.empty() ? "" : "; ") + m.away;
  return text;
}

/// Reading needs a quorum, so that a connection to fewer is none.
void chain_gateway::look_whether_up(std::uint64_t id) {
  const auto listener = outside_.users->find(id);
  if (!listener || serving(id) < config_.quorum) return;
  if (!std::exchange(listener->up, true)) listener->tell(&ports::chain_listener::up);
}

/// Also while it was down before: the newest reason counts.
void chain_gateway::look_whether_down(std::uint64_t id) {
  const auto listener = outside_.users->find(id);
  const auto left = serving(id);
  if (!listener || left >= config_.quorum) return;
  // At the beginning one may fail before the others have tried.
  const auto open = static_cast<std::size_t>(
      std::ranges::count_if(members_, [&](const auto& m) { return m.actor && !m.heard.contains(id); }));
  if (!listener->up && left + open >= config_.quorum) return;
  listener->up = false;
  heads_.erase(id);
  listener->tell(&ports::chain_listener::down, std::to_string(config_.quorum) + " endpoints must agree, and " +
                                                   std::to_string(left) + " of " + std::to_string(members_.size()) +
                                                   " are connected; " + who_is_away());
}

void chain_gateway::head_came(std::size_t at, std::uint64_t id, const ports::chain_block& head) {
  auto& m = members_[at];
  if (id == own_listener) {
    m.report.head = head.number;
    return watch();
  }
  const auto listener = outside_.users->find(id);
  if (!listener || !m.serves.contains(id)) return;
  // Nobody can be asked about a block that only it has.
  if (m.report.health.at(outside_.clock->monotonic()) == domain::endpoint_health::standing::set_aside) return;
  auto& agreed = heads_.try_emplace(id, config_.quorum).first->second;
  if (agreed.told(at, {head.number, head.hash, head.parent, head.time}) && listener->up)
    listener->tell(&ports::chain_listener::head, head);
}

void chain_gateway::raise(notice_level level, std::string_view code, std::string_view about,
                          const std::string& text) const {
  if (outside_.notices != nullptr) outside_.notices->raise(level, "chain", code, about, text);
}

}  // namespace hedgerow::chain
