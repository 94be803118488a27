// Why a bridge gives up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/event_log.hpp"
#include "actors/ports/notices.hpp"

namespace hedgerow::bridges {

struct failure {
  /// For people.
  std::string why;
  /// What the log said; nothing when it has other reasons.
  std::optional<ports::log_errc> reason{};
  /// A new start would find the same, or do harm: the node ends.
  bool final = false;
  /// As which notice it is raised, and about whom; empty: this instance of the service.
  ports::notice_level level = ports::notice_level::warning;
  std::string_view code = "bridge_failed";
  std::string about{};
};

}  // namespace hedgerow::bridges
