#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/node/registry.hpp"

namespace hedgerow::cli {
namespace {

const auto every_subcommand = [](const CLI::App*) { return true; };

std::string joined(const std::string& a, const std::string& b) { return a.empty() ? b : a + " " + b; }

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out = joined(out, word);
  return out;
}

/// The values of an option that takes one of a few, as the option itself tells them: TEXT:{a,b}.
std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

/// Adds what may follow a command, each once: its subcommands, its options, the values of what has no name, and theirs
/// when `deep`.
void add_words(const CLI::App& command, bool deep, std::vector<std::string>& all) {
  const auto add = [&](const std::string& word) {
    if (std::find(all.begin(), all.end(), word) == all.end()) all.push_back(word);
  };
  const auto subcommands = command.get_subcommands(every_subcommand);
  for (const auto* sub : subcommands) add(sub->get_name());
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) add("--" + name);
    if (!option->get_positional()) continue;
    for (const auto& value : values_of(*option)) add(value);
  }
  if (!deep) return;
  for (const auto* sub : subcommands) add_words(*sub, deep, all);
}

std::string words_of(const CLI::App& command, bool deep) {
  std::vector<std::string> all;
  add_words(command, deep, all);
  return joined(all);
}

void collect_values(const CLI::App& command, std::map<std::string, std::string>& by_option) {
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames())
      if (const auto values = values_of(*option); !values.empty()) by_option["--" + name] = joined(values);
  for (const auto* sub : command.get_subcommands(every_subcommand)) collect_values(*sub, by_option);
}

std::string service_names() {
  std::string out{config::every_service};
  for (const auto& service : node::all_services()) out = joined(out, std::string{service.name});
  return joined(out, std::string{config::paper_broker});
}

/// Made from the command line's own description, so that nothing is left out.
std::string bash_script(const CLI::App& app) {
  std::map<std::string, std::string> by_option;
  collect_values(app, by_option);
  by_option["--actors"] = service_names();
  std::string out =
      "# bash completion for hedgerow: source <(hedgerow completion bash)\n"
      "_hedgerow() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  case $previous in\n"
      "    --config|--data|FILE) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n";
  for (const auto& [option, values] : by_option)
    out += "    " + option + ") COMPREPLY=($(compgen -W \"" + values + "\" -- \"$current\")); return ;;\n";
  out += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const auto* command : app.get_subcommands(every_subcommand)) {
    const auto words = words_of(*command, true);
    out += "    " + command->get_name() + ") COMPREPLY=($(compgen -W \"" + words +
           "\" -- \"$current\") $(compgen -f -- \"$current\")) ;;\n";
  }
  return out + "    *) COMPREPLY=($(compgen -W \"" + words_of(app, false) + "\" -- \"$current\")) ;;\n  esac\n}\n" +
         "complete -F _hedgerow hedgerow\n";
}

}  // namespace

void add_completion_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("completion", "Prints a shell completion script");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  // The option writes into `shell`, which lives as long as the command.
  command->callback([&run, &app, shell] {
    run = [&app] {
      std::printf("%s", bash_script(app).c_str());
      return exit_ok;
    };
  });
}

}  // namespace hedgerow::cli
