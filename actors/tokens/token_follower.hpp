// Gives the process its access token: follows token-updates, opens the newest one, puts it where the broker adapter
// looks. Every node that talks to the broker has one, wherever the tokens actor lives.
#pragma once

#include "actors/ports/event_log.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::tokens {

using follower_actor = caf::typed_actor<caf::reacts_to<protocol::poll_atom>, caf::reacts_to<protocol::tick_atom>,
                                        caf::replies_to<protocol::status_atom>::with<protocol::actor_status>>;

struct follower_state {
  static inline const char* name = "token-follower";
  ports::subscription appends;
  std::int64_t next = 0;
  /// When the token in the holder stops being valid; zero when there is none.
  timestamp expires_at;
  /// The newest one was sealed with another key than this node's.
  bool sealed_for_others = false;
  /// The last read failed, and is made again with the next tick.
  bool read_again = false;
  std::string last_error;
};

struct follower_ports {
  std::shared_ptr<ports::event_log> log;
  std::shared_ptr<ports::vault> vault;
  std::shared_ptr<ports::token_holder> holder;
  const ports::clock* clock = nullptr;
  ports::notices* notices = nullptr;
};

follower_actor::behavior_type token_follower(follower_actor::stateful_pointer<follower_state> self,
                                             follower_ports outside);

}  // namespace hedgerow::tokens
