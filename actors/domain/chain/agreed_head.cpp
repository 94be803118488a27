#include "actors/domain/chain/agreed_head.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

/// An endpoint that is further behind than this does not count.
constexpr std::size_t remembered = 1'024;

}  // namespace

bool agreed_head::told(std::size_t endpoint, const head& newest) {
  auto& own = heard_[endpoint];
  own.push_back(newest);
  if (own.size() > remembered) own.pop_front();
  if (newest == last_) return false;
  std::uint32_t known = 0;
  std::uint32_t current = 0;
  for (const auto& [other, heads] : heard_) {
    if (std::ranges::count(heads, newest) > 0) ++known;
    if (heads.back() == newest) ++current;
  }
  const bool higher = !last_ || newest.number > last_->number;
  // Where one is enough, another on a branch of its own must not take the head to and fro.
  const bool back = current >= quorum_ && (quorum_ > 1 || endpoint == by_ || !heard_.contains(by_));
  if (known < quorum_ || (!higher && !back)) return false;
  last_ = newest;
  by_ = endpoint;
  return true;
}

}  // namespace hedgerow::domain
