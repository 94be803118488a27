#include "runtime/cli/commands.hpp"

namespace hedgerow::cli {

void add_commands(CLI::App& app, chosen& run) {
  add_node_command(app, run);
  add_demo_command(app, run);
  add_auth_command(app, run);
  add_config_command(app, run);
  add_topics_command(app, run);
  add_replay_command(app, run);
  add_log_command(app, run);
  add_chain_command(app, run);
  add_completion_command(app, run);
}

}  // namespace hedgerow::cli
