// Keys of the node itself: what runs on it, its event log, its bridges and its supervisor.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {

using namespace std::chrono_literals;
using namespace kinds;

std::vector<section_spec> node_sections() {
  std::vector<section_spec> out;
  out.push_back(section<&settings::node>(
      "node", "This process.",
      {text<&node_settings::name>("name", node_name, "1 to 64 letters, digits, '-', '_', '.'",
                                  "Name of this node in logs, metrics and the consumer groups of the event log. "
                                  "Every node has its own: a second one with the same name takes over from the "
                                  "first, and is refused in a [cluster]."),
       list<&node_settings::actors>("actors", not_empty, "all, paper, or names of services",
                                    "What runs here. `all` is every service; `paper` is the simulated broker, which is "
                                    "none of them."),
       text<&node_settings::data_dir>(
           "data_dir", not_empty, "a folder, made when missing",
           "Where the event log, the paper ledger and the count of the broker's calls live.")}));
  out.push_back(section<&settings::log>(
      "log", "The event log.",
      {choice<&log_settings::kind>(
           "kind", {{"sqlite", log_kind::sqlite}, {"kafka", log_kind::kafka}, {"memory", log_kind::memory}},
           "sqlite: one file in data_dir, one node. kafka: a cluster, any number of nodes; see [kafka]. memory: gone "
           "at "
           "exit, for trials and tests only."),
       within<&log_settings::policy>(integer<&log_policy::symbol_partitions>(
           "symbol_partitions", 1, 256,
           "Partitions of the topics that are divided by symbol. Fixed once the log exists.")),
       choice<&log_settings::durability>("durability",
                                         {{"full", log_durability::full}, {"normal", log_durability::normal}},
                                         "full: a commit survives loss of power. normal: it survives a crash of the "
                                         "process, and loss of power may undo the newest ones."),
       within<&log_settings::policy>(duration<&log_policy::maintenance_interval>(
           "maintenance_interval", 1s, 24h, "How often retention and compaction are applied."))}));
  out.push_back(section<&settings::bridge>(
      "bridge", "What moves records between the event log and the actors.",
      {integer<&bridge_settings::batch_max>("batch_max", 0, 100'000,
                                            "Most records taken in one cycle, and so in one transaction; 0: 4000 on "
                                            "Kafka, 1000 on other logs."),
       within<&bridge_settings::policy>(integer<&bridge_policy::commits_in_flight>(
           "commits_in_flight", 1, 64, "Transactions that may be on their way at once.")),
       within<&bridge_settings::policy>(
           duration<&bridge_policy::handle_timeout>("handle_timeout", 100ms, 10min,
                                                    "An actor that does not answer its records for this long is "
                                                    "restarted.")),
       within<&bridge_settings::policy>(integer<&bridge_policy::max_attempts>(
           "max_attempts", 1, 100, "Tries of a single record before it becomes a dead letter.")),
       within<&bridge_settings::policy>(
           duration<&bridge_policy::idle_passivate>("idle_passivate", 1s, 24h * 7,
                                                    "An idle actor of a symbol or order without mail for this long is "
                                                    "stopped; its next record starts it again."))}));
  out.push_back(section<&settings::supervision>(
      "supervision", "Restarts of actors, and shutdown.",
      {duration<&supervision_settings::backoff_min>("backoff_min", 1ms, 1h, "Wait before the first restart."),
       duration<&supervision_settings::backoff_max>("backoff_max", 1ms, 1h, "Longest wait before a restart."),
       integer<&supervision_settings::budget>("budget", 0, 10'000,
                                              "A service that fails more often than this within "
                                              "budget_window ends the process; the API, its read model and "
                                              "the admin port are parked in place of that."),
       duration<&supervision_settings::budget_window>("budget_window", 1s, 24h, "Window of the restart budget."),
       duration<&supervision_settings::grace>("grace", 100ms, 10min,
                                              "How long one actor may take to finish at shutdown.")}));
  return out;
}

}  // namespace hedgerow::config::tables
