// hedgerow topics plan|apply|check: the cluster's topics against the topics table.
#include <cstdio>

#include "runtime/adapters/kafka/kafka_topics.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/world/kafka_cluster.hpp"

namespace hedgerow::cli {
namespace {

using findings = std::vector<adapters::topic_finding>;

int complain_of_topics(const std::string& what) {
  std::fprintf(stderr, "hedgerow topics: %s\n", what.c_str());
  return exit_failed;
}

constexpr const char* partitions = "partitions";

bool can_be_set(const adapters::topic_difference& d) { return d.property != partitions; }

/// One line for each topic that is not as it should be; the number of them.
std::size_t show(const findings& all) {
  std::size_t count = 0;
  for (const auto& f : all) {
    if (!f.exists) {
      std::printf("%-28s make it\n", f.name.c_str());
      ++count;
    }
    for (const auto& d : f.differences) {
      std::printf("%-28s %s is %s, must be %s%s\n", f.name.c_str(), d.property.c_str(), d.found.c_str(),
                  d.wanted.c_str(), can_be_set(d) ? "" : "  (cannot be changed)");
      ++count;
    }
  }
  if (count == 0) std::printf("all %zu topics are as they must be\n", all.size());
  return count;
}

int check(const findings& all) {
  if (show(all) == 0) return exit_ok;
  if (const auto why = adapters::explain_partitions(all); !why.empty()) return complain_of_topics(why);
  return complain_of_topics("`hedgerow topics apply` makes it so");
}

int plan(const findings& all) {
  show(all);
  if (const auto why = adapters::explain_partitions(all); !why.empty()) return complain_of_topics(why);
  return exit_ok;
}

int apply(const adapters::kafka_options& options, const findings& all) {
  if (const auto why = adapters::explain_partitions(all); !why.empty()) return complain_of_topics(why);
  if (show(all) == 0) return exit_ok;
  if (auto done = adapters::apply_to_cluster(options, all); !done) return complain_of_topics(done.error().detail);
  std::printf("done\n");
  return exit_ok;
}

int run_topics(const std::string& file, const std::string& verb) {
  const auto values = load_config(file);
  if (!values) return exit_usage;
  const auto options = world::to_kafka_options(*values);
  const auto all = adapters::inspect_cluster(options);
  if (!all)
    return complain_of_topics("kafka.bootstrap = \"" + values->kafka.policy.bootstrap + "\": " + all.error().detail);
  if (verb == "apply") return apply(options, *all);
  return verb == "plan" ? plan(*all) : check(*all);
}

}  // namespace

void add_topics_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("topics", "Kafka's topics against the topics table");
  command->require_subcommand(1);
  const auto add = [&](const std::string& verb, const char* meaning) {
    auto* sub = command->add_subcommand(verb, meaning);
    auto file = std::make_shared<std::string>();
    sub->add_option("--config", *file, "TOML file with [kafka] and [log]")->required();
    sub->callback([&run, file, verb] { run = [file, verb] { return run_topics(*file, verb); }; });
  };
  add("plan", "Shows what apply would do, and does nothing");
  add("apply", "Makes missing topics and sets retention, compaction and sizes");
  add("check", "Exit code 1 when a topic is missing or not as it must be");
}

}  // namespace hedgerow::cli
