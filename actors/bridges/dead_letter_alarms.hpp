// Alarms for records that a service puts aside as dead letters: a fill among them is exposure that nobody hedges.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "actors/ports/notices.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::bridges {

/// Raises at most one alarm of each reason within `quiet`; the next one says how many came in between.
class dead_letter_alarms {
 public:
  static constexpr std::chrono::minutes quiet{5};

  /// `notices` may be null. `about` and `text` are of this record; `reason` is one of a fixed set.
  void raise(ports::notices* notices, std::string_view service, std::string_view code, std::string_view reason,
             std::string_view about, std::string text, timestamp now) {
    auto& last = kinds_[std::string{reason}];
    // A clock that was set back does not silence anything.
    if (last.raised && now >= last.at && now < last.at + quiet) {
      ++last.silent;
      return;
    }
    if (last.silent > 0) text += "; " + std::to_string(last.silent) + " more of this kind since the last alarm";
    last = {true, now, 0};
    if (notices != nullptr) notices->raise(ports::notice_level::alarm, service, code, about, text);
  }

 private:
  struct kind {
    bool raised = false;
    timestamp at;
    std::uint64_t silent = 0;
  };
  std::map<std::string, kind> kinds_;
};

}  // namespace hedgerow::bridges
