#include "actors/domain/chain/head_watch.hpp"

#include <utility>

namespace hedgerow::domain {

void head_watch::seen(monotonic_time now, std::uint64_t newest, std::uint64_t of_quorum) {
  const bool moved = std::exchange(of_quorum_, of_quorum) != of_quorum;
  if (of_quorum == 0 || newest <= of_quorum)
    stands_since_.reset();
  else if (moved || !stands_since_)
    stands_since_ = now;
}

}  // namespace hedgerow::domain
