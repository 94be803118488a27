// What a producer reports besides its answers: librdkafka gives all its callbacks the same context.
#pragma once

#include "runtime/adapters/kafka/client_statistics.hpp"
#include "runtime/adapters/kafka/connection_trouble.hpp"

namespace hedgerow::adapters {

/// Outlives the client.
class producer_reports final : public connection_trouble {
 public:
  producer_reports(ports::metrics_ptr registry, std::string service)
      : statistics_{std::move(registry), std::move(service), "producer"} {}

  [[nodiscard]] client_callbacks callbacks() {
    auto all = connection_trouble::callbacks();
    all.statistics = [](rd_kafka_t*, char* json, std::size_t size, void* context) {
      static_cast<producer_reports*>(static_cast<connection_trouble*>(context))->statistics_.take({json, size});
      return 0;
    };
    return all;
  }

 private:
  client_statistics statistics_;
};

}  // namespace hedgerow::adapters
