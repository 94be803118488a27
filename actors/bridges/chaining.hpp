// The two ends of a link between bridges of one node (hand_over.hpp): what a bridge takes over from the one before it,
// and what it leaves to the one after it. A bridge in the middle of a chain has both.
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/typed_response_promise.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "actors/bridges/chain.hpp"
#include "actors/bridges/hand_over.hpp"

namespace hedgerow::bridges {

/// A transaction that another bridge has left to this one.
struct taken_over {
  caf::actor_addr sender;
  protocol::hand_over_ptr what;
  caf::typed_response_promise<protocol::hand_over_result> answer;
};

/// Takes over from the bridge before. Found by that one from open() on, as long as it lives.
class intake {
 public:
  intake(topic of, bridge_slot known_as) : memory_{of}, known_as_{std::move(known_as)} {}
  ~intake() { known_as_->remove(me_); }
  intake(const intake&) = delete;
  intake& operator=(const intake&) = delete;

  void open(const caf::actor_addr& me);
  /// Whether this one must be declined: so was one of the same round, or none is begun now.
  [[nodiscard]] bool declines(const caf::actor_addr& sender, std::uint64_t round, bool begins_none);
  void add(taken_over one) { waiting_.push_back(std::move(one)); }
  /// The oldest one that was not begun.
  [[nodiscard]] std::optional<taken_over> next();
  /// Gives all that was not begun back to its sender.
  void decline_all();

  [[nodiscard]] handed_to& memory() { return memory_; }

 private:
  handed_to memory_;
  bridge_slot known_as_;
  caf::actor_addr me_;
  std::deque<taken_over> waiting_;
  /// A sender whose transactions of this round, and of those before, are declined.
  std::pair<caf::actor_addr, std::uint64_t> declined_;
};

/// Leaves transactions to the bridge after.
class handing_on {
 public:
  handing_on(topic of, bridge_slot taker) : memory_{of}, taker_{std::move(taker)} {}

  /// The bridge that the next transaction can be left to, if there is one. While one with transactions of this bridge
  /// has not answered (`awaited`) there is no other: only what the same bridge gets is in order. Monitored by `self`.
  template <class Self>
  [[nodiscard]] protocol::bridge_actor receiver(Self* self, bool awaited) {
    auto taker = taker_->get();
    const auto address = taker ? taker.address() : caf::actor_addr{};
    if (address == current_) return taker;
    if (awaited) return {};
    if (current_) self->demonitor(current_);
    current_ = address;
    if (taker) self->monitor(taker);
    return taker;
  }
  /// True when it was the receiver that ended.
  [[nodiscard]] bool went_down(const caf::actor_addr& who);

  [[nodiscard]] handed_by& memory() { return memory_; }

 private:
  handed_by memory_;
  bridge_slot taker_;
  caf::actor_addr current_;
};

}  // namespace hedgerow::bridges
