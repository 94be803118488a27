// Keys of the event log on Apache Kafka.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {

using namespace std::chrono_literals;
using namespace kinds;

namespace {

key_spec cluster(key_spec key) { return within<&kafka_settings::policy>(std::move(key)); }

section_spec kafka() {
  return section<&settings::kafka>(
      "kafka", "The event log on Apache Kafka; used when log.kind is kafka.",
      {cluster(text<&kafka_policy::bootstrap>("bootstrap", not_empty, "host:port, or several with commas",
                                              "Brokers to begin with.")),
       cluster(
           text<&kafka_policy::prefix>("prefix", any_text, "letters, digits, '-', '_', '.'",
                                       "In front of topics, consumer groups and transactional ids, for a cluster that "
                                       "others use too.")),
       cluster(flag<&kafka_policy::create_topics>("create_topics", "Make missing topics at start.")),
       cluster(integer<&kafka_policy::replication_factor>("replication_factor", 0, 9,
                                                          "Copies of topics that are made. 0: the broker's default.")),
       cluster(flag<&kafka_policy::static_membership>("static_membership",
                                                      "A node keeps its partitions over a restart that is shorter than "
                                                      "session_timeout. A node that stops for good "
                                                      "then hands them over only after session_timeout.")),
       cluster(duration<&kafka_policy::session_timeout>(
           "session_timeout", 500ms, 5min,
           "A node that is silent for this long loses its partitions to others. "
           "The broker's group.min.session.timeout.ms is the lower limit.")),
       cluster(duration<&kafka_policy::rebalance_timeout>(
           "rebalance_timeout", 1s, 10min, "How long a node may take to give up partitions when another joins.")),
       cluster(duration<&kafka_policy::transaction_timeout>(
           "transaction_timeout", 1s, 5min, "Deadline of a transaction; bounds what a killed node can delay.")),
       cluster(duration<&kafka_policy::request_timeout>("request_timeout", 1s, 5min,
                                                        "Deadline of other questions to the broker.")),
       cluster(duration<&kafka_policy::statistics_interval>(
           "statistics_interval", 0ms, 5min,
           "How often the clients report bytes, requests, broker errors and round trips to /metrics. 0ms: never.")),
       choice<&kafka_settings::security>("security",
                                         {{"plaintext", kafka_security::plaintext},
                                          {"ssl", kafka_security::ssl},
                                          {"sasl_plaintext", kafka_security::sasl_plaintext},
                                          {"sasl_ssl", kafka_security::sasl_ssl}},
                                         "How to talk to the brokers."),
       text<&kafka_settings::ca_file>("ca_file", readable_file, "a readable PEM file, or empty",
                                      "Roots that the brokers' certificates are checked against."),
       text<&kafka_settings::certificate>("certificate", readable_file, "a readable PEM file, or empty",
                                          "Certificate of this node, when the brokers want one."),
       text<&kafka_settings::key>("key", readable_file, "a readable PEM file, or empty", "Its private key."),
       text<&kafka_settings::key_password>("key_password", any_text, "any text, or empty",
                                           "Password of the private key."),
       choice<&kafka_settings::sasl_mechanism>("sasl_mechanism",
                                               {{"plain", sasl_mechanism::plain},
                                                {"scram_sha_256", sasl_mechanism::scram_sha_256},
                                                {"scram_sha_512", sasl_mechanism::scram_sha_512}},
                                               "How to log in, when security says sasl."),
       text<&kafka_settings::sasl_username>("sasl_username", any_text, "any text, or empty", "Name of the login."),
       text<&kafka_settings::sasl_password>("sasl_password", any_text, "any text, or empty",
                                            "Password of the login.")});
}

refusal property_name(const std::string& name) {
  if (name.empty()) return "empty";
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (has("password") || has("secret") || name == "ssl.key.pem")
    return "a secret does not belong here; [kafka] has keys for passwords and files";
  for (const char* ours :
       {"transactional.id", "group.id", "group.instance.id", "isolation.level", "enable.auto.commit",
        "enable.auto.offset.store", "enable.idempotence", "partition.assignment.strategy", "bootstrap.servers", "acks",
        "request.required.acks", "max.in.flight", "max.in.flight.requests.per.connection"})
    if (name == ours) return "exactly once rests on this property, so it cannot be changed";
  return std::nullopt;
}

}  // namespace

std::vector<section_spec> kafka_sections() {
  std::vector<section_spec> out;
  out.push_back(kafka());
  out.push_back(map_section(
      "kafka_properties", "Further properties of librdkafka, by its names. Values are shown as ***.",
      "\"fetch.wait.max.ms\" = \"50\"", property_name, any_text,
      [](settings & s) -> auto& { return s.kafka_properties; }));
  out.back().secret = true;
  return out;
}

}  // namespace hedgerow::config::tables
