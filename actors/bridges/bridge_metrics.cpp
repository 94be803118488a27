#include "actors/bridges/bridge_metrics.hpp"

#include <algorithm>

namespace hedgerow::bridges {

using ports::log_errc;
using ports::metric_family;
using enum ports::metric_kind;

namespace {

constexpr metric_family records_in_family{"hedgerow_bridge_records_in_total",
                                          "Records that the bridge took from its input topics."};
constexpr metric_family records_out_family{"hedgerow_bridge_records_out_total",
                                           "Records that the bridge committed, changelog and dead letters included."};
constexpr metric_family handed_over_family{"hedgerow_bridge_handed_over_total",
                                           "Transactions that the bridge left to the next one of its node."};
constexpr metric_family taken_over_family{
    "hedgerow_bridge_taken_over_total",
    "Records that the bridge handled when they were handed over, before they came from the log."};
constexpr metric_family dead_letters_family{"hedgerow_bridge_dead_letters_total",
                                            "Records that the bridge committed to the dead letters."};
constexpr metric_family commits_family{"hedgerow_bridge_commits_total", "Transactions of the bridge that are durable."};
constexpr metric_family commit_failures_family{"hedgerow_bridge_commit_failures_total",
                                               "Transactions of the bridge that failed."};
constexpr metric_family commits_in_flight_family{"hedgerow_bridge_commits_in_flight",
                                                 "Transactions of the bridge that are on their way.", gauge};
constexpr metric_family entity_restarts_family{"hedgerow_bridge_entity_restarts_total",
                                               "Entities that died or missed their deadline and were rebuilt."};
constexpr metric_family entities_family{"hedgerow_bridge_entities", "Entities of the assigned partitions.", gauge};
constexpr metric_family entities_live_family{"hedgerow_bridge_entities_live", "Entities that have an actor now.",
                                             gauge};
constexpr metric_family partitions_family{"hedgerow_bridge_partitions", "Partitions assigned to the bridge.", gauge};
constexpr metric_family failures_family{"hedgerow_bridge_failures_total",
                                        "Times that the bridge gave up and had to be started again, by reason."};

struct failure_reason {
  std::optional<log_errc> code;
  const char* name;
};
constexpr failure_reason failure_reasons[] = {{log_errc::fenced, "fenced"},
                                              {log_errc::replaced, "replaced"},
                                              {log_errc::lost_partition, "lost_partition"},
                                              {log_errc::timed_out, "timed_out"},
                                              {log_errc::io, "io"},
                                              {log_errc::closed, "closed"},
                                              {std::nullopt, "other"}};

}  // namespace

bridge_metrics::bridge_metrics(const ports::metrics_ptr& registry, const std::string& service) {
  const auto cell = [&](const metric_family& f) { return value_of(registry, f, {{"service", service}}); };
  records_in = cell(records_in_family);
  handed_over = cell(handed_over_family);
  taken_over = cell(taken_over_family);
  records_out_ = cell(records_out_family);
  dead_letters_ = cell(dead_letters_family);
  commits_ = cell(commits_family);
  commit_failures_ = cell(commit_failures_family);
  commits_in_flight_ = cell(commits_in_flight_family);
  entity_restarts = cell(entity_restarts_family);
  entities = cell(entities_family);
  entities_live = cell(entities_live_family);
  partitions = cell(partitions_family);
  for (const auto& reason : failure_reasons)
    failures_[reason.code] = value_of(registry, failures_family, {{"service", service}, {"reason", reason.name}});
  // The elder may have left its last state here.
  for (const auto& g : {entities, entities_live, partitions}) g->set(0);
}

bridge_metrics::share bridge_metrics::commit_begun(const log_transaction& what) {
  commits_in_flight_->add(1);
  return {static_cast<std::int64_t>(what.records.size()),
          std::count_if(what.records.begin(), what.records.end(),
                        [](const outgoing& r) { return r.to.topic == topic::dead_letters; })};
}

void bridge_metrics::commit_ended(const share& what, const expected<void, ports::log_error>& outcome) {
  commits_in_flight_->add(-1);
  if (!outcome) {
    commit_failures_->add();
    return failed(outcome.error().code);
  }
  commits_->add();
  records_out_->add(what.records);
  dead_letters_->add(what.dead_letters);
}

void bridge_metrics::failed(std::optional<log_errc> why) {
  if (failed_.exchange(true)) return;
  const auto known = failures_.find(why);
  (known != failures_.end() ? known : failures_.find(std::nullopt))->second->add();
}

}  // namespace hedgerow::bridges
