// Gives the process its access token: follows token-updates, opens the newest one, puts it where the broker adapter
// looks. Every node that talks to the broker has one, wherever the tokens actor lives.
#pragma once

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::tokens {

struct follower_ports {
  std::shared_ptr<ports::event_log> log;
  std::shared_ptr<ports::vault> vault;
  std::shared_ptr<ports::token_holder> holder;
  const ports::clock* clock = nullptr;
  ports::notices* notices = nullptr;
};

class token_follower {
 public:
  /// Also what its log tells, and its timer.
  using interface =
      protocol::observable_actor::extend<caf::reacts_to<protocol::poll_atom>, caf::reacts_to<protocol::tick_atom>>;
  using pointer = protocol::pointer_to<token_follower>;
  static inline const char* actor_name = "token-follower";

  token_follower(pointer self, follower_ports outside) : self_{self}, outside_{std::move(outside)} {}
  interface::behavior_type start();

 private:
  void poll();
  void tick();
  void take(const record& r);
  void drop_token();
  [[nodiscard]] protocol::actor_status status() const;

  pointer self_;
  follower_ports outside_;
  ports::subscription appends_;
  std::int64_t next_ = 0;
  /// When the token in the holder stops being valid; zero when there is none.
  timestamp expires_at_;
  /// The newest one was sealed with another key than this node's.
  bool sealed_for_others_ = false;
  /// The last read failed, and is made again with the next tick.
  bool read_again_ = false;
  std::string last_error_;
};

}  // namespace hedgerow::tokens
