#include <cstdio>
#include <filesystem>

#include "runtime/cli/commands.hpp"
#include "runtime/cli/complain.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/cli/progress.hpp"
#include "runtime/replay/partition_reader.hpp"
#include "runtime/transfer/compare.hpp"
#include "runtime/transfer/import.hpp"
#include "runtime/world/world.hpp"

namespace hedgerow::cli {
namespace {

struct log_arguments {
  std::string path;
  std::string config;
  bool dry_run = false;
};

void print_content(const transfer::manifest& m) {
  for (const auto& [p, s] : m.partitions)
    std::printf("%-26s %10llu  sha256 %s\n", replay::to_string(p).c_str(), static_cast<unsigned long long>(s.records),
                s.sha256.c_str());
  std::printf("%-26s %10llu  sha256 %s\n", "all", static_cast<unsigned long long>(m.records), m.sha256.c_str());
}

void print_offsets(const std::vector<transfer::group_offset>& offsets) {
  for (const auto& o : offsets)
    std::printf("%-12s goes on at %s@%lld\n", o.group.c_str(), replay::to_string(o.offset.from).c_str(),
                static_cast<long long>(o.offset.next));
}

void print_compacted(std::uint64_t count) {
  if (count > 0)
    std::printf(
        "%llu records of the file have newer ones of the same key and are compacted away in the log; the hashes "
        "of their partitions differ for that reason\n",
        static_cast<unsigned long long>(count));
}

/// A name of our own in a folder; anything else is the file.
std::string export_path(const std::string& path, timestamp now) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) return path;
  std::string name = "hedgerow-log-";
  // 2026-01-31T14:30:00.123456Z without what file names should not have.
  for (const char c : to_rfc3339(now).substr(0, 19))
    if (c != ':' && c != '-') name += c;
  return (std::filesystem::path{path} / (name + "Z.jsonl.gz")).string();
}

int run_export(const log_arguments& a) {
  const auto values = load_config(a.config);
  if (!values) return exit_usage;
  world::machine machine;
  const auto log = world::read_log(*values, machine);
  if (!log) return complain(log.error());
  const auto begun = machine.clock.monotonic();
  const auto path = export_path(a.path, machine.clock.now());
  const auto done = transfer::export_log(**log, path, tell_progress("exporting", machine.clock));
  if (!done) return complain(done.error());
  print_content(*done);
  std::printf("%s: written\n", path.c_str());
  tell_total("exported", done->records, begun, machine.clock);
  return exit_ok;
}

int run_import(const log_arguments& a) {
  const auto values = load_config(a.config);
  if (!values) return exit_usage;
  if (values->log.kind == config::log_kind::memory)
    return complain(
        "log.kind = \"memory\": nothing of it would be kept; use a configuration with \"sqlite\" or \"kafka\"");
  world::machine machine;
  const auto log = world::open_log(*values, machine);
  if (!log) return complain(log.error());
  const auto begun = machine.clock.monotonic();
  const auto plan = transfer::plan_import(**log, a.path);
  if (!plan) return complain(plan.error());
  if (a.dry_run) {
    print_content(plan->content);
    std::printf("%s: whole, and the log can take it; nothing was written\n", a.path.c_str());
    return exit_ok;
  }
  const auto done = transfer::import_log(**log, a.path, *plan, tell_progress("importing", machine.clock));
  if (!done) return complain(done.error());
  print_content(done->content);
  print_compacted(done->compacted);
  print_offsets(done->offsets);
  std::printf("%s: imported, read back and compared\n", a.path.c_str());
  tell_total("imported", done->content.records, begun, machine.clock);
  return exit_ok;
}

int run_verify(const log_arguments& a) {
  const auto values = load_config(a.config);
  if (!values) return exit_usage;
  world::machine machine;
  const auto log = world::read_log(*values, machine);
  if (!log) return complain(log.error());
  const auto begun = machine.clock.monotonic();
  const auto state = transfer::import_state_of(**log);
  if (!state) return complain(state.error());
  if (*state == transfer::import_state::unfinished) return complain(transfer::unfinished_import);
  const auto done = transfer::compare(**log, a.path, {}, tell_progress("comparing", machine.clock));
  if (!done) return complain(done.error());
  print_content(done->log);
  print_compacted(done->compacted);
  for (const auto& d : done->differences) std::printf("%s\n", d.c_str());
  std::printf("%s: %s\n", a.path.c_str(), done->differences.empty() ? "the log has the same records" : "differs");
  tell_total("compared", done->file.records, begun, machine.clock);
  return done->differences.empty() ? exit_ok : exit_failed;
}

CLI::App* add_command(CLI::App* log, const std::shared_ptr<log_arguments>& a, const char* name, const char* what,
                      const char* path) {
  auto* command = log->add_subcommand(name, what);
  command->add_option("FILE", a->path, path)->required();
  command->add_option("--config", a->config, "The configuration of the node whose log it is")->required();
  return command;
}

}  // namespace

void add_log_command(CLI::App& app, chosen& run) {
  auto* log = app.add_subcommand("log", "Moves a history between event logs, embedded or Kafka");
  log->require_subcommand(1);
  auto a = std::make_shared<log_arguments>();
  const auto runs = [&run, a](int (*command)(const log_arguments&)) {
    return [&run, a, command] { run = [a, command] { return command(*a); }; };
  };
  add_command(log, a, "export", "Writes all records and the services' offsets to a file",
              "File to write, compressed if it ends with .gz; or a folder, for a name of its own")
      ->callback(runs(run_export));
  auto* import = add_command(log, a, "import", "Fills an empty log from a file, then reads it back and compares",
                             "File that export wrote");
  import->add_flag("--dry-run", a->dry_run, "Check the file and the log, write no records");
  import->callback(runs(run_import));
  add_command(log, a, "verify", "Compares a file with a log; exit code 1 on a difference", "File that export wrote")
      ->callback(runs(run_verify));
}

}  // namespace hedgerow::cli
