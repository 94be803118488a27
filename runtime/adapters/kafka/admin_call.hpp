// Requests of Kafka's admin interface: sent, waited for, checked.
#pragma once

#include <array>

#include "runtime/adapters/kafka/kafka_client.hpp"

namespace hedgerow::adapters {

using admin_event = std::unique_ptr<rd_kafka_event_t, destroy_with<rd_kafka_event_destroy>>;
using admin_options = std::unique_ptr<rd_kafka_AdminOptions_t, destroy_with<rd_kafka_AdminOptions_destroy>>;

/// `request` is called with the options and the queue for the answer. `what` failed, in the words of the error;
/// timed_out when it is worth asking again.
template <class Request>
[[nodiscard]] expected<admin_event, ports::log_error> admin_call(rd_kafka_t* client, const kafka_options& options,
                                                                 const std::string& what, Request request) {
  std::array<char, 256> reason{};
  const admin_options with{rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY)};
  const int limit = call_timeout(options.request_timeout);
  rd_kafka_AdminOptions_set_request_timeout(with.get(), limit, reason.data(), reason.size());
  rd_kafka_AdminOptions_set_operation_timeout(with.get(), limit, reason.data(), reason.size());
  const kafka_queue queue{rd_kafka_queue_new(client)};
  request(with.get(), queue.get());
  admin_event answer{rd_kafka_queue_poll(queue.get(), 2 * limit)};
  if (!answer) return unexpected(ports::log_error{ports::log_errc::timed_out, what + ": no answer"});
  if (const auto code = rd_kafka_event_error(answer.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return unexpected(ports::log_error{passes_by_itself(code) ? ports::log_errc::timed_out : ports::log_errc::io,
                                       describe(what, code)});
  return answer;
}

}  // namespace hedgerow::adapters
