#include <cstdio>

#include "config/config.hpp"
#include "config/derived.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/world/catalogue.hpp"

namespace hedgerow::cli {

void add_config_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("config", "Checks and explains the configuration");
  command->require_subcommand(1);

  auto* check = command->add_subcommand("check", "Says what is wrong with a configuration; exit code 2 if anything is");
  auto file = std::make_shared<std::string>();
  check->add_option("FILE,--config", *file, "TOML file")->required();
  check->callback([&run, file] {
    run = [file] {
      if (!load_config(*file)) return exit_usage;
      std::printf("%s: ok\n", file->c_str());
      return exit_ok;
    };
  });

  auto* show = command->add_subcommand("show", "Prints what is in force, with secrets as ***");
  auto shown = std::make_shared<std::string>();
  show->add_option("FILE,--config", *shown, "TOML file; without it the defaults");
  show->callback([&run, shown] {
    run = [shown] {
      const auto values = load_config(*shown);
      if (!values) return exit_usage;
      std::printf("%s%s", config::to_toml(*values).c_str(), config::describe_derived(*values).c_str());
      return exit_ok;
    };
  });

  auto* keys = command->add_subcommand("keys", "Lists every key with type, default, range and meaning");
  keys->callback([&run] {
    run = [] {
      std::printf("%s", config::describe(world::catalogue()).c_str());
      return exit_ok;
    };
  });
}

}  // namespace hedgerow::cli
