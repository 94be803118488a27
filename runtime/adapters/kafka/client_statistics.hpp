// librdkafka's own statistics as metrics. They are sums since the client was made, as JSON; the metrics go on when a
// client is replaced, so each report adds the difference to the last one.
#pragma once

#include <rapidjson/fwd.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "actors/ports/metrics.hpp"

namespace hedgerow::adapters {

/// The statistics of one client. Used by one thread at a time.
class client_statistics {
 public:
  /// `client` is producer or consumer. Without a registry nothing is done.
  client_statistics(ports::metrics_ptr registry, std::string service, std::string client);
  ~client_statistics();
  client_statistics(const client_statistics&) = delete;
  client_statistics& operator=(const client_statistics&) = delete;

  /// Adds one report; one that cannot be read is left out.
  void take(std::string_view json);

 private:
  struct counted {
    ports::value_cell cell;
    std::int64_t last = 0;
  };
  /// `source` tells apart separate sums that add into one cell.
  void count(const ports::metric_family& family, const std::string& source, const ports::metric_labels& labels,
             std::int64_t sum);
  void take_broker(const rapidjson::Value& broker);
  void note_state(const std::string& source, ports::metric_labels labels, const std::string& state);

  ports::metrics_ptr registry_;
  ports::metric_labels labels_;
  std::map<std::pair<std::string_view, std::string>, counted> counted_;
  /// Connection -> the cell of the state that it is in.
  std::map<std::string, ports::value_cell> states_;
};

}  // namespace hedgerow::adapters
