// Looks at a Kafka broker from outside: the least a client needs, one call at a time. For tests of what talks to Kafka.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messages/types/expected.hpp"

namespace hedgerow::test {

class kafka_probe {
 public:
  /// Connects when it is first used. `bootstrap` is host:port.
  explicit kafka_probe(const std::string& bootstrap);

  using error = std::string;
  /// The names of all topics; an error when no broker answers.
  [[nodiscard]] expected<std::vector<std::string>, error> topics();
  /// Returns when the broker serves it, with one copy.
  [[nodiscard]] expected<void, error> create_topic(const std::string& name, int partitions);
  /// The record's offset, once the broker has acknowledged it.
  [[nodiscard]] expected<std::int64_t, error> produce(const std::string& topic, std::int32_t partition,
                                                      const std::string& value);
  /// The values of the first `count` records from `offset` on that are committed.
  [[nodiscard]] expected<std::vector<std::string>, error> read(const std::string& topic, std::int32_t partition,
                                                               std::int64_t offset, std::size_t count);

 private:
  struct closes {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  std::string bootstrap_;
  std::unique_ptr<rd_kafka_t, closes> producer_;
};

}  // namespace hedgerow::test
