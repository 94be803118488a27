#include "runtime/cli/replay_command.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "runtime/cli/commands.hpp"
#include "runtime/cli/complain.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/cli/progress.hpp"
#include "runtime/replay/position_check.hpp"
#include "runtime/replay/position_report.hpp"
#include "runtime/replay/projection.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/world.hpp"

namespace hedgerow::cli {
namespace {

struct replay_arguments {
  std::string config;
  std::string at;
  std::vector<std::string> offsets;
  std::string format = "text";
  std::string now;
  replay::projection_request projection;
};

int refuse(const std::string& what) {
  std::fprintf(stderr, "hedgerow: %s\n", what.c_str());
  return exit_usage;
}

/// Without a line end unless a person is looking: the API's bodies have none.
void print_body(const std::string& json) {
  std::fwrite(json.data(), 1, json.size(), stdout);
  if (isatty(STDOUT_FILENO) == 1) std::fputc('\n', stdout);
}

void tell_undecodable(std::uint64_t count) {
  if (count > 0)
    std::fprintf(stderr, "warning: %llu records cannot be read by this version and are left out\n",
                 static_cast<unsigned long long>(count));
}

expected<replay::cut, std::string> cut_of(const replay_arguments& a, const ports::event_log& log, timestamp now) {
  replay::cut out;
  if (!a.at.empty()) {
    out.at = parse_moment(a.at, now);
    if (!out.at) return unexpected("--at \"" + a.at + "\": not a time; write 2026-01-31T14:30:00Z, or \"15m ago\"");
  }
  for (const auto& text : a.offsets) {
    const auto limit = parse_offset_limit(text);
    if (!limit)
      return unexpected("--offset \"" + text + "\": write TOPIC/PARTITION=OFFSET, such as position-updates/0=100");
    const auto count = log.partitions(limit->from.topic);
    if (limit->from.partition >= count)
      return unexpected("--offset \"" + text + "\": " + std::string{to_string(limit->from.topic)} + " has " +
                        std::to_string(count) + " partitions, counted from 0");
    out.before[limit->from] = limit->next;
  }
  return out;
}

/// Loads the configuration and opens the log for reading, then runs `body`.
template <class Body>
int with_log(const replay_arguments& a, Body body) {
  const auto values = load_config(a.config);
  if (!values) return exit_usage;
  world::machine machine;
  auto log = world::read_log(*values, machine);
  if (!log) return complain(log.error());
  return body(*values, **log, machine.clock);
}

int run_positions(const replay_arguments& a) {
  return with_log(a, [&](const config::settings&, ports::event_log& log, const ports::clock& clock) {
    const auto begun = clock.monotonic();
    const auto until = cut_of(a, log, clock.now());
    if (!until) return refuse(until.error());
    const auto report = replay::positions_at(log, *until, tell_progress("replaying", clock));
    if (!report) return complain(report.error());
    const auto& symbol = a.projection.symbol;
    if (!symbol.empty() && !report->symbols.contains(symbol))
      return complain("--symbol " + symbol + ": the log has no position of it up to there");
    if (a.format == "json")
      print_body(replay::to_json(*report, symbol));
    else
      std::printf("%s", replay::to_text(*report, symbol).c_str());
    tell_undecodable(report->undecodable);
    tell_total("replayed", report->records, begun, clock);
    return exit_ok;
  });
}

int run_projection(const replay_arguments& a) {
  return with_log(a, [&](const config::settings&, ports::event_log& log, const ports::clock& clock) {
    const auto begun = clock.monotonic();
    const auto until = cut_of(a, log, clock.now());
    if (!until) return refuse(until.error());
    auto request = a.projection;
    request.now = until->at.value_or(clock.now());
    if (!a.now.empty()) {
      const auto now = parse_moment(a.now, clock.now());
      if (!now) return refuse("--now \"" + a.now + "\": not a time; write 2026-01-31T14:30:00Z");
      request.now = *now;
    }
    const auto rebuilt = replay::rebuild(log, request, *until, tell_progress("replaying", clock));
    if (!rebuilt) return complain(rebuilt.error());
    print_body(rebuilt->json);
    tell_undecodable(rebuilt->undecodable);
    tell_total("replayed", rebuilt->records, begun, clock);
    return exit_ok;
  });
}

int run_verify(const replay_arguments& a) {
  return with_log(a, [&](const config::settings& values, ports::event_log& log, const ports::clock& clock) {
    const auto begun = clock.monotonic();
    const auto policy = world::to_node_settings(values).services.get<domain::hedging_policy>();
    const auto done = replay::check_positions(log, policy, tell_progress("verifying", clock));
    if (!done) return complain(done.error());
    const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    if (done->symbols == 0 && done->differences.empty()) {
      std::printf("the log has no trades, executions or positions yet: nothing to verify\n");
      return exit_ok;
    }
    for (const auto& d : done->differences)
      std::printf("%s: %s: %s\n", d.symbol.c_str(), d.where.c_str(), d.what.c_str());
    std::printf(
        "%llu symbols, %llu position updates recomputed byte for byte, %llu after compaction compared by sums: ",
        number(done->symbols), number(done->updates), number(done->after_compaction));
    if (done->differences.empty())
      std::printf("all agree\n");
    else
      std::printf(
          "%zu symbols differ (if hedging.* has been changed since, commands and waits may differ for that "
          "reason alone)\n",
          done->differences.size());
    tell_total("verified", done->records, begun, clock);
    return done->differences.empty() ? exit_ok : exit_failed;
  });
}

using arguments_ptr = std::shared_ptr<replay_arguments>;

void add_config(CLI::App* command, const arguments_ptr& a) {
  command->add_option("--config", a->config, "The node's configuration: where its log is")->required();
}

void add_cut(CLI::App* command, const arguments_ptr& a) {
  auto* at = command->add_option("--at", a->at, "As of a time: 2026-01-31T14:30:00Z, or \"15m ago\" (s, m, h, d)");
  command
      ->add_option("--offset", a->offsets,
                   "As of offsets: of TOPIC/PARTITION only what stands before OFFSET; may be given several times")
      ->excludes(at);
}

void add_positions(CLI::App* replay, chosen& run, const arguments_ptr& a) {
  auto* command = replay->add_subcommand("positions", "Positions as of now, of a time, or of offsets");
  add_config(command, a);
  add_cut(command, a);
  command->add_option("--symbol", a->projection.symbol, "Only this symbol");
  command->add_option("--format", a->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->callback([&run, a] { run = [a] { return run_positions(*a); }; });
}

void add_projection(CLI::App* replay, chosen& run, const arguments_ptr& a) {
  auto* command = replay->add_subcommand("projection", "What the API shows, rebuilt: the same bytes for the same log");
  add_config(command, a);
  add_cut(command, a);
  const std::vector<std::string> names{std::begin(replay::projection_names), std::end(replay::projection_names)};
  command->add_option("NAME", a->projection.name, "positions, trades, executions or dead-letters")
      ->required()
      ->check(CLI::IsMember(names));
  command->add_option("--symbol", a->projection.symbol, "Only this symbol");
  command->add_option("--status", a->projection.status, "Executions: PENDING, SUBMITTED, FILLED or FAILED")
      ->check(CLI::IsMember({"PENDING", "SUBMITTED", "FILLED", "FAILED"}));
  command->add_option("--limit", a->projection.limit, "The newest so many, as the API's limit (100)")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--now", a->now, "What unhedged_ms is counted to; by default the cut, or the clock");
  command->callback([&run, a] { run = [a] { return run_projection(*a); }; });
}

void add_verify(CLI::App* replay, chosen& run, const arguments_ptr& a) {
  auto* command = replay->add_subcommand(
      "verify", "Recomputes every position from trades and executions and compares; exit code 1 on a difference");
  add_config(command, a);
  command->callback([&run, a] { run = [a] { return run_verify(*a); }; });
}

}  // namespace

std::optional<timestamp> parse_moment(const std::string& text, timestamp now) {
  if (const auto time = parse_time(text)) return time;
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  constexpr std::int64_t most = 100'000'000;
  if (error != std::errc{} || count < 0 || count > most || unit == end) return std::nullopt;
  const std::string rest{unit + 1, end};
  if (rest != " ago" && rest != "ago") return std::nullopt;
  switch (*unit) {
    case 's': return now - std::chrono::seconds{count};
    case 'm': return now - std::chrono::minutes{count};
    case 'h': return now - std::chrono::hours{count};
    case 'd': return now - std::chrono::days{count};
    default: return std::nullopt;
  }
}

std::optional<input_offset> parse_offset_limit(const std::string& text) {
  const auto slash = text.find('/');
  const auto equals = text.find('=', slash == std::string::npos ? 0 : slash);
  if (slash == std::string::npos || equals == std::string::npos) return std::nullopt;
  const auto name = parse_topic(text.substr(0, slash));
  input_offset out;
  const auto whole = [&](std::size_t from, std::size_t to, auto& number) {
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, number);
    return error == std::errc{} && end == text.data() + to;
  };
  if (!name || !whole(slash + 1, equals, out.from.partition) || !whole(equals + 1, text.size(), out.next) ||
      out.next < 0)
    return std::nullopt;
  out.from.topic = *name;
  return out;
}

void add_replay_command(CLI::App& app, chosen& run) {
  auto* command = app.add_subcommand("replay", "Rebuilds what is known from the event log; reads only");
  command->require_subcommand(1);
  auto a = std::make_shared<replay_arguments>();
  add_positions(command, run, a);
  add_projection(command, run, a);
  add_verify(command, run, a);
}

}  // namespace hedgerow::cli
