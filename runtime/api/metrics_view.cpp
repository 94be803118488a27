#include "runtime/api/metrics_view.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "messages/events/names.hpp"
#include "messages/events/topics.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

namespace hedgerow::api {

using ports::metric_family;
using protocol::actor_status;
using telemetry::prometheus_text;
using enum ports::metric_kind;

namespace {

std::string seconds_of(timestamp t) { return telemetry::in_seconds(microseconds{t.us}); }

std::uint64_t mail_of(const actor_status& s) {
  std::uint64_t sum = s.mailbox;
  for (const auto& child : s.children) sum += mail_of(child);
  return sum;
}

using gauge_samples = std::vector<std::pair<ports::metric_labels, std::string>>;

/// Bools are 1 or 0, spans and times are seconds; text has no number.
std::string number_of(const protocol::status_value& value) {
  return caf::visit(
      [](const auto& v) -> std::string {
        using kind = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<kind, std::string>)
          return {};
        else if constexpr (std::is_same_v<kind, std::chrono::milliseconds>)
          return telemetry::in_seconds(v);
        else if constexpr (std::is_same_v<kind, timestamp>)
          return seconds_of(v);
        else
          return std::to_string(v);
      },
      value);
}

/// By name of the series, so that the page has one order whatever actors there are.
void collect_gauges(const actor_status& s,
                    std::map<std::string_view, std::pair<const protocol::status_gauge*, gauge_samples>>& found) {
  for (const auto& one : s.detail) {
    if (one.gauge == nullptr) continue;
    auto number = number_of(one.value);
    if (number.empty()) continue;
    auto& [gauge_, samples] = found[one.gauge->series];
    gauge_ = one.gauge;
    ports::metric_labels labels;
    if (one.gauge->label != nullptr) labels.emplace_back(one.gauge->label, one.label_value);
    samples.emplace_back(std::move(labels), std::move(number));
  }
  for (const auto& child : s.children) collect_gauges(child, found);
}

void add_positions(prometheus_text& out, const position_list& all, timestamp now) {
  const auto each = [&](const metric_family& f, const std::function<std::string(const position_row&)>& show) {
    out.family(f);
    for (const auto& row : all.rows) out.sample({{"symbol", row.latest.symbol.str()}}, show(row));
  };
  each({"hedgerow_position_onchain_shares", "What the owner's orders have gained or lost on chain.", gauge},
       [](const auto& row) { return row.latest.onchain.to_string(); });
  each({"hedgerow_position_hedged_shares", "What was bought or sold against it at the broker.", gauge},
       [](const auto& row) { return row.latest.hedged.to_string(); });
  each({"hedgerow_position_reserved_shares", "What orders under way will change the exposure by.", gauge},
       [](const auto& row) { return row.latest.reserved.to_string(); });
  each({"hedgerow_position_exposure_shares", "On chain and hedged together: what is not hedged.", gauge},
       [](const auto& row) { return row.latest.exposure().to_string(); });
  each({"hedgerow_position_unhedged_seconds", "How long at least a whole share has not been hedged; 0 when it is.",
        gauge},
       [now](const auto& row) {
         return row.unhedged_since ? telemetry::in_seconds(std::max(microseconds{0}, now - *row.unhedged_since)) : "0";
       });
  each({"hedgerow_symbol_frozen", "1 when the symbol orders nothing until a person decides.", gauge},
       [](const auto& row) { return row.latest.frozen ? "1" : "0"; });
}

void add_executions(prometheus_text& out, const projection_overview& known) {
  out.family({"hedgerow_executions_in_state",
              "Executions that the API lists, by state: all open ones and the newest ended ones.", gauge});
  const auto& count = known.executions_in_state;
  for (std::size_t i = 0; i < count.size(); ++i)
    out.sample({{"state", std::string{to_string(static_cast<execution_state>(i))}}}, std::to_string(count[i]));
  const auto total = [&](const metric_family& f, std::uint64_t n) {
    out.family(f);
    out.sample({}, std::to_string(n));
  };
  total({"hedgerow_executions_total", "Executions in the log."}, known.totals.executions);
  total({"hedgerow_trades_total", "Fills of the owner on chain in the log."}, known.totals.trades);
  total({"hedgerow_dead_letters_total", "Dead letters in the log, of all services."}, known.totals.dead_letters);
}

void add_login(prometheus_text& out, const std::optional<login_row>& token, timestamp now) {
  const bool valid = token && token->event != token_event::expired && now < token->access_expires_at;
  out.family({"hedgerow_broker_token_valid", "1 when there is a valid access token of the broker.", gauge});
  out.sample({}, valid ? 1 : 0);
  const auto end = [&](const metric_family& f, timestamp login_row::*when) {
    out.family(f);
    if (token) out.sample({}, seconds_of((*token).*when));
  };
  end({"hedgerow_broker_token_expiry_timestamp_seconds", "When the broker's access token ends.", gauge},
      &login_row::access_expires_at);
  end({"hedgerow_broker_login_expiry_timestamp_seconds", "When a person has to log in at the broker again.", gauge},
      &login_row::refresh_expires_at);
}

}  // namespace

std::string identity_metrics(const node_identity& node) {
  prometheus_text out;
  out.family({"hedgerow_build_info", "The program and the node; always 1.", gauge});
  out.sample({{"version", node.version}, {"node", node.name}}, 1);
  out.family({"hedgerow_start_time_seconds", "When the node started, in seconds since 1970.", gauge});
  out.sample({}, seconds_of(node.started_at));
  return out.take();
}

std::string tree_metrics(const actor_status& tree) {
  prometheus_text out;
  out.family({"hedgerow_service_up", "1 when the service runs and answers, 0 while it is restarting, parked or silent.",
              gauge});
  for (const auto& child : tree.children)
    out.sample({{"service", child.name}}, is_away(child.state) || child.state == protocol::run_state::parked ? 0 : 1);
  out.family({"hedgerow_service_mailbox_messages",
              "Messages that wait for the service and its entities, of at most a hundred of them.", gauge});
  for (const auto& child : tree.children) out.sample({{"service", child.name}}, std::to_string(mail_of(child)));
  std::map<std::string_view, std::pair<const protocol::status_gauge*, gauge_samples>> found;
  collect_gauges(tree, found);
  for (const auto& [series, family] : found) {
    out.family({series, family.first->help, gauge});
    for (const auto& [labels, number] : family.second) out.sample(labels, number);
  }
  return out.take();
}

std::string lag_metrics(const std::vector<partition_lag>& lag) {
  prometheus_text out;
  out.family(
      {"hedgerow_consumer_lag_records", "Records of the partition that the service has not handled yet.", gauge});
  for (const auto& one : lag)
    out.sample({{"service", one.group},
                {"topic", std::string{to_string(one.source.topic)}},
                {"partition", std::to_string(one.source.partition)}},
               one.records);
  return out.take();
}

std::string business_metrics(const projection_overview& known, broker_capabilities broker, timestamp now) {
  prometheus_text out;
  add_positions(out, known.positions, now);
  add_executions(out, known);
  if (broker.login) add_login(out, known.login, now);
  return out.take();
}

std::string source_metrics(const std::vector<std::pair<std::string, bool>>& answered) {
  prometheus_text out;
  out.family(
      {"hedgerow_metrics_source_up", "1 when this part of the metrics could be had, 0 when it is missing.", gauge});
  for (const auto& [source, came] : answered) out.sample({{"source", source}}, came ? 1 : 0);
  return out.take();
}

}  // namespace hedgerow::api
