// What a hop through Kafka costs: kafka_bench BOOTSTRAP MODE [COUNT]
// transaction: one record and its offset per transaction of a member, one after the other; p50 and p99 of commit to answer.
// Prints lines `name value`.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"

namespace {

using namespace hedgerow;
using steady = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

std::shared_ptr<ports::event_log> open(const std::string& bootstrap, const std::string& prefix,
                                       const ports::clock& clock) {
  adapters::kafka_options options;
  options.bootstrap = bootstrap;
  options.prefix = prefix;
  auto log = adapters::open_kafka_log(options, clock);
  if (!log) give_up(log.error().detail);
  return *log;
}

/// Commits and waits for the answer; milliseconds.
double commit(ports::log_member& member, log_transaction tx) {
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  const auto begun = steady::now();
  member.commit(std::move(tx), [&](const auto& outcome) {
    if (!outcome) give_up(outcome.error().detail);
    const std::scoped_lock lock{mutex};
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock{mutex};
  done.wait(lock, [&] { return finished; });
  return std::chrono::duration<double, std::milli>(steady::now() - begun).count();
}

void wait_for_partitions(ports::log_member& member, std::size_t count) {
  std::size_t assigned = 0;
  while (assigned < count) {
    const auto batch = member.poll(0);
    if (!batch) give_up(batch.error().detail);
    assigned += batch->assigned.size();
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // allow: a benchmark samples
  }
}

double at(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

void measure_transactions(const std::string& bootstrap, std::size_t count, const ports::clock& clock) {
  const auto log = open(bootstrap, "transaction.", clock);
  auto member = log->join({"bench", "bench", {topic::onchain_trades}});
  if (!member) give_up(member.error().detail);
  wait_for_partitions(**member, log->partitions(topic::onchain_trades));
  const std::size_t settle = count / 3;
  std::vector<double> taken;
  for (std::size_t i = 0; i < settle + count; ++i) {
    log_transaction tx;
    tx.records.push_back({{topic::schwab_commands, 0}, "AAPL", std::string(400, 'x')});
    tx.offsets.push_back({{topic::onchain_trades, 0}, static_cast<std::int64_t>(i)});
    const auto ms = commit(**member, std::move(tx));
    if (i >= settle) taken.push_back(ms);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});  // allow: the broker completes the last one
  }
  std::sort(taken.begin(), taken.end());
  std::printf("member_transaction_p50_ms %.2f\n", at(taken, 0.5));
  std::printf("member_transaction_p99_ms %.2f\n", at(taken, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  adapters::tune_allocator();
  if (argc < 3) give_up("kafka_bench BOOTSTRAP transaction [COUNT]");
  const std::string mode = argv[2];
  const adapters::system_clock clock;
  const std::uint64_t count = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1000;
  if (mode != "transaction") give_up("the mode must be transaction, not " + mode);
  measure_transactions(argv[1], count, clock);
}
