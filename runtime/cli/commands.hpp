// The commands of the program. Each adds itself to the command line and returns the process's exit code when run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace hedgerow::cli {

/// Exit codes: what scripts can rely on.
inline constexpr int exit_ok = 0;
/// Something failed while running; or what is compared does not agree: books, chain and broker, a log and its
/// positions, a log and a file, a log and the chain.
inline constexpr int exit_failed = 1;
/// The command line or the configuration is wrong.
inline constexpr int exit_usage = 2;

/// What the chosen command does; set by the parser.
using chosen = std::function<int()>;

/// All of them, in the order of --help.
void add_commands(CLI::App& app, chosen& run);

void add_node_command(CLI::App& app, chosen& run);
void add_demo_command(CLI::App& app, chosen& run);
void add_auth_command(CLI::App& app, chosen& run);
void add_config_command(CLI::App& app, chosen& run);
void add_topics_command(CLI::App& app, chosen& run);
void add_replay_command(CLI::App& app, chosen& run);
void add_log_command(CLI::App& app, chosen& run);
void add_chain_command(CLI::App& app, chosen& run);
void add_completion_command(CLI::App& app, chosen& run);

}  // namespace hedgerow::cli
