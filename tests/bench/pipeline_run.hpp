// The main pipeline in a benchmark: raw log records to positions and execution requests, each filled at once, on any
// event log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/events/blockchain_event.hpp"
#include "tests/bench/raw_events.hpp"

namespace hedgerow::bench {

/// Ends the program.
[[noreturn]] void give_up(const std::string& why);
[[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begun);
/// Ends the program when the condition does not hold within the limit.
void wait_until(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds{300},
                std::chrono::milliseconds interval = std::chrono::milliseconds{20});

using event_source = std::function<blockchain_event(std::uint64_t index)>;

/// Appends events [0, count) as raw log records.
void append_backlog(ports::event_log& log, const event_source& make, std::uint64_t count);

/// What a bridge has done.
struct bridge_work {
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t transactions = 0;
  /// Mean time of a transaction on Kafka.
  std::uint64_t transaction_us = 0;
};

struct pipeline_result {
  /// From the first record that was taken to the last commit; joining the groups is not in it.
  double seconds = 0;
  /// Processor time of this process during the run, user and kernel.
  double cpu_seconds = 0;
  bridge_work validation;
  bridge_work accumulator;
  bridge_work broker;
};

struct pipeline_options {
  std::size_t batch_max = 1000;
  std::uint64_t events = 0;
  /// As nodes do by default. Otherwise each whole share is a request of its own, not what came together meanwhile;
  /// where fills come back late, a position then carries many live orders, and its record grows with them.
  bool one_in_flight = false;
  /// Whether each request is answered with a fill, which is booked, too: two more hops.
  bool fills = true;
  /// Runs while all actors live, at the end.
  std::function<void()> at_the_end{};
  /// How often the bridges are asked how far they are; they ask their actors in turn, so not too often.
  std::chrono::milliseconds interval{50};
  /// Called with how things stand.
  std::function<void(const pipeline_result&)> sample{};
  /// Ends the program when it takes longer.
  std::chrono::seconds limit{300};
};

[[nodiscard]] pipeline_result run_pipeline(const std::shared_ptr<ports::event_log>& log, const market& market,
                                           const pipeline_options& options, const ports::clock& clock);

}  // namespace hedgerow::bench
