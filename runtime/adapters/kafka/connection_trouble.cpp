#include "runtime/adapters/kafka/connection_trouble.hpp"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

struct key_of_property {
  const char* property;
  const char* keys;
};

/// A key that cannot be read may be encrypted, so its password is named with it.
constexpr std::array<key_of_property, 8> keys{{{"ssl.ca.location", "kafka.ca_file"},
                                               {"ssl.certificate.location", "kafka.certificate"},
                                               {"ssl.key.location", "kafka.key and kafka.key_password"},
                                               {"ssl.key.password", "kafka.key_password"},
                                               {"sasl.mechanism", "kafka.sasl_mechanism"},
                                               {"sasl.username", "kafka.sasl_username"},
                                               {"sasl.password", "kafka.sasl_password"},
                                               {"security.protocol", "kafka.security"}}};

std::string value_of(const kafka_options& options, const std::string& property) {
  const auto it = options.properties.find(property);
  return it == options.properties.end() ? std::string{} : it->second;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// The broker's certificate did not pass.
std::string explain_certificate(int fault, const kafka_options& options) {
  const std::string what =
      std::string{"the broker's certificate is refused ("} + X509_verify_cert_error_string(fault) + "): ";
  if (fault == X509_V_ERR_HOSTNAME_MISMATCH || fault == X509_V_ERR_IP_ADDRESS_MISMATCH)
    return what +
           "it is not for the host that kafka.bootstrap or the broker's advertised.listeners names; use a name "
           "that stands in the certificate, or have it issued for this one";
  if (fault == X509_V_ERR_CERT_HAS_EXPIRED || fault == X509_V_ERR_CERT_NOT_YET_VALID)
    return what + "renew it at the broker, or set this machine's clock";
  const auto file = value_of(options, "ssl.ca.location");
  if (!file.empty()) return what + "kafka.ca_file = \"" + file + "\" does not hold the authority that signed it";
  return what +
         "kafka.ca_file is not set, so only the system's roots are trusted; name the PEM file of the authority "
         "that signed it";
}

/// A broker that is spoken to in the wrong protocol hangs up. One that ends does so, too, but not for long.
constexpr std::chrono::milliseconds hang_up_limit{1500};

bool is_about_protocol(const std::string& reason) {
  return has(reason, "Disconnected") && (has(reason, "security.protocol") || has(reason, "PLAINTEXT broker listener"));
}

/// A bare disconnection may follow any other trouble, and adds nothing to its explanation.
bool is_bare_disconnection(const std::string& reason) { return has(reason, "Disconnected (after"); }

bool is_time_out(const std::string& reason) { return has(reason, "request(s) timed out"); }

/// The broker does not like what this node has shown it. OpenSSL's texts of the alerts that say so.
bool is_about_own_certificate(const std::string& reason) {
  for (const char* alert : {"certificate required", "alert bad certificate", "alert unknown ca",
                            "alert certificate unknown", "alert certificate expired", "alert certificate revoked",
                            "alert unsupported certificate", "alert handshake failure", "alert access denied"})
    if (has(reason, alert)) return true;
  return false;
}

std::string explain_own_certificate(const std::string& reason, const kafka_options& options) {
  const bool none = value_of(options, "ssl.certificate.location").empty();
  const char* what =
      none ? "the broker asks for a certificate of this node: set kafka.certificate and kafka.key"
           : "the broker refuses this node's certificate: check that kafka.certificate is valid and signed "
             "by an authority that the broker trusts";
  return std::string{what} + " (" + reason + ")";
}

/// A broker says so of every login at a listener without SASL, and names no mechanism that it would take.
constexpr const char* no_login_expected = "Request not valid in current SASL state";

std::string explain_login(const std::string& reason, const kafka_options& options) {
  if (has(reason, no_login_expected)) {
    const auto security = value_of(options, "security.protocol");
    const auto without = security.substr(std::min(security.size(), std::string_view{"sasl_"}.size()));
    return "the listener takes no logins, and kafka.security = \"" + security +
           "\" asks for one: set kafka.security = \"" + without +
           "\", or name the port of a listener with logins in kafka.bootstrap = \"" + options.bootstrap + "\" (" +
           reason.substr(0, reason.find(": broker's supported mechanisms")) + ")";
  }
  return "the login of kafka.sasl_username = \"" + value_of(options, "sasl.username") + "\" with " +
         value_of(options, "sasl.mechanism") +
         " is refused: check kafka.sasl_username, kafka.sasl_password and "
         "kafka.sasl_mechanism (" +
         reason + ")";
}

}  // namespace

