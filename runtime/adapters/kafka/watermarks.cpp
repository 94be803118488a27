#include "runtime/adapters/kafka/watermarks.hpp"

#include <condition_variable>
#include <mutex>

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

expected<std::int64_t, log_error> end_of_partition(rd_kafka_t* client, const kafka_options& options,
                                                   topic_partition source) {
  constexpr std::chrono::milliseconds pause{20};
  const auto name = topic_name(options, source.topic);
  std::mutex mutex;
  std::condition_variable nobody;
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (std::chrono::milliseconds waited{0}; waited < options.request_timeout; waited += pause) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    code = rd_kafka_query_watermark_offsets(client, name.c_str(), static_cast<int>(source.partition), &low, &high,
                                            call_timeout(options.request_timeout));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return high;
    if (!passes_by_itself(code)) break;
    std::unique_lock lock{mutex};
    nobody.wait_for(lock, pause);
  }
  return unexpected(log_error{
      log_errc::io, describe("cannot ask for the end of " + name + "/" + std::to_string(source.partition), code)});
}

}  // namespace hedgerow::adapters
