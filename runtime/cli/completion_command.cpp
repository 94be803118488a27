#include <cstdio>

#include "runtime/cli/commands.hpp"

namespace hedgerow::cli {
namespace {

constexpr const char* bash = R"(# bash completion for hedgerow: source <(hedgerow completion bash)
_hedgerow() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local sets="all ingestion validation accumulator execution poller tokens api paper"
  local replay="positions projection verify --config --at --offset --symbol --format --status --limit --now --help"
  case $previous in
    --config|FILE) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --actors) COMPREPLY=($(compgen -W "$sets" -- "$current")); return ;;
    --log) COMPREPLY=($(compgen -W "sqlite memory" -- "$current")); return ;;
  esac
  case ${COMP_WORDS[1]} in
    node) COMPREPLY=($(compgen -W "--config --actors --help" -- "$current")) ;;
    demo) COMPREPLY=($(compgen -W "--for --log --data --fills-per-second --seed --help" -- "$current")) ;;
    auth) COMPREPLY=($(compgen -W "--config --help" -- "$current")) ;;
    config) COMPREPLY=($(compgen -W "check show keys" -- "$current") $(compgen -f -- "$current")) ;;
    completion) COMPREPLY=($(compgen -W "bash" -- "$current")) ;;
    replay) COMPREPLY=($(compgen -W "$replay" -- "$current")) ;;
    log) COMPREPLY=($(compgen -W "export import verify --dry-run --help" -- "$current") $(compgen -f -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "node demo auth config replay log completion --help --version" -- "$current")) ;;
  esac
}
complete -F _hedgerow hedgerow
)";

}  // namespace

void add_completion_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("completion", "Prints a shell completion script");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  command->callback([&run] {
    run = [] {
      std::printf("%s", bash);
      return exit_ok;
    };
  });
}

}  // namespace hedgerow::cli
