// How the event log is divided, and how often it is tidied. Every log, its readers and the configuration see it here.
#pragma once

#include <chrono>
#include <cstdint>

namespace hedgerow {

struct log_policy {
  /// Partitions of every topic by symbol; fixed once the log exists.
  std::uint32_t symbol_partitions = 4;
  /// How often retention and compaction are applied.
  std::chrono::milliseconds maintenance_interval{600'000};
};

}  // namespace hedgerow
