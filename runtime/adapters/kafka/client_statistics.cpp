#include "runtime/adapters/kafka/client_statistics.hpp"

#include <rapidjson/document.h>

namespace hedgerow::adapters {

using ports::metric_family;
using ports::metric_labels;
using enum ports::metric_kind;
using enum ports::metric_unit;

namespace {

/// A number of librdkafka's report, by its name there.
struct reported {
  const char* field;
  metric_family family;
};

constexpr reported client_sums[] = {
    {"tx_bytes", {"hedgerow_kafka_client_sent_bytes_total", "Bytes that the client sent to brokers."}},
    {"rx_bytes", {"hedgerow_kafka_client_received_bytes_total", "Bytes that the client received from brokers."}},
    {"txmsgs", {"hedgerow_kafka_client_sent_records_total", "Records that the client sent to brokers."}},
    {"rxmsgs",
     {"hedgerow_kafka_client_received_records_total",
      "Records that the client received from brokers, marks of transactions included."}},
    {"tx", {"hedgerow_kafka_client_requests_total", "Requests that the client sent to brokers."}},
    {"rx", {"hedgerow_kafka_client_responses_total", "Responses that the client received from brokers."}}};

constexpr reported client_levels[] = {
    {"msg_cnt", {"hedgerow_kafka_client_queued_records", "Records that wait in the client to be sent.", gauge}},
    {"msg_size",
     {"hedgerow_kafka_client_queued_bytes", "Bytes of records that wait in the client to be sent.", gauge}}};

constexpr reported broker_sums[] = {
    {"connects", {"hedgerow_kafka_broker_connects_total", "Attempts to connect to the broker."}},
    {"disconnects", {"hedgerow_kafka_broker_disconnects_total", "Connections to the broker that ended."}},
    {"txerrs", {"hedgerow_kafka_broker_send_errors_total", "Requests to the broker that could not be sent."}},
    {"rxerrs", {"hedgerow_kafka_broker_receive_errors_total", "Errors while receiving from the broker."}},
    {"txretries", {"hedgerow_kafka_broker_retries_total", "Requests to the broker that were sent again."}},
    {"req_timeouts", {"hedgerow_kafka_broker_timeouts_total", "Requests that the broker did not answer in time."}}};

constexpr metric_family round_trips{"hedgerow_kafka_broker_round_trips_total",
                                    "Answers of the broker whose time was taken."};
constexpr metric_family round_trip_time{"hedgerow_kafka_broker_round_trip_seconds_total",
                                        "Time from request to answer of the broker, summed up.", counter, nanoseconds};
constexpr metric_family broker_state{"hedgerow_kafka_broker_state", "Connections to the broker that are in this state.",
                                     gauge};

std::int64_t number(const rapidjson::Value& in, const char* field) {
  const auto found = in.FindMember(field);
  return found != in.MemberEnd() && found->value.IsInt64() ? found->value.GetInt64() : 0;
}

std::string text(const rapidjson::Value& in, const char* field) {
  const auto found = in.FindMember(field);
  return found != in.MemberEnd() && found->value.IsString() ? found->value.GetString() : "";
}

}  // namespace

client_statistics::client_statistics(ports::metrics_ptr registry, std::string service, std::string client)
    : registry_{std::move(registry)}, labels_{{"service", std::move(service)}, {"client", std::move(client)}} {}

client_statistics::~client_statistics() {
  for (const auto& [source, cell] : states_) cell->add(-1);
}

void client_statistics::count(const metric_family& family, const std::string& source, const metric_labels& labels,
                              std::int64_t sum) {
  auto& known = counted_[{family.name, source}];
  // A broker learns its number after a while, and its label changes.
  known.cell = registry_->value(family, labels);
  if (sum <= known.last) return;
  known.cell->add(sum - known.last);
  known.last = sum;
}

void client_statistics::note_state(const std::string& source, metric_labels labels, const std::string& state) {
  labels.emplace_back("state", state);
  const auto now = registry_->value(broker_state, labels);
  auto& before = states_[source];
  if (before == now) return;
  if (before) before->add(-1);
  now->add(1);
  before = now;
}

void client_statistics::take_broker(const rapidjson::Value& broker) {
  const auto kind = text(broker, "source");
  if (kind == "internal") return;
  // A coordinator is a connection of its own, and moves from broker to broker; others are told apart by address.
  const bool coordinator = kind == "logical";
  const auto id = number(broker, "nodeid");
  const auto source = text(broker, coordinator ? "name" : "nodename");
  auto labels = labels_;
  // Not the address: it may carry private names. The bootstrap connection has no broker number yet.
  labels.emplace_back("broker", coordinator ? source : id < 0 ? "bootstrap" : std::to_string(id));
  for (const auto& r : broker_sums) count(r.family, source, labels, number(broker, r.field));
  // Each report has the round trips since the last one, in microseconds.
  if (const auto rtt = broker.FindMember("rtt"); rtt != broker.MemberEnd() && rtt->value.IsObject()) {
    registry_->value(round_trips, labels)->add(number(rtt->value, "cnt"));
    registry_->value(round_trip_time, labels)->add(number(rtt->value, "sum") * 1000);
  }
  note_state(source, std::move(labels), text(broker, "state"));
}

void client_statistics::take(std::string_view json) {
  if (!registry_) return;
  rapidjson::Document report;
  report.Parse(json.data(), json.size());
  if (report.HasParseError() || !report.IsObject()) return;
  for (const auto& r : client_sums) count(r.family, "", labels_, number(report, r.field));
  for (const auto& r : client_levels) registry_->value(r.family, labels_)->set(number(report, r.field));
  const auto brokers = report.FindMember("brokers");
  if (brokers == report.MemberEnd() || !brokers->value.IsObject()) return;
  for (const auto& broker : brokers->value.GetObject())
    if (broker.value.IsObject()) take_broker(broker.value);
}

}  // namespace hedgerow::adapters
