// Why a client does not get through to the brokers, in words that name the key of [kafka] that is to be changed.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "runtime/adapters/kafka/kafka_client.hpp"

namespace hedgerow::adapters {

/// Collects what a client says about its connections; it outlives the client. Thread-safe.
class connection_trouble {
 public:
  /// Makes the client report here. What it reports comes with rd_kafka_poll(), flush and commit.
  [[nodiscard]] client_callbacks callbacks();
  void forget();
  /// Every broker that is known refuses this node, or is refused by it: waiting does not help. `waited`: how long it
  /// was tried.
  [[nodiscard]] bool hopeless(std::chrono::milliseconds waited) const;
  /// What it means and what to do; "" when nothing has been reported. Never shows a password.
  [[nodiscard]] std::string explain(const kafka_options& options) const;

 private:
  void note(rd_kafka_resp_err_t code, const char* reason);
  void note_certificate(int fault);
  [[nodiscard]] std::string explain_first(const kafka_options& options) const;

  mutable std::mutex mutex_;
  rd_kafka_resp_err_t code_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string reason_;
  /// A time-out since, which does not say why.
  std::string timed_out_;
  /// What OpenSSL does not like about a broker's certificate.
  int certificate_fault_ = 0;
  bool all_down_ = false;
};

/// Returns when a broker answers; at the latest after options.request_timeout, at once when no broker can be persuaded.
[[nodiscard]] expected<void, ports::log_error> find_broker(const kafka_options& options);

/// ": kafka.key, kafka.key_password" and the like, for an error of librdkafka that names its own properties.
[[nodiscard]] std::string keys_named_in(const std::string& librdkafka_reason);

}  // namespace hedgerow::adapters
