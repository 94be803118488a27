// Which of several endpoints of the chain are asked, in which order, and which head they have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "actors/domain/chain/endpoint_health.hpp"

namespace hedgerow::domain {

/// An endpoint as the choice sees it.
struct endpoint_view {
  /// Connected, and on the right chain.
  bool connected = false;
  endpoint_health::standing standing = endpoint_health::standing::asked;
  /// 0 to 1000.
  std::uint32_t score = 1000;
  /// Number of its newest block; 0 before the first.
  std::uint64_t head = 0;

  /// Whether it may be asked at all.
  [[nodiscard]] bool usable() const {
    return connected && standing != endpoint_health::standing::throttled &&
           standing != endpoint_health::standing::set_aside;
  }
};

/// The usable ones in the order in which they are to be asked for something that only an endpoint with block `newest`
/// has: those that others contradict or that fail come last, then those that lag, then the better score; where nothing
/// tells them apart, the order of the configuration.
[[nodiscard]] std::vector<std::size_t> order_of_asking(const std::vector<endpoint_view>& all, std::uint64_t newest);

/// The highest block that as many of these heads as must agree have reached; 0 when they are fewer.
[[nodiscard]] std::uint64_t head_of_quorum(std::vector<std::uint64_t> heads, std::uint32_t quorum);

}  // namespace hedgerow::domain
