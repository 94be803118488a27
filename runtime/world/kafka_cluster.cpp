#include "runtime/world/kafka_cluster.hpp"

namespace hedgerow::world {
namespace {

const char* protocol_of(config::kafka_security security) {
  using enum config::kafka_security;
  switch (security) {
    case ssl: return "ssl";
    case sasl_plaintext: return "sasl_plaintext";
    case sasl_ssl: return "sasl_ssl";
    case plaintext: break;
  }
  return "plaintext";
}

const char* mechanism_of(config::sasl_mechanism mechanism) {
  using enum config::sasl_mechanism;
  switch (mechanism) {
    case scram_sha_256: return "SCRAM-SHA-256";
    case scram_sha_512: return "SCRAM-SHA-512";
    case plain: break;
  }
  return "PLAIN";
}

}  // namespace

adapters::kafka_options to_kafka_options(const config::settings& values) {
  const auto& k = values.kafka;
  adapters::kafka_options o;
  static_cast<kafka_policy&>(o) = k.policy;
  o.symbol_partitions = values.log.policy.symbol_partitions;
  o.properties = values.kafka_properties;
  o.properties["security.protocol"] = protocol_of(k.security);
  const auto set = [&](const char* property, const std::string& value) {
    if (!value.empty()) o.properties[property] = value;
  };
  set("ssl.ca.location", k.ca_file);
  set("ssl.certificate.location", k.certificate);
  set("ssl.key.location", k.key);
  set("ssl.key.password", k.key_password.reveal());
  if (k.security == config::kafka_security::sasl_plaintext || k.security == config::kafka_security::sasl_ssl) {
    o.properties["sasl.mechanism"] = mechanism_of(k.sasl_mechanism);
    set("sasl.username", k.sasl_username);
    set("sasl.password", k.sasl_password.reveal());
  }
  return o;
}

}  // namespace hedgerow::world
