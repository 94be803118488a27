// hedgerow chain verify: what the event log holds of the chain against the chain itself.
#include <cstdio>
#include <thread>

#include "actors/ingestion/ingestion_service.hpp"
#include "runtime/chain_check/chain_check.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/complain.hpp"
#include "runtime/cli/config_loading.hpp"
#include "runtime/cli/progress.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/world.hpp"

namespace hedgerow::cli {
namespace {

struct chain_arguments {
  std::string config;
  std::string endpoint;
  chain_check::request blocks;
};

void print(const chain_check::report& done) {
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  for (const auto& d : done.differences) std::printf("%s\n", d.what.c_str());
  const auto& seen = done.seen;
  std::printf(
      "blocks %llu to %llu: %llu Takes and Clears on the chain, %llu of them in the log with the same content\n",
      number(done.blocks.from), number(done.blocks.to), number(seen.on_chain), number(seen.agree));
  if (seen.refused > 0)
    std::printf("%llu are dead letters, as no record of the log can hold them\n", number(seen.refused));
  if (seen.of_other_books > 0)
    std::printf("%llu in the log are of contracts without an [[orderbook]] section, and were not compared\n",
                number(seen.of_other_books));
  if (done.differences.empty()) {
    std::printf("the log and the chain agree\n");
    return;
  }
  std::printf("%zu differences\n", done.differences.size());
  if (done.blocks.to >= done.changeable_from)
    std::printf("blocks from %llu on may have changed meanwhile: compare them again\n", number(done.changeable_from));
}

int run_verify(const chain_arguments& a) {
  const auto values = load_config(a.config);
  if (!values) return exit_usage;
  const auto config = world::to_node_settings(*values).services.get<ingestion::ingestion_config>();
  if (config.books.empty())
    return complain(std::string{"[[orderbook]]: there is none; use the configuration of a node that runs "} +
                    ingestion::service_name);
  world::machine machine;
  const auto log = world::read_log(*values, machine);
  if (!log) return complain(log.error());
  const auto chain = world::make_chain(*values, machine, a.endpoint);
  if (!chain) return complain(chain.error());
  (*chain)->connect();
  chain_check::chain_reader reader{*chain, machine.random, [](std::chrono::milliseconds pause) {
                                     std::this_thread::sleep_for(pause);  // allow: between two tries at the node
                                   }};
  const chain_check::progress_of_both tell{
      tell_progress("reading the log", machine.clock), [&](const domain::block_range& blocks) {
        return tell_progress_of("reading the chain", blocks.to - blocks.from + 1, "blocks", machine.clock);
      }};
  const auto done = chain_check::check(**log, reader, config, a.blocks, tell);
  (*chain)->close();
  if (!done) return complain(done.error());
  print(*done);
  return done->differences.empty() ? exit_ok : exit_failed;
}

}  // namespace

void add_chain_command(CLI::App& app, chosen& run) {
  auto* chain = app.add_subcommand("chain", "The chain against the event log; reads only");
  chain->require_subcommand(1);
  auto a = std::make_shared<chain_arguments>();
  auto* verify = chain->add_subcommand(
      "verify", "Reads blocks again and compares their fills with the log; exit code 1 on a difference");
  verify->add_option("--config", a->config, "The node's configuration: its log, the chain's node and the order books")
      ->required();
  verify->add_option("--endpoint", a->endpoint, "Name of the [[chain.endpoint]] to read from; by default the first");
  verify->add_option("--from", a->blocks.from, "First block; by default chain.start_block");
  auto* to = verify->add_option("--to", a->blocks.to,
                                "Last block; by default the newest that was read and that no reorg reaches any more");
  verify
      ->add_flag("--newest", a->blocks.newest, "Up to the newest block that was read, although a reorg may replace it")
      ->excludes(to);
  verify->callback([&run, a] { run = [a] { return run_verify(*a); }; });
}

}  // namespace hedgerow::cli
