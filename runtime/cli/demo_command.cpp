#include <unistd.h>

#include <cstdio>

#include "runtime/cli/commands.hpp"
#include "runtime/cli/demo_session.hpp"
#include "runtime/cli/live_view.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/telemetry/telemetry.hpp"

namespace hedgerow::cli {
namespace {

constexpr std::chrono::milliseconds refresh{500};
constexpr std::chrono::seconds settle_after_for{90};
constexpr std::chrono::seconds settle_after_signal{5};
/// More than happens between two looks.
constexpr std::size_t printed_rows = 1000;
constexpr const char* clear_screen = "\x1b[H\x1b[2J";

struct demo_arguments {
  demo_options options;
  std::string run_for;
};

/// "60s", "500ms", "5m" or plain seconds; nothing for other text.
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 9) return std::nullopt;
  const std::chrono::milliseconds::rep count = std::stoll(text.substr(0, digits));
  const std::string unit = text.substr(digits);
  if (unit == "ms") return std::chrono::milliseconds{count};
  if (unit == "s" || unit.empty()) return std::chrono::seconds{count};
  if (unit == "m") return std::chrono::minutes{count};
  if (unit == "h") return std::chrono::hours{count};
  return std::nullopt;
}

/// Nothing when the query side does not answer.
std::optional<live_rows> rows_to_show(node::node& running, std::size_t limit) {
  auto known = running.overview();
  auto trades = running.trades({.symbol = {}, .limit = limit});
  auto executions = running.executions({.symbol = {}, .limit = limit});
  if (!known || !trades || !executions) return std::nullopt;
  return live_rows{*std::move(known), *std::move(trades), *std::move(executions)};
}

/// Shows the demo until a signal or the end of the time. False: the node gave up.
bool show(demo_session& session, std::optional<std::chrono::milliseconds> run_for, bool& by_signal) {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  const auto& s = session.settings();
  const live_header header{"Hedgerow demo", "http://127.0.0.1:" + std::to_string(s.api.port),
                           "http://127.0.0.1:" + std::to_string(s.admin.port) + "/actors?format=text",
                           session.started_at()};
  line_printer printer;
  for (;;) {
    if (const auto rows = rows_to_show(session.running(), terminal ? screen_rows : printed_rows)) {
      const auto text =
          terminal ? clear_screen + live_screen(*rows, header, session.now()) : printer.lines(*rows, session.now());
      std::fputs(text.c_str(), stdout);
    }
    std::fflush(stdout);
    const auto got = wait_for_stop(refresh);
    if (!session.running().death().empty()) return false;
    by_signal = got && *got != 0;
    if (by_signal || (run_for && session.now() - session.started_at() >= *run_for)) return true;
  }
}

int summarize(const audit_result& result, const std::vector<std::string>& left, bool by_signal) {
  std::printf("\n%s\n", result.table.c_str());
  for (const auto& name : left) std::printf("%s did not drain in time\n", name.c_str());
  // Stopped in the middle of things, what is under way is picked up at the next start.
  if (by_signal) {
    std::printf("Stopped. Start again to go on where it stopped.\n");
    return exit_ok;
  }
  for (const auto& difference : result.differences) std::printf("DIFFERENCE  %s\n", difference.c_str());
  if (!result.settled) std::printf("DIFFERENCE  something is still unhedged or under way\n");
  const bool agree = result.differences.empty() && result.settled;
  std::printf("%s\n", agree ? "The books, the chain and the broker agree." : "The books do NOT agree.");
  return agree ? exit_ok : exit_failed;
}

int run_demo(const demo_arguments& arguments) {
  std::optional<std::chrono::milliseconds> run_for;
  if (!arguments.run_for.empty()) {
    run_for = parse_duration(arguments.run_for);
    if (!run_for) {
      std::fprintf(stderr, "--for %s: write a number with ms, s, m or h, such as 60s\n", arguments.run_for.c_str());
      return exit_usage;
    }
  }
  world::machine machine;
  // In a terminal the screen is the message; a pipe gets alarms among its lines.
  auto notices = telemetry::make_notices({isatty(STDOUT_FILENO) != 0 ? "off" : "warn", false}, machine.clock);
  demo_session session{arguments.options, *notices};
  if (const auto why = session.start(); !why.empty()) {
    std::fprintf(stderr, "hedgerow demo: %s\n", why.c_str());
    return exit_failed;
  }
  std::printf("API http://127.0.0.1:%u   admin http://127.0.0.1:%u/actors?format=text\n",
              unsigned{arguments.options.api_port}, unsigned{arguments.options.admin_port});
  std::fflush(stdout);
  bool by_signal = false;
  if (!show(session, run_for, by_signal)) {
    std::fprintf(stderr, "hedgerow demo: gave up: %s\n", session.running().death().c_str());
    return exit_failed;
  }
  std::printf("\nStopping: the market first, then the node when everything is hedged\n");
  std::fflush(stdout);
  const auto result = session.finish(by_signal ? settle_after_signal : settle_after_for);
  return summarize(result, session.stop(), by_signal);
}

}  // namespace

void add_demo_command(CLI::App& app, chosen& run) {
  auto* command =
      app.add_subcommand("demo", "A local chain, a market, a paper broker and a node, with a live view; Ctrl-C stops");
  auto a = std::make_shared<demo_arguments>();
  command->add_option("--for", a->run_for, "End by itself after this time, such as 60s, with a summary");
  command->add_option("--log", a->options.log, "Event log; kafka starts a broker of its own")
      ->check(CLI::IsMember({"sqlite", "kafka", "memory"}));
  const auto* data =
      command->add_option("--data", a->options.data_dir, "Folder for the chain, the log and the broker's ledger")
          ->capture_default_str();
  command->add_option("--fills-per-second", a->options.fills_per_second, "How busy the market is")
      ->check(CLI::Range(0.0, 200.0))
      ->capture_default_str();
  command->add_option("--seed", a->options.seed, "Of the market and the broker")->capture_default_str();
  command->add_option("--api-port", a->options.api_port)->capture_default_str();
  command->add_option("--admin-port", a->options.admin_port)->capture_default_str();
  command->add_option("--anvil", a->options.anvil, "Program of the EVM node; by default the one that setup installed");
  command->add_option("--faults", a->options.faults, "Fault plan of the paper broker, as JSON");
  // Chain, log and ledger of a folder belong together.
  command->callback([&run, a, data] {
    if (a->options.log == "kafka" && data->count() == 0) a->options.data_dir += "-kafka";
    run = [a] { return run_demo(*a); };
  });
}

}  // namespace hedgerow::cli
