// Where the users of the chain and the incarnations of its gateway meet.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/chain/chain_messages.hpp"
#include "actors/ports/guarded_listener.hpp"
#include "messages/protocol/slot.hpp"

namespace hedgerow::chain {

/// Somebody who listens to the chain.
struct chain_listening : ports::guarded_listener {
  chain_listening(ports::evm_log_filter filter, ports::chain_listener listener)
      : guarded_listener{std::move(listener)}, wanted{std::move(filter)} {}
  const ports::evm_log_filter wanted;
  /// It was told `up` since the last `down`. Of the gateway.
  bool up = false;
};

using chain_listening_ptr = std::shared_ptr<chain_listening>;

/// Outlives each gateway: listeners stay when it is restarted, and whoever asked it is answered. Thread-safe.
class chain_users {
 public:
  using callback = std::function<void(const told&)>;

  chain_users() = default;
  chain_users(const chain_users&) = delete;
  chain_users& operator=(const chain_users&) = delete;
  ~chain_users() { fail_up_to(newest_question(), "the program ends"); }

  protocol::slot<chain_gateway_actor> gateway;

  /// The number of a question of this owner, whose answer `done` takes.
  std::uint64_t await(const void* owner, callback done) {
    const std::scoped_lock lock{mutex_};
    waiting_.emplace(++last_question_, question{owner, std::move(done)});
    return last_question_;
  }
  /// The number of the newest question; 0 before the first.
  [[nodiscard]] std::uint64_t newest_question() const {
    const std::scoped_lock lock{mutex_};
    return last_question_;
  }
  /// Only the first answer to a question is given.
  void answer(std::uint64_t number, const told& what) {
    callback done;
    {
      const std::scoped_lock lock{mutex_};
      const auto it = waiting_.find(number);
      if (it == waiting_.end()) return;
      done = std::move(it->second.done);
      waiting_.erase(it);
    }
    done(what);
  }
  /// The gateway that was asked these, the newest of which is `number`, is gone.
  void fail_up_to(std::uint64_t number, const std::string& why) {
    fail(why, [number](std::uint64_t asked, const void*) { return asked <= number; });
  }
  /// Their owner is gone.
  void fail_of(const void* owner, const std::string& why) {
    fail(why, [owner](std::uint64_t, const void* whose) { return whose == owner; });
  }

  /// Numbers begin at 1; own_listener is not one of them.
  std::uint64_t add(chain_listening_ptr listener) {
    const std::scoped_lock lock{mutex_};
    all_[++last_] = std::move(listener);
    return last_;
  }
  void remove(std::uint64_t id) {
    const std::scoped_lock lock{mutex_};
    all_.erase(id);
  }
  [[nodiscard]] std::map<std::uint64_t, chain_listening_ptr> all() const {
    const std::scoped_lock lock{mutex_};
    return all_;
  }
  /// Null when it is gone.
  [[nodiscard]] chain_listening_ptr find(std::uint64_t id) const {
    const std::scoped_lock lock{mutex_};
    const auto it = all_.find(id);
    return it == all_.end() ? nullptr : it->second;
  }

 private:
  struct question {
    const void* owner;
    callback done;
  };

  template <class Which>
  void fail(const std::string& why, Which which) {
    std::vector<callback> lost;
    {
      const std::scoped_lock lock{mutex_};
      std::erase_if(waiting_, [&](auto& entry) {
        auto& [number, asked] = entry;
        if (!which(number, asked.owner)) return false;
        lost.push_back(std::move(asked.done));
        return true;
      });
    }
    // They may ask again.
    const told failure{ports::chain_error{ports::chain_failure::disconnected, why}};
    for (const auto& done : lost) done(failure);
  }

  mutable std::mutex mutex_;
  std::uint64_t last_ = own_listener;
  std::uint64_t last_question_ = 0;
  std::map<std::uint64_t, question> waiting_;
  std::map<std::uint64_t, chain_listening_ptr> all_;
};

}  // namespace hedgerow::chain
