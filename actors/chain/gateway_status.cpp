// How the gateway is, with its endpoints: for /health, the metrics and the actor tree.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/chain/chain_gateway.hpp"
#include "messages/protocol/roll_call.hpp"

namespace hedgerow::chain {

using namespace protocol;

namespace {

constexpr status_gauge usable_gauge{
    "hedgerow_chain_endpoint_usable",
    "1 when the endpoint of the chain is connected, and neither throttled nor set aside.", "endpoint"};
constexpr status_gauge head_gauge{"hedgerow_chain_endpoint_head_block",
                                  "The newest block that the endpoint of the chain told of; 0 before the first.",
                                  "endpoint"};

constexpr std::chrono::milliseconds endpoint_answer_timeout{500};
/// A question that is not decided is asked again within this time.
constexpr std::chrono::minutes dispute_shown{1};

}  // namespace

actor_status chain_gateway::own_status() const {
  auto me = make_status("chain-gateway", "gateway");
  const auto now = outside_.clock->monotonic();
  const auto all = views();
  const auto usable = static_cast<std::size_t>(std::ranges::count_if(all, &domain::endpoint_view::usable));
  if (usable < config_.quorum) {
    me.state = run_state::waiting;
    me.activity = std::to_string(config_.quorum) + " endpoints must agree, and " + std::to_string(usable) + " of " +
                  std::to_string(members_.size()) + " can be asked";
    me.problems.push_back(me.activity + (who_is_away().empty() ? "" : "; " + who_is_away()));
  }
  for (const auto& m : members_)
    if (m.wrong_chain) me.problems.push_back(m.away);
  if (auto stands = who_stands(); !stands.empty()) me.problems.push_back(std::move(stands));
  if (dispute_ && now < dispute_->at + dispute_shown) me.problems.push_back(dispute_->text);
  me.mailbox = self_->mailbox().size();
  me.last_error = last_error_;
  me.show("endpoints", members_.size());
  me.show("quorum", config_.quorum);
  me.show("usable", usable);
  me.show("chain_id", config_.chain_id);
  me.show("questions", questions_);
  me.show("in_flight", polls_.size());
  me.show("disagreements", disagreements_);
  me.show("unconfirmed_live_logs", live_.unconfirmed());
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto& name = config_.endpoints[at].name;
    me.show("usable." + name, all[at].usable(), &usable_gauge, name);
    me.show("head." + name, all[at].head, &head_gauge, name);
  }
  return me;
}

caf::result<actor_status> chain_gateway::status() {
  const auto call = std::make_shared<roll_call>(self_, own_status(), members_.size(), endpoint_answer_timeout);
  for (std::size_t at = 0; at < members_.size(); ++at) {
    const auto known = [this, at](actor_status s) {
      s.restarts = members_[at].restarts;
      if (members_[at].wrong_chain) {
        s.state = run_state::waiting;
        s.activity = "on another chain";
      }
      return s;
    };
    auto silent = make_status(config_.endpoints[at].name, "endpoint", run_state::restarting);
    if (members_[at].actor)
      call_child(self_, call, at, members_[at].actor, std::move(silent), known);
    else
      call->put(at, known(std::move(silent)));
  }
  return call->promise();
}

}  // namespace hedgerow::chain
