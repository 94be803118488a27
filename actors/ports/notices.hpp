// What people should know: alarms that need a person, and news worth a log line. Texts carry no secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace hedgerow::ports {

enum class notice_level : std::uint8_t { info, warning, alarm };

/// Thread-safe; never blocks for long.
class notices {
 public:
  virtual ~notices() = default;
  /// `code` is stable snake_case; `about` is what it concerns: a symbol, an execution, a service.
  virtual void raise(notice_level level, std::string_view service, std::string_view code, std::string_view about,
                     std::string_view text) = 0;
};

}  // namespace hedgerow::ports
