// How long reading the chain has stood still. Only time with a connection counts: a node that is away is reported
// separately, and one that comes and goes must not look fresh each time.
#pragma once

#include <chrono>
#include <optional>

namespace hedgerow::domain {

/// All times are of the monotonic clock.
class reading_watch {
 public:
  using time = std::chrono::nanoseconds;

  void connected(time now);
  void disconnected(time now);

  /// There are blocks to read, or the node is behind the blocks already read.
  void owes(time now);
  /// A range was read completely, or there is nothing left to read.
  void progressed(time now);
  /// How long something was owed without progress; zero when nothing is.
  [[nodiscard]] time stuck_for(time now) const;
  /// Since the last progress, or since the first connection, also while there is no connection.
  [[nodiscard]] time since_progress(time now) const;

  /// Rescans are wanted from now on, if they were not before.
  void wants_rescan(time now);
  /// A whole rescan has succeeded.
  void rescanned(time now);
  /// How long no whole rescan has succeeded; zero before one was wanted.
  [[nodiscard]] time without_rescan(time now) const;

 private:
  /// Time with a connection so far.
  [[nodiscard]] time worked(time now) const;

  time before_{0};
  std::optional<time> connected_at_;
  std::optional<time> owed_since_;
  std::optional<time> rescanned_;
  std::optional<time> progress_;
};

}  // namespace hedgerow::domain
