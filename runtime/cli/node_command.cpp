#include <algorithm>
#include <cstdio>
#include <sstream>

#include "messages/faults/fault_plan.hpp"
#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/complain.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/cli/ready.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/node/registry.hpp"
#include "runtime/telemetry/telemetry.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/paper_settings.hpp"
#include "runtime/world/world.hpp"

namespace hedgerow::cli {
namespace {

struct node_arguments {
  std::string config;
  std::string actors;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream{text};
  for (std::string part; std::getline(stream, part, ',');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

bool runs_services(const config::settings& values) {
  const auto& all = node::all_services();
  return std::any_of(all.begin(), all.end(), [&](const auto& service) { return values.runs(service.name); });
}

/// Waits for the end; true when a person asked for it.
bool wait_for_end(const node::node* running) {
  for (;;) {
    const auto got = wait_for_stop(std::chrono::hours{24});
    if (got && *got != 0) return true;
    if (running != nullptr && !running->death().empty()) return false;
  }
}

int stop_services(node::node& running, bool asked_for) {
  if (!asked_for) return complain("gave up: " + running.death());
  const auto left = running.stop();
  for (const auto& name : left) std::fprintf(stderr, "hedgerow: %s did not drain in time\n", name.c_str());
  std::printf("stopped\n");
  return exit_ok;
}

/// Nothing without a plan. The rules were checked with the configuration.
std::unique_ptr<faults::armed_plan> arm_faults(const config::fault_settings& values) {
  if (values.plan.empty()) return nullptr;
  return std::make_unique<faults::armed_plan>(faults::parse_fault_plan(values.plan, values.seed).value());
}

int run_node(const node_arguments& arguments) {
  auto values = load_config(arguments.config);
  if (!values) return exit_usage;
  if (!arguments.actors.empty()) {
    values->node.actors = split(arguments.actors);
    if (const auto errors = config::check(*values, world::catalogue()); !errors.empty()) {
      std::fprintf(stderr, "%s\n", config::to_string(errors).c_str());
      return exit_usage;
    }
  }
  const auto faults = arm_faults(values->faults);
  world::machine machine;
  const auto& logging = values->logging;
  constexpr const char* levels[] = {"trace", "debug", "info", "warn", "error", "off"};
  auto notices = telemetry::make_notices(
      {levels[static_cast<std::size_t>(logging.level)], logging.format == config::log_format::json}, machine.clock);

  std::unique_ptr<paper::paper_broker> broker;
  if (values->runs(config::paper_broker)) {
    auto started = paper::start_paper_broker(world::to_paper_options(*values), machine.clock);
    if (!started) return complain(started.error());
    broker = std::move(*started);
    std::printf("paper broker ready: %s\n", broker->origin().c_str());
    std::fflush(stdout);
  }
  if (!runs_services(*values)) {
    wait_for_end(nullptr);
    return exit_ok;
  }
  auto ports = world::make_ports(*values, machine);
  if (!ports) return complain(ports.error());
  ports->notices = notices.get();
  for (const auto& rule : values->faults.plan)
    notices->raise(ports::notice_level::alarm, "node", "fault_armed", rule,
                   "this node fails on purpose; remove [faults]");
  auto running = node::start_node(world::to_node_settings(*values), std::move(*ports), wake_stop);
  bool asked_to_stop = false;
  const auto why = wait_until_ready(*running, [&asked_to_stop] {
    const auto got = wait_for_stop(std::chrono::milliseconds{0});
    return asked_to_stop = got && *got != 0;
  });
  if (asked_to_stop) return stop_services(*running, true);
  if (!why.empty()) return complain(why);
  std::string where;
  if (world::needs_of(*values).api)
    where = "API http://" + values->api.address + ":" + std::to_string(values->api.port) + "  ";
  where += "admin http://" + values->admin.address + ":" + std::to_string(values->admin.port);
  std::printf("node %s ready: %s\n", values->node.name.c_str(), where.c_str());
  std::fflush(stdout);
  return stop_services(*running, wait_for_end(running.get()));
}

}  // namespace

void add_node_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("node", "Runs a node in the foreground until SIGTERM or Ctrl-C, then drains");
  auto arguments = std::make_shared<node_arguments>();
  command->add_option("--config", arguments->config, "TOML file (hedgerow config keys lists what can be in it)");
  std::string names{config::every_service};
  for (const auto& service : node::all_services()) names.append(",").append(service.name);
  command->add_option("--actors", arguments->actors,
                      "What runs here: some of " + names + "," + std::string{config::paper_broker});
  command->callback([&run, arguments] { run = [arguments] { return run_node(*arguments); }; });
}

}  // namespace hedgerow::cli
