#include "actors/domain/chain/endpoint_choice.hpp"

#include <algorithm>
#include <compare>
#include <functional>

namespace hedgerow::domain {
namespace {

/// An endpoint this many blocks behind the foremost one is asked after those that are not.
constexpr std::uint64_t usual_lag = 2;

/// Scores this near make no difference.
constexpr std::uint32_t score_step = 250;

}  // namespace

std::vector<std::size_t> order_of_asking(const std::vector<endpoint_view>& all, std::uint64_t newest) {
  std::uint64_t foremost = 0;
  for (const auto& e : all)
    if (e.connected) foremost = std::max(foremost, e.head);
  struct rank {
    bool avoided;
    bool late;
    std::uint32_t score;
    std::size_t at;
    auto operator<=>(const rank&) const = default;
  };
  std::vector<rank> ranks;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto& e = all[at];
    if (!e.usable()) continue;
    const bool late = e.head + usual_lag < foremost || e.head < newest;
    ranks.push_back({e.standing == endpoint_health::standing::avoided, late, (1000 - e.score) / score_step, at});
  }
  std::ranges::sort(ranks);
  std::vector<std::size_t> order;
  for (const auto& r : ranks) order.push_back(r.at);
  return order;
}

std::uint64_t head_of_quorum(std::vector<std::uint64_t> heads, std::uint32_t quorum) {
  if (quorum == 0 || heads.size() < quorum) return 0;
  std::ranges::sort(heads, std::greater{});
  return heads[quorum - 1];
}

}  // namespace hedgerow::domain
