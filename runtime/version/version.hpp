// The version that this build calls itself.
#pragma once

namespace hedgerow {

inline constexpr const char* version = "0.1.0";

}  // namespace hedgerow