std::string keys_named_in(const std::string& librdkafka_reason) {
  for (const auto& [property, names] : keys)
    if (has(librdkafka_reason, property)) return std::string{"; check "} + names;
  return {};
}

client_callbacks connection_trouble::callbacks() {
  client_callbacks all;
  all.context = this;
  all.error = [](rd_kafka_t*, int code, const char* reason, void* me) {
    static_cast<connection_trouble*>(me)->note(static_cast<rd_kafka_resp_err_t>(code), reason);
  };
  // Accepts what OpenSSL accepts, and nothing else; it only remembers why not.
  all.certificate = [](rd_kafka_t*, const char*, std::int32_t, int* fault, int, const char*, std::size_t, char* reason,
                       std::size_t reason_size, void* me) {
    if (*fault == X509_V_OK) return 1;
    static_cast<connection_trouble*>(me)->note_certificate(*fault);
    std::snprintf(reason, reason_size, "%s", X509_verify_cert_error_string(*fault));
    return 0;
  };
  return all;
}

void connection_trouble::note(rd_kafka_resp_err_t code, const char* reason) {
  const std::lock_guard lock{mutex_};
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    all_down_ = true;
    return;
  }
  const std::string text{reason};
  // librdkafka does not repeat a report within 30 s: the one that names the cause must not be lost.
  const bool known = !reason_.empty() && !is_bare_disconnection(reason_) && !is_time_out(reason_);
  if (known && is_bare_disconnection(text)) return;
  if (known && is_time_out(text)) {
    timed_out_ = text;
    return;
  }
  code_ = code;
  reason_ = text;
  timed_out_.clear();
}

void connection_trouble::note_certificate(int fault) {
  const std::lock_guard lock{mutex_};
  certificate_fault_ = fault;
}

void connection_trouble::forget() {
  const std::lock_guard lock{mutex_};
  code_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  reason_.clear();
  timed_out_.clear();
  certificate_fault_ = 0;
  all_down_ = false;
}

bool connection_trouble::hopeless(std::chrono::milliseconds waited) const {
  const std::lock_guard lock{mutex_};
  if (!all_down_) return false;
  if (is_about_protocol(reason_)) return waited >= hang_up_limit;
  return certificate_fault_ != 0 || code_ == RD_KAFKA_RESP_ERR__AUTHENTICATION || code_ == RD_KAFKA_RESP_ERR__SSL ||
         is_about_own_certificate(reason_);
}

std::string connection_trouble::explain(const kafka_options& options) const {
  const std::lock_guard lock{mutex_};
  return explain_first(options) + (timed_out_.empty() ? "" : "; since then " + timed_out_);
}

std::string connection_trouble::explain_first(const kafka_options& options) const {
  if (certificate_fault_ != 0) return explain_certificate(certificate_fault_, options);
  if (code_ == RD_KAFKA_RESP_ERR__AUTHENTICATION) return explain_login(reason_, options);
  if (is_about_own_certificate(reason_)) return explain_own_certificate(reason_, options);
  if (code_ == RD_KAFKA_RESP_ERR__SSL)
    return "no TLS connection: check kafka.security and the brokers' listener (" + reason_ + ")";
  if (is_about_protocol(reason_))
    return "the broker hangs up: check that kafka.security = \"" + value_of(options, "security.protocol") +
           "\" is what its listener asks for (" + reason_ + ")";
  return reason_;
}

expected<void, log_error> find_broker(const kafka_options& options) {
  connection_trouble trouble;
  const auto client =
      make_kafka_client(RD_KAFKA_PRODUCER, options, {{"log.connection.close", "true"}}, trouble.callbacks());
  if (!client) return unexpected(client.error());
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  // One try is short enough to notice soon that there is no hope, and they get longer for a broker that is slow.
  std::chrono::milliseconds patience{250};
  bool hopeless = false;
  for (std::chrono::milliseconds waited{0}; waited < options.request_timeout && !hopeless; patience *= 2) {
    const auto limit = std::min(patience, options.request_timeout - waited);
    const rd_kafka_metadata_t* raw = nullptr;
    code = rd_kafka_metadata(client->get(), 0, nullptr, &raw, call_timeout(limit));
    const std::unique_ptr<const rd_kafka_metadata_t, destroy_with<rd_kafka_metadata_destroy>> metadata{raw};
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    rd_kafka_poll(client->get(), 0);
    waited += limit;
    hopeless = trouble.hopeless(waited);
  }
  auto why = trouble.explain(options);
  if (why.empty()) why = rd_kafka_err2str(code);
  return unexpected(log_error{hopeless ? log_errc::io : log_errc::timed_out, "no broker can be used: " + why});
}

}  // namespace hedgerow::adapters
