// The reason with which an actor ends when starting it again would do harm: its node ends as well.
#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace hedgerow::protocol {

inline constexpr caf::atom_value final_category = caf::atom("final");

[[nodiscard]] inline caf::error final_error(std::string why) {
  return {std::uint8_t{1}, final_category, caf::make_message(std::move(why))};
}

/// Why, if the reason is a final one.
[[nodiscard]] inline std::optional<std::string> why_final(const caf::error& reason) {
  if (!reason || reason.category() != final_category) return std::nullopt;
  return reason.context().get_as<std::string>(0);
}

}  // namespace hedgerow::protocol
