#include "runtime/api/health_view.hpp"

#include <map>

#include "messages/events/names.hpp"
#include "messages/faults/fault_plan.hpp"
#include "runtime/api/json_writer.hpp"

namespace hedgerow::api {
namespace {

constexpr std::chrono::seconds unhedged_limit{60};
constexpr const char* draining = "the node is stopping";
constexpr const char* silent_log = "the event log does not answer; nothing is hedged until it does";

void find_troubled_actors(const protocol::actor_status& s, std::vector<std::string>& problems) {
  if (is_away(s.state)) problems.push_back(s.name + " is " + std::string{to_string(s.state)});
  if (s.state == protocol::run_state::parked)
    problems.push_back(s.name + " is parked after too many failures: " + s.last_error);
  for (const auto& problem : s.problems) problems.push_back(s.name + ": " + problem);
  for (const auto& child : s.children) find_troubled_actors(child, problems);
}

void add_business(const health_input& in, const projection_overview& known, std::vector<std::string>& problems) {
  for (const auto& row : known.positions.rows) {
    const auto& symbol = row.latest.symbol.str();
    if (row.latest.frozen) problems.push_back(symbol + " is frozen: a person must decide");
    if (row.unhedged_since && in.now - *row.unhedged_since > unhedged_limit)
      problems.push_back(symbol + " has " + row.latest.exposure().to_string() + " shares unhedged since " +
                         to_rfc3339(*row.unhedged_since));
  }
  if (!in.broker.login) return;
  if (!known.login)
    problems.emplace_back("no broker login yet; open /auth/login");
  else if (known.login->event == token_event::expired || known.login->access_expires_at <= in.now)
    problems.push_back("no valid broker token: " + known.login->detail);
}

std::vector<std::string> find_problems(const health_input& in, const projection_overview* known) {
  std::vector<std::string> problems;
  if (in.tree.state == protocol::run_state::draining) problems.emplace_back(draining);
  find_troubled_actors(in.tree, problems);
  if (!in.lag.log_answers) problems.emplace_back(silent_log);
  if (in.members)
    for (const auto& m : in.members->members)
      if (m.state == domain::member_state::unreachable)
        problems.push_back("node " + m.info.name + " at " + m.info.address() + " is unreachable");
  for (const auto& rule : faults::armed_rules())
    problems.push_back("faults.plan makes this node fail on purpose: " + rule);
  if (known != nullptr) add_business(in, *known, problems);
  return problems;
}

void write_lag(json_writer& w, const known_lag& lag) {
  std::map<std::string, std::int64_t> by_group;
  if (lag)
    for (const auto& one : *lag) by_group[one.group] += one.records;
  w.key("lag");
  w.begin_object();
  for (const auto& [group, records] : by_group) w.field(group, records);
  w.end_object();
}

void write_business(json_writer& w, const projection_overview& known) {
  w.field("trades", known.totals.trades);
  w.field("executions", known.totals.executions);
  w.field("dead_letters", known.totals.dead_letters);
  w.key("token");
  if (!known.login) return w.null();
  w.begin_object();
  w.field("event", to_string(known.login->event));
  w.field("access_expires_at", known.login->access_expires_at);
  w.field("login_expires_at", known.login->refresh_expires_at);
  w.end_object();
}

}  // namespace

std::vector<std::string> find_blockers(const protocol::actor_status& tree, const lag_reading& lag) {
  std::vector<std::string> blockers;
  if (tree.state == protocol::run_state::draining) blockers.emplace_back(draining);
  for (const auto& child : tree.children)
    if (is_away(child.state)) blockers.push_back(child.name + " is " + std::string{to_string(child.state)});
  if (!lag.log_answers) blockers.emplace_back(silent_log);
  return blockers;
}

std::string health_view(const health_input& in, const projection_overview* known) {
  const auto problems = find_problems(in, known);
  json_writer w;
  w.begin_object();
  w.field("status", !find_blockers(in.tree, in.lag).empty() ? "unavailable" : problems.empty() ? "ok" : "degraded");
  w.key("problems");
  w.begin_array();
  for (const auto& p : problems) w.text(p);
  w.end_array();
  w.field("node", in.node);
  w.field("version", in.version);
  w.field("started_at", in.started_at);
  w.field("uptime_ms", (in.now - in.started_at).count() / 1000);
  if (known != nullptr) write_business(w, *known);
  write_lag(w, in.lag.lag);
  w.key("cluster");
  w.begin_array();
  if (in.members)
    for (const auto& m : in.members->members) {
      w.begin_object();
      w.field("name", m.info.name);
      w.field("state", domain::to_string(m.state));
      w.field("last_heartbeat_ms", m.state == domain::member_state::reachable && &m == in.members->members.data()
                                       ? std::int64_t{0}
                                       : std::int64_t{(in.monotonic - m.heard) / std::chrono::milliseconds{1}});
      w.end_object();
    }
  w.end_array();
  w.key("services");
  w.begin_object();
  for (const auto& child : in.tree.children) w.field(child.name, to_string(child.state));
  w.end_object();
  w.end_object();
  return w.take();
}

}  // namespace hedgerow::api
