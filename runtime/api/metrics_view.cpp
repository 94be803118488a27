#include "runtime/api/metrics_view.hpp"

#include <algorithm>
#include <functional>

#include "actors/ingestion/ingestion_service.hpp"
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

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The gateway's current state, which it reports as text for the actor tree; its totals are in cells.
void add_gateway(prometheus_text& out, const actor_status& gateway) {
  const auto one = [&](const metric_family& f, std::string_view name) {
    out.family(f);
    for (const auto& [key, value] : gateway.detail)
      if (key == name && is_number(value)) out.sample({}, value);
  };
  one({"hedgerow_broker_calls_in_window", "Calls to the broker within the last minute.", gauge}, "calls_in_window");
  one({"hedgerow_broker_calls_allowed", "Calls to the broker that this node may make in a minute.", gauge},
      "calls_allowed");
  constexpr std::string_view prefix = "waiting.";
  out.family({"hedgerow_broker_calls_waiting", "Calls to the broker that wait for their turn.", gauge});
  for (const auto& [key, value] : gateway.detail)
    if (key.starts_with(prefix) && is_number(value)) out.sample({{"class", key.substr(prefix.size())}}, value);
}

/// The chain as the live ingestion sees it, which is on one node of a cluster.
void add_chain(prometheus_text& out, const actor_status& tree) {
  const auto one = [&](const metric_family& f, std::string_view name) {
    out.family(f);
    for (const auto& service : tree.children)
      for (const auto& entity : service.children)
        for (const auto& [key, value] : entity.detail)
          if (entity.kind == ingestion::service_name && key == name && is_number(value)) out.sample({}, value);
  };
  one({"hedgerow_chain_connected", "1 when the chain's node is connected, 0 when it is not.", gauge}, "connected");
  one({"hedgerow_chain_head_block", "The newest block that the chain's node told of; 0 before the first.", gauge},
      "head");
  one({"hedgerow_chain_checkpoint_block", "The block up to which everything has been read.", gauge}, "checkpoint");
  one({"hedgerow_chain_checkpoint_distance_blocks", "How far the checkpoint is below the node's newest block.", gauge},
      "checkpoint_distance");
  out.family({"hedgerow_chain_checkpoint_age_seconds",
              "How long ago a range was read, or nothing was left to read.", gauge});
  for (const auto& service : tree.children)
    for (const auto& entity : service.children)
      for (const auto& [key, value] : entity.detail)
        if (entity.kind == ingestion::service_name && key == "checkpoint_age_ms" && is_number(value))
          out.sample({}, std::to_string(std::stoll(value) / 1000));
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
  const auto end = [&](const metric_family& f, timestamp login_row::* when) {
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
  out.family({"hedgerow_service_up",
              "1 when the service runs and answers, 0 while it is restarting, parked or silent.", gauge});
  for (const auto& child : tree.children)
    out.sample({{"service", child.name}},
               child.state == "restarting" || child.state == "parked" || child.state == "not answering" ? 0 : 1);
  out.family({"hedgerow_service_mailbox_messages",
              "Messages that wait for the service and its entities, of at most a hundred of them.", gauge});
  for (const auto& child : tree.children) out.sample({{"service", child.name}}, std::to_string(mail_of(child)));
  for (const auto& child : tree.children)
    if (child.kind == "gateway") add_gateway(out, child);
  add_chain(out, tree);
  return out.take();
}

std::string lag_metrics(const std::vector<partition_lag>& lag) {
  prometheus_text out;
  out.family({"hedgerow_consumer_lag_records",
              "Records of the partition that the service has not handled yet.", gauge});
  for (const auto& one : lag)
    out.sample({{"service", one.group},
                {"topic", std::string{to_string(one.source.topic)}},
                {"partition", std::to_string(one.source.partition)}},
               one.records);
  return out.take();
}

std::string business_metrics(const projection_overview& known, timestamp now) {
  prometheus_text out;
  add_positions(out, known.positions, now);
  add_executions(out, known);
  add_login(out, known.login, now);
  return out.take();
}

std::string source_metrics(const std::vector<std::pair<std::string, bool>>& answered) {
  prometheus_text out;
  out.family({"hedgerow_metrics_source_up",
              "1 when this part of the metrics could be had, 0 when it is missing.", gauge});
  for (const auto& [source, came] : answered) out.sample({{"source", source}}, came ? 1 : 0);
  return out.take();
}

}  // namespace hedgerow::api
