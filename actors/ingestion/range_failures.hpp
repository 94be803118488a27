// What a failed getLogs means for the width of the next one.
#pragma once

#include "actors/domain/chain/range_retry.hpp"
#include "actors/ports/chain_client.hpp"

namespace hedgerow::ingestion {

[[nodiscard]] constexpr domain::range_failure failure_of(ports::chain_failure kind) {
  switch (kind) {
    case ports::chain_failure::range_too_wide: return domain::range_failure::too_wide;
    case ports::chain_failure::throttled: return domain::range_failure::throttled;
    case ports::chain_failure::limit_exceeded: return domain::range_failure::limited;
    default: return domain::range_failure::other;
  }
}

}  // namespace hedgerow::ingestion
