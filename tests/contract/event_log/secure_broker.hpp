// A Kafka broker that asks for TLS and logins, with the certificates for it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "runtime/demo/kafka_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {

class authority;

/// Listeners of a secure_broker.
inline constexpr const char* tls_listener = "TLS";            // TLS only
inline constexpr const char* mutual_listener = "MUTUAL";      // TLS with a certificate of the client
inline constexpr const char* login_listener = "LOGIN";        // TLS and a login by PLAIN or SCRAM
inline constexpr const char* open_login_listener = "OPEN";    // no TLS, a login by SCRAM
inline constexpr const char* misnamed_listener = "MISNAMED";  // TLS with a certificate for another host

inline constexpr const char* user_name = "hedgerow";
inline constexpr const char* user_password = "a-password-that-nobody-guesses";

/// Key of [kafka] -> value, as it stands in a TOML file but for the quotes.
using kafka_section = std::map<std::string, std::string>;
[[nodiscard]] std::string to_toml(const kafka_section& section);

class secure_broker {
 public:
  /// Throws std::runtime_error when it does not start.
  secure_broker();
  ~secure_broker();
  secure_broker(const secure_broker&) = delete;
  secure_broker& operator=(const secure_broker&) = delete;

  [[nodiscard]] demo::kafka_process& process() { return *process_; }
  /// The [kafka] section that this listener accepts, with its own prefix for topics.
  [[nodiscard]] kafka_section section_for(const std::string& listener) const;
  /// Starts it again on the same data and ports; the login by PLAIN has this password then.
  void restart_with(const std::string& password);
  /// `client` and `server` are of an authority that all trust, `foreign` is of another. With .pem: the certificate,
  /// .key: its key, .ca: its authority. client.locked is the client's key, encrypted with user_password.
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  void write_identity(const std::string& name, const authority& by, const std::string& host) const;
  [[nodiscard]] demo::kafka_listener tls(const char* name, const char* protocol, const std::string& identity) const;
  [[nodiscard]] demo::kafka_options options() const;
  void start(demo::kafka_options options);

  temporary_directory folder_;
  std::unique_ptr<demo::kafka_process> process_;
};

/// The test program's; started by the first call.
[[nodiscard]] secure_broker& shared_secure_broker();

}  // namespace hedgerow::test
