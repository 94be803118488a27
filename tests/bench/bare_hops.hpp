// The yardstick for the pipeline on Kafka: librdkafka alone moves as many records in as many transactions through the
// same hops - consume, produce, offsets, commit - and does nothing else. What it writes are records that the pipeline
// wrote: others of the same length compress better or worse.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/events/record.hpp"

namespace hedgerow::bench {

/// One hop: a group that reads one topic and writes to others.
struct hop {
  std::string from;
  std::string to;
  /// Of the inputs, and of all outputs together.
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  std::uint64_t transactions = 1;
  /// Outputs, to be written one after the other and again from the first, each to the partition that it came from.
  std::vector<record> written;
};

/// Runs both hops, the second on what the first writes, in one loop: a transaction of one, then those of the other.
/// Topics of the names must exist. Seconds from the first record taken to the last commit.
[[nodiscard]] double move_by_one_loop(const std::string& bootstrap, const hop& first, const hop& second);
/// The same in two loops, each on a thread of its own: while one waits for its commit the other works.
[[nodiscard]] double move_by_two_loops(const std::string& bootstrap, const hop& first, const hop& second);

/// What is in a transaction: as many records, over so many partitions, and an offset of each of so many groups.
struct transaction_shape {
  std::size_t records = 1;
  std::size_t partitions = 1;
  std::size_t groups = 1;
};

/// Milliseconds of `count` transactions of one shape, one after the other. At most four partitions.
struct transaction_times {
  double p50 = 0;
  double p99 = 0;
};
[[nodiscard]] transaction_times time_transactions(const std::string& bootstrap, const std::string& from,
                                                  const std::string& to, std::size_t count,
                                                  const transaction_shape& shape);

/// Makes a topic with four partitions and waits until it is served.
void make_topic(const std::string& bootstrap, const std::string& name);

}  // namespace hedgerow::bench
