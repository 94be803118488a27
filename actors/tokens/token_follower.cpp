#include "actors/tokens/token_follower.hpp"

#include <caf/all.hpp>

#include "actors/tokens/login_secret.hpp"
#include "actors/tokens/tokens_service.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/token_update.hpp"
#include "messages/protocol/callbacks.hpp"

namespace hedgerow::tokens {

using namespace protocol;

namespace {

constexpr std::size_t batch_max = 100;
constexpr topic_partition source{topic::token_updates, 0};
constexpr const char* wrong_key =
    "the broker's tokens in the log were sealed with another oauth.encryption_key than this node's, so it cannot place "
    "orders: give all nodes the same key, or log in again at a node with this one";

}  // namespace

token_follower::interface::behavior_type token_follower::start() {
  appends_ = outside_.log->on_append(sends_to<interface>(self_->address(), poll_atom::value));
  self_->send(self_, poll_atom::value);
  self_->send(self_, tick_atom::value);
  return {
      [this](status_atom) { return status(); },
      [this](poll_atom) { poll(); },
      [this](tick_atom) { tick(); },
  };
}

/// Reads even when nothing can be there: the log tells only of what was read (ports::event_log::on_append).
void token_follower::poll() {
  const auto records = outside_.log->read(source, next_, batch_max);
  if (!records)
    last_error_ = records.error().detail;
  else if (read_again_)
    last_error_ = sealed_for_others_ ? wrong_key : "";
  read_again_ = !records;
  if (!records || records->empty()) return;
  next_ = records->back().offset + 1;
  // Only the newest counts: older ones may already be invalid at the broker.
  if (records->back().value) take(records->back());
  if (records->size() == batch_max) self_->send(self_, poll_atom::value);
}

void token_follower::tick() {
  if (expires_at_.us != 0 && outside_.clock->now() >= expires_at_) drop_token();
  if (read_again_) poll();
  self_->delayed_send(self_, std::chrono::seconds{1}, tick_atom::value);
}

void token_follower::take(const record& r) {
  const auto update = codec::decode<token_update>(*r.value);
  if (!update) {
    last_error_ = update.error().detail;
    return;
  }
  const auto& sealed = update->data.access_token;
  const auto secret = sealed.empty() ? std::nullopt : outside_.vault->open(sealed);
  const bool was_sealed_for_others = std::exchange(sealed_for_others_, !sealed.empty() && !secret);
  last_error_ = sealed_for_others_ ? wrong_key : "";
  if (sealed_for_others_ && !was_sealed_for_others)
    outside_.notices->raise(ports::notice_level::alarm, service_name, "tokens_not_opened", actor_name, wrong_key);
  // Also without a valid token: it is what the next one is for.
  if (const auto login = open(*outside_.vault, update->data.refresh_token); login && login->account)
    outside_.holder->set_account(login->account);
  if (!secret || update->data.access_expires_at <= outside_.clock->now()) return drop_token();
  expires_at_ = update->data.access_expires_at;
  outside_.holder->set(*secret);
}

void token_follower::drop_token() {
  expires_at_ = {};
  outside_.holder->set(std::nullopt);
}

actor_status token_follower::status() const {
  auto s = make_status("token-follower", "follower");
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  const bool valid = expires_at_.us != 0;
  s.activity = sealed_for_others_ ? "wrong key" : valid ? "token valid" : "no valid token";
  if (sealed_for_others_) {
    s.state = run_state::held;
    s.problems.push_back(last_error_);
  } else if (!valid) {
    s.state = run_state::waiting;
  }
  return s;
}

}  // namespace hedgerow::tokens
