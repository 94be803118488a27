#include "runtime/adapters/kafka/member_metrics.hpp"

namespace hedgerow::adapters {

using ports::metric_family;
using enum ports::metric_kind;
using enum ports::metric_unit;

namespace {

constexpr metric_family committed_family{"hedgerow_kafka_transactions_committed_total",
                                         "Kafka transactions that were committed."};
constexpr metric_family failed_family{"hedgerow_kafka_transactions_failed_total",
                                      "Kafka transactions that failed or were refused before they began."};
constexpr metric_family records_family{"hedgerow_kafka_transaction_records_total",
                                       "Records in committed Kafka transactions."};
constexpr metric_family time_family{"hedgerow_kafka_transaction_seconds",
                                    "Time of a Kafka transaction, from the begin to the broker's answer to the commit.",
                                    histogram, nanoseconds};
constexpr metric_family producing_family{"hedgerow_kafka_transaction_produce_seconds_total",
                                         "Time of Kafka transactions spent in handing records to the client.", counter,
                                         nanoseconds};
constexpr metric_family offsets_family{"hedgerow_kafka_transaction_offsets_seconds_total",
                                       "Time of Kafka transactions spent in waiting for the broker to take offsets.",
                                       counter, nanoseconds};
constexpr metric_family rebalances_family{"hedgerow_kafka_rebalances_total",
                                          "Times that the member gave up its partitions for a rebalance."};
constexpr metric_family buffered_family{"hedgerow_kafka_buffered_records",
                                        "Records that were fetched and that the bridge has not taken yet.", gauge};
constexpr metric_family errors_family{"hedgerow_kafka_consumer_errors_total",
                                      "Errors that the consumer was told of while it read."};

}  // namespace

member_metrics::member_metrics(const ports::metrics_ptr& registry, const std::string& service) {
  const auto cell = [&](const metric_family& f) { return value_of(registry, f, {{"service", service}}); };
  committed = cell(committed_family);
  failed = cell(failed_family);
  records = cell(records_family);
  time = histogram_of(registry, time_family, {{"service", service}});
  producing = cell(producing_family);
  sending_offsets = cell(offsets_family);
  rebalances = cell(rebalances_family);
  buffered = cell(buffered_family);
  consumer_errors = cell(errors_family);
  buffered->set(0);
}

}  // namespace hedgerow::adapters
