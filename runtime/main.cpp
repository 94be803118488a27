// The program: parses the command line and runs one command.
#include "runtime/cli/commands.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/version/version.hpp"

int main(int argc, char** argv) {
  using namespace hedgerow;
  cli::block_stop_signals();
  CLI::App app{"Keeps onchain fills of tokenized equities hedged at a stock broker"};
  app.set_version_flag("--version", std::string{version});
  app.require_subcommand(1);
  cli::chosen run;
  cli::add_commands(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? cli::exit_ok : cli::exit_usage;
  }
  return run();
}
