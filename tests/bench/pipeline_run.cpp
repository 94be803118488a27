#include "tests/bench/pipeline_run.hpp"

#include <sys/resource.h>

#include <caf/all.hpp>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "actors/accumulator/accumulator_actor.hpp"
#include "actors/accumulator/accumulator_service.hpp"
#include "actors/bridges/bridge.hpp"
#include "actors/validation/validation_actor.hpp"
#include "actors/validation/validation_service.hpp"
#include "messages/codec/codec.hpp"
#include "tests/bench/instant_broker.hpp"
#include "tests/support/fake_chain.hpp"

namespace hedgerow::bench {

using steady = std::chrono::steady_clock;

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

double seconds_since(steady::time_point begun) { return std::chrono::duration<double>(steady::now() - begun).count(); }

void wait_until(const std::function<bool()>& condition, std::chrono::seconds limit,
                std::chrono::milliseconds interval) {
  const auto begun = steady::now();
  while (!condition()) {
    if (steady::now() - begun > limit) give_up("not done within " + std::to_string(limit.count()) + " s");
    std::this_thread::sleep_for(interval);  // allow: a benchmark samples
  }
}

void append_backlog(ports::event_log& log, const event_source& make, std::uint64_t count) {
  auto member = log.join({"bench-feed", "bench", {}});
  if (!member) give_up(member.error().detail);
  constexpr std::uint64_t per_commit = 1000;
  for (std::uint64_t first = 0; first < count; first += per_commit) {
    log_transaction tx;
    for (std::uint64_t i = first; i < std::min(count, first + per_commit); ++i) {
      const auto event = make(i);
      const envelope meta{"log:" + std::to_string(i), event.block_time, event.block_time, event.log.ref.key(), {}, {}};
      tx.records.push_back({{topic::blockchain_events, 0}, event.log.ref.key(), codec::encode(meta, event)});
    }
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    (*member)->commit(std::move(tx), [&](auto outcome) {
      if (!outcome) give_up(outcome.error().detail);
      const std::scoped_lock lock{mutex};
      finished = true;
      done.notify_one();
    });
    std::unique_lock lock{mutex};
    done.wait(lock, [&] { return finished; });
  }
}

namespace {

struct system_config : caf::actor_system_config {
  system_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-throughput", std::size_t{300});
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct observed_bridge {
  bridge_work work;
  bool idle = false;
};

observed_bridge look_at(caf::scoped_actor& self, const protocol::bridge_actor& bridge) {
  observed_bridge out;
  self->request(bridge, std::chrono::seconds{30}, protocol::status_atom::value)
      .receive(
          [&](const protocol::actor_status& s) {
            // The log's own facts are text.
            const auto number = [&](std::string_view name) -> std::uint64_t {
              if (const auto* count = s.field<std::int64_t>(name)) return static_cast<std::uint64_t>(*count);
              const auto* text = s.field<std::string>(name);
              return text == nullptr ? 0 : std::strtoull(text->c_str(), nullptr, 10);
            };
            out.work.records_in = number("records_in");
            out.work.records_out = number("records_out");
            // Several commits of a bridge may share a transaction of the log.
            const auto transactions = number("transactions");
            out.work.transactions = transactions == 0 ? number("commits") : transactions;
            out.work.transaction_us = number("transaction_mean_us");
            out.idle = number("commits_in_flight") == 0;
          },
          [&](const caf::error& e) { give_up(self->system().render(e)); });
  return out;
}

}  // namespace

pipeline_result run_pipeline(const std::shared_ptr<ports::event_log>& log, const market& market,
                             const pipeline_options& options, const ports::clock& clock) {
  system_config config;
  caf::actor_system system{config};
  bridges::bridge_config bridge;
  bridge.batch_max = options.batch_max;
  validation::validation_config validation;
  validation.rules = market.rules();
  validation.symbol_partitions = log->partitions(topic::onchain_trades);
  domain::hedging_policy hedging;
  hedging.one_in_flight = options.one_in_flight;
  auto chain = std::make_shared<test::fake_chain>(std::make_shared<test::fake_node>());
  bridge.chain = services::chain_of({validation::description, accumulator::description});
  const auto spawn = [&](const bridges::service& what) {
    return protocol::spawn_class<bridges::bridge>(system, log, what, bridge, &clock);
  };
  auto first = spawn(validation::validation_service(validation, chain, &clock));
  auto second = spawn(accumulator::accumulator_service(hedging, &clock));
  std::vector<protocol::bridge_actor> bridges{first, second};
  if (options.fills) bridges.push_back(spawn(instant_broker(&clock)));
  caf::scoped_actor self{system};
  pipeline_result out;
  wait_until([&] { return look_at(self, first).work.records_in > 0; }, options.limit, std::chrono::milliseconds{1});
  const auto begun = steady::now();
  const double cpu_before = cpu_seconds();
  wait_until(
      [&] {
        const auto validated = look_at(self, first);
        const auto booked = look_at(self, second);
        const auto filled = options.fills ? look_at(self, bridges.back()) : observed_bridge{{}, true};
        out = {seconds_since(begun), cpu_seconds() - cpu_before, validated.work, booked.work, filled.work};
        if (options.sample) options.sample(out);
        // Each record that the accumulator takes leads to one update; what it writes beyond that are requests.
        return validated.idle && booked.idle && filled.idle && validated.work.records_in == options.events &&
               booked.work.records_in == options.events + filled.work.records_out &&
               (!options.fills || filled.work.records_in == booked.work.records_out - booked.work.records_in);
      },
      options.limit, options.interval);
  if (options.at_the_end) options.at_the_end();
  for (auto& bridge_handle : bridges)
    self->request(bridge_handle, std::chrono::seconds{30}, protocol::drain_atom::value)
        .receive([](protocol::ok_atom) {}, [&](const caf::error& e) { give_up(system.render(e)); });
  return out;
}

}  // namespace hedgerow::bench
