#include "tests/contract/event_log/secure_broker.hpp"

#include <openssl/pem.h>

#include <atomic>
#include <fstream>

#include "../../unit/adapters/http/certificates.hpp"
#include "messages/types/check.hpp"
#include "tests/support/kafka_broker.hpp"

namespace hedgerow::test {

namespace {

using file_ptr = std::unique_ptr<FILE, decltype(&fclose)>;

file_ptr open_file(const std::string& name, const char* mode) {
  file_ptr file{fopen(name.c_str(), mode), &fclose};
  HEDGEROW_CHECK(file != nullptr, name.c_str());
  return file;
}

/// PKCS #8 is what Kafka reads.
void write_key(FILE* to, EVP_PKEY* key, const std::string& password = "") {
  std::string copy = password;
  const bool locked = !password.empty();
  const int ok =
      PEM_write_PKCS8PrivateKey(to, key, locked ? EVP_aes_256_cbc() : nullptr, locked ? copy.data() : nullptr,
                                static_cast<int>(copy.size()), nullptr, nullptr);
  HEDGEROW_CHECK(ok == 1, "a key cannot be written");
}

std::string plain_login(const std::string& password) {
  return std::string{"org.apache.kafka.common.security.plain.PlainLoginModule required user_"} + user_name + "=\"" +
         password + "\";";
}

}  // namespace

std::string to_toml(const kafka_section& section) {
  std::string text = "[kafka]\n";
  for (const auto& [key, value] : section) text += key + " = \"" + value + "\"\n";
  return text;
}

secure_broker::secure_broker() {
  const authority ours{"ours"};
  const authority other{"foreign"};
  write_identity("client", ours, "DNS:client");
  write_identity("server", ours, "IP:127.0.0.1");
  write_identity("misnamed", ours, "DNS:another.example");
  write_identity("foreign", other, "DNS:client");
  start(options());
}

void secure_broker::start(demo::kafka_options options) {
  auto started = demo::kafka_process::start(std::move(options));
  // Every later test needs the broker too.
  HEDGEROW_CHECK(started.has_value(), started ? "" : started.error().c_str());
  process_ = std::move(*started);
}

void secure_broker::restart_with(const std::string& password) {
  auto again = process_->options();
  process_.reset();
  for (auto& l : again.listeners)
    if (l.name == login_listener) l.settings["plain.sasl.jaas.config"] = plain_login(password);
  start(std::move(again));
}

secure_broker::~secure_broker() {
  if (process_) process_->kill_hard();  // its data goes as well
}

/// Certificate, key, both in one file as the broker wants them, and the authority.
void secure_broker::write_identity(const std::string& name, const authority& by, const std::string& host) const {
  const auto made = by.issue(host);
  PEM_write_X509(open_file(file(name + ".pem"), "w").get(), made.certificate.get());
  write_key(open_file(file(name + ".key"), "w").get(), made.key.get());
  write_key(open_file(file(name + ".locked"), "w").get(), made.key.get(), user_password);
  write_key(open_file(file(name + ".store"), "w").get(), made.key.get());
  PEM_write_X509(open_file(file(name + ".store"), "a").get(), made.certificate.get());
  std::ofstream{file(name + ".ca")} << by.pem();
}

demo::kafka_listener secure_broker::tls(const char* name, const char* protocol, const std::string& identity) const {
  demo::kafka_listener made{name, protocol, {}};
  made.settings = {{"ssl.keystore.type", "PEM"},
                   {"ssl.keystore.location", file(identity + ".store")},
                   {"ssl.truststore.type", "PEM"},
                   {"ssl.truststore.location", file("server.ca")}};
  return made;
}

demo::kafka_options secure_broker::options() const {
  auto all = kafka_test_options(file("kafka"));
  auto mutual = tls(mutual_listener, "SSL", "server");
  mutual.settings["ssl.client.auth"] = "required";
  auto login = tls(login_listener, "SASL_SSL", "server");
  login.settings["sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512";
  login.settings["plain.sasl.jaas.config"] = plain_login(user_password);
  demo::kafka_listener open_login{open_login_listener, "SASL_PLAINTEXT", {}};
  open_login.settings["sasl.enabled.mechanisms"] = "SCRAM-SHA-256,SCRAM-SHA-512";
  for (auto* l : {&login, &open_login})
    for (const char* mechanism : {"scram-sha-256", "scram-sha-512"})
      l->settings[mechanism + std::string{".sasl.jaas.config"}] =
          "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  all.listeners = {tls(tls_listener, "SSL", "server"), mutual, login, open_login,
                   tls(misnamed_listener, "SSL", "misnamed")};
  all.users = {{"SCRAM-SHA-256", user_name, user_password}, {"SCRAM-SHA-512", user_name, user_password}};
  return all;
}

kafka_section secure_broker::section_for(const std::string& listener) const {
  static std::atomic<int> count{0};
  kafka_section section{{"bootstrap", process_->bootstrap(listener)},
                        {"prefix", "s" + std::to_string(++count) + "."},
                        {"security", "ssl"},
                        {"ca_file", file("server.ca")},
                        {"session_timeout", "1500ms"},
                        {"transaction_timeout", "3s"}};
  if (listener == mutual_listener) {
    section["certificate"] = file("client.pem");
    section["key"] = file("client.key");
  }
  if (listener == open_login_listener) section.erase("ca_file");
  if (listener == login_listener || listener == open_login_listener) {
    section["security"] = listener == login_listener ? "sasl_ssl" : "sasl_plaintext";
    section["sasl_mechanism"] = listener == login_listener ? "plain" : "scram_sha_512";
    section["sasl_username"] = user_name;
    section["sasl_password"] = user_password;
  }
  return section;
}

secure_broker& shared_secure_broker() {
  static secure_broker broker;
  return broker;
}

}  // namespace hedgerow::test
