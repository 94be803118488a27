// Asking for a group's offset.
#pragma once

#include "actors/ports/event_log.hpp"

namespace hedgerow::transfer {

/// The committed offset of a group, if it has one. A broker that has just started is asked again for some seconds: it
/// says no until it has loaded its groups. The error is for people.
[[nodiscard]] expected<std::optional<std::int64_t>, std::string> offset_of(ports::event_log& log,
                                                                           std::string_view group, topic_partition p);

}  // namespace hedgerow::transfer
