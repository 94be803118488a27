#include "runtime/cli/program.hpp"

#include <string>

#include "runtime/cli/commands.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/version/version.hpp"

namespace hedgerow::cli {

int run_program(int argc, char** argv) {
  block_stop_signals();
  CLI::App app{"Keeps onchain fills of tokenized equities hedged at a stock broker"};
  app.set_version_flag("--version", std::string{version});
  app.require_subcommand(1);
  chosen run;
  add_commands(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? exit_ok : exit_usage;
  }
  return run();
}

}  // namespace hedgerow::cli
