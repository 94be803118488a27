// How long an answer about the market's session is believed. Where it is kept and the configuration both see it here.
#pragma once

#include <chrono>

namespace hedgerow {

struct session_policy {
  /// How long a session answer is good for; its start and end end it earlier. A day that has only just been called
  /// closed is asked for again after `retry`, and then after as long as it has been closed: the answer may be
  /// corrected.
  std::chrono::milliseconds cache{60'000};
  /// How long an error in its place is.
  std::chrono::milliseconds retry{3'000};
};

}  // namespace hedgerow
