// Compares the broker's clock with ours: reports the difference to people and translates times by it.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "actors/domain/broker/broker_clock.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/notices.hpp"

namespace hedgerow::broker {

class watched_clock {
 public:
  struct news {
    ports::notice_level level = ports::notice_level::info;
    std::string text;
  };

  /// A difference above `bound` is reported.
  explicit watched_clock(std::chrono::milliseconds bound) : bound_{bound} {}

  /// Takes the newest answer's time in. Something when the difference has just come to be above the bound, or below it.
  std::optional<news> look(const std::optional<clock_sample>& sample) {
    if (!sample) return std::nullopt;
    clock_.heard(sample->sent, sample->received, sample->broker_time);
    const bool off = std::chrono::abs(ahead()) > bound_;
    if (off == off_) return std::nullopt;
    off_ = off;
    if (!off) return news{ports::notice_level::info, "this machine's clock agrees with the broker's again"};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ahead()).count();
    return news{ports::notice_level::alarm, "this machine's clock is " + std::to_string(std::abs(seconds)) + " s " +
                                                (seconds > 0 ? "behind" : "ahead of") +
                                                " the broker's; orders are found all the same: set the clock"};
  }

  /// By how much the broker's clock is ahead of ours.
  [[nodiscard]] microseconds ahead() const { return clock_.ahead(); }

 private:
  std::chrono::milliseconds bound_;
  domain::broker_clock clock_;
  bool off_ = false;
};

inline void translate_times(broker_order& order, microseconds by) {
  for (auto* time : {&order.entered_at, &order.closed_at, &order.last_fill_at})
    if (*time) **time = **time + by;
}
inline void translate_times(order_list& list, microseconds by) {
  for (auto& order : list.orders) translate_times(order, by);
}
inline void translate_times(market_session& session, microseconds by) {
  session.start = session.start + by;
  session.end = session.end + by;
}
inline void translate_times(const placement&, microseconds) {}
inline void translate_times(const shares&, microseconds) {}

}  // namespace hedgerow::broker
