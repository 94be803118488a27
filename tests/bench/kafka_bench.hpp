// What the parts of kafka_bench share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "config/settings.hpp"

namespace hedgerow::bench {

/// The default of a user's nodes.
inline constexpr std::uint64_t node_batch_max = config::default_batch_max(config::log_kind::kafka);

[[nodiscard]] std::shared_ptr<ports::event_log> open_kafka(const std::string& bootstrap, const std::string& prefix,
                                                           const ports::clock& clock);
/// Names of topics and groups that no other run on this broker has used.
[[nodiscard]] std::string run_prefix(const std::string& part);
/// Sorts; the value below which this part of all lies.
[[nodiscard]] double quantile(std::vector<double>& all, double part);

/// `name value`, for bench_kafka.sh.
void print(const char* name, double value);
void print(const char* name, std::uint64_t value);

// kafka_paced.cpp: events that come at a steady rate, per second and for so many seconds.

/// From before a raw record is sent until a reader sees the request that it led to.
void measure_latency(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                     const ports::clock& clock);
/// Largest number of events that were sent and not yet validated, in the first and in the last quarter of the time.
void measure_sustained(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                       const ports::clock& clock);

}  // namespace hedgerow::bench
