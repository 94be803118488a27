// What a supervisor did when it was asked to restart a child.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <string_view>

namespace hedgerow::protocol {

enum class restart_result : std::uint8_t {
  restarting,  // the child is being stopped and is started again at once
  unknown,     // the supervisor has no child of this name
  waiting,     // nothing was done: the child is down already, and is started again when its back-off has passed
};

/// The word that nodes send each other and that HTTP answers show.
[[nodiscard]] constexpr std::string_view to_string(restart_result result) {
  constexpr std::string_view names[] = {"restarting", "unknown", "waiting"};
  return names[static_cast<std::size_t>(result)];
}

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::restart_result)
