#include "actors/bridges/chaining.hpp"

#include <caf/all.hpp>

namespace hedgerow::bridges {

using protocol::hand_over_result;

void intake::open(const caf::actor_addr& me) {
  me_ = me;
  known_as_->put(me);
}

bool intake::declines(const caf::actor_addr& sender, std::uint64_t round, bool begins_none) {
  if (begins_none) declined_ = {sender, round};
  return declined_.first == sender && round <= declined_.second;
}

std::optional<taken_over> intake::next() {
  if (waiting_.empty()) return std::nullopt;
  auto one = std::move(waiting_.front());
  waiting_.pop_front();
  return one;
}

void intake::decline_all() {
  for (auto& one : waiting_) {
    declined_ = {one.sender, one.what->round};
    one.answer.deliver(hand_over_result{true, {}});
  }
  waiting_.clear();
}

bool handing_on::went_down(const caf::actor_addr& who) {
  if (current_ != who) return false;
  current_ = nullptr;
  return true;
}

}  // namespace hedgerow::bridges
