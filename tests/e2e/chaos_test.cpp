// Nodes are killed and frozen again and again, Kafka is restarted, all under load and with a faulty broker; afterwards
// the books, the chain and the broker must agree to the last 1e-18 share. HEDGEROW_CHAOS_ROUNDS=500 makes it long,
// HEDGEROW_CHAOS_SEED chooses another run.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <random>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

/// Every way in which a placement's outcome can be unclear, and what can become of an order.
constexpr const char* faults = R"([
  {"operation": "place", "kind": "lost_reply", "probability": "0.08", "seed": 1},
  {"operation": "place", "kind": "error_after", "probability": "0.05", "seed": 2},
  {"operation": "place", "kind": "error_before", "probability": "0.05", "seed": 3},
  {"operation": "place", "kind": "drop_before", "probability": "0.04", "seed": 4},
  {"operation": "place", "kind": "missing_location", "probability": "0.03", "seed": 5},
  {"operation": "place", "kind": "wrong_location", "probability": "0.03", "seed": 6},
  {"operation": "place", "kind": "partial_then_cancel", "probability": "0.05", "seed": 7, "delay_ms": 100,
    "part": "0.5"},
  {"operation": "place", "kind": "reject", "probability": "0.04", "seed": 8},
  {"operation": "get", "kind": "garbage", "probability": "0.03", "seed": 9},
  {"operation": "get", "kind": "not_found", "probability": "0.03", "seed": 10},
  {"operation": "list", "kind": "truncated", "probability": "0.05", "seed": 11},
  {"operation": "any", "kind": "throttle", "probability": "0.02", "seed": 12, "retry_after_s": 1}
])";

unsigned long from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);  // allow: how long and which run is chosen from outside
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

TEST(Chaos, KilledAtRandomMomentsUnderLoadAndBrokerFaultsTheBooksStayRight) {
  const auto rounds = from_environment("HEDGEROW_CHAOS_ROUNDS", 12);
  const auto seed = from_environment("HEDGEROW_CHAOS_SEED", 1);
  std::mt19937_64 random{seed};
  stage s{{"chaos", faults, 12}};
  s.start_node();
  s.world().start_market();
  for (unsigned long round = 0; round < rounds; ++round) {
    // The market's progress is the clock: the kill falls anywhere between two fills.
    const auto goal = s.world().stats().sent + 1 + random() % 20;
    ASSERT_TRUE(eventually([&] { return s.world().stats().sent >= goal; }, std::chrono::minutes{1}));
    s.kill_node();
    s.start_node();
  }
  ASSERT_TRUE(s.world().stop_market());
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{3})) << s.disagreement() << "\n"
                                                                                             << s.diagnosis();
  const auto orders = s.ledger();
  std::printf("rounds %lu, seed %lu: %u orders at the broker, %llu transactions on chain\n", rounds, seed,
              orders["orders"].Size(), static_cast<unsigned long long>(s.world().stats().sent));
  EXPECT_EQ(s.stop_node(), 0) << s.node_output();
}

/// The disturbances of the cluster, one per round.
class tormentor {
 public:
  tormentor(stage& s, unsigned long seed) : s_{s}, random_{seed} {}

  void round() {
    // The market's progress is the clock: what happens falls anywhere between two fills.
    const auto goal = s_.world().stats().sent + 1 + random_() % 20;
    ASSERT_TRUE(eventually([&] { return s_.world().stats().sent >= goal; }, std::chrono::minutes{1}));
    const std::size_t node = random_() % nodes;
    thaw();
    switch (random_() % 8) {
      case 0: restart_kafka(); break;
      case 1:
      case 2: freeze(node); break;
      case 3:
        if (s_.is_up(node)) ++stops_, s_.stop_node(node);
        s_.start_node(true, node);
        break;
      default:
        if (s_.is_up(node)) ++kills_, s_.kill_node(node);
        s_.start_node(true, node);
        break;
    }
  }

  /// A frozen node wakes up long after others have taken over: it must do no harm.
  void thaw() {
    if (frozen_) s_.signal_node(SIGCONT, *frozen_);
    frozen_.reset();
  }

  [[nodiscard]] std::string summary() const {
    return std::to_string(kills_) + " kills, " + std::to_string(freezes_) + " freezes, " + std::to_string(stops_) +
           " stops, " + std::to_string(kafka_restarts_) + " Kafka restarts";
  }

  static constexpr std::size_t nodes = 3;

 private:
  void freeze(std::size_t node) {
    if (!s_.is_up(node)) return s_.start_node(true, node);
    ++freezes_;
    s_.signal_node(SIGSTOP, node);
    frozen_ = node;
  }

  void restart_kafka() {
    ++kafka_restarts_;
    if (random_() % 2 == 0) s_.kafka().kill_hard();
    const auto restarted = s_.kafka().restart();
    ASSERT_TRUE(restarted) << restarted.error();
  }

  stage& s_;
  std::mt19937_64 random_;
  std::optional<std::size_t> frozen_;
  int kills_ = 0;
  int freezes_ = 0;
  int stops_ = 0;
  int kafka_restarts_ = 0;
};

/// How many members a node knows and can reach, itself included.
std::size_t reachable_members(stage& s, std::size_t node) {
  const auto cluster = s.admin_of(node, "/cluster");
  if (!cluster.HasMember("members")) return 0;
  std::size_t count = 0;
  for (const auto& member : cluster["members"].GetArray())
    if (const std::string_view state = member["state"].GetString(); state == "reachable" || state == "self") ++count;
  return count;
}

TEST(KafkaChaos, NodesKilledFrozenAndRestartedAroundOneKafkaTheBooksStayRight) {
  const auto rounds = from_environment("HEDGEROW_CHAOS_ROUNDS", 12);
  const auto seed = from_environment("HEDGEROW_CHAOS_SEED", 1);
  stage s{{"kafka-chaos", faults, 12, true, tormentor::nodes}};
  for (std::size_t node = 0; node < tormentor::nodes; ++node) s.start_node(true, node);
  s.world().start_market();
  tormentor what{s, seed};
  for (unsigned long round = 0; round < rounds; ++round) ASSERT_NO_FATAL_FAILURE(what.round());
  what.thaw();
  for (std::size_t node = 0; node < tormentor::nodes; ++node)
    if (!s.is_up(node)) s.start_node(true, node);
  ASSERT_TRUE(s.world().stop_market());
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{3})) << s.disagreement() << "\n"
                                                                                             << s.diagnosis();
  // All of them found each other again.
  for (std::size_t node = 0; node < tormentor::nodes; ++node)
    EXPECT_TRUE(eventually([&] { return reachable_members(s, node) == tormentor::nodes; })) << "node " << node;
  const auto orders = s.ledger();
  std::printf("rounds %lu, seed %lu: %s; %u orders at the broker, %llu transactions on chain\n", rounds, seed,
              what.summary().c_str(), orders["orders"].Size(), static_cast<unsigned long long>(s.world().stats().sent));
  for (std::size_t node = 0; node < tormentor::nodes; ++node) EXPECT_EQ(s.stop_node(node), 0) << s.node_output();
}

}  // namespace
}  // namespace hedgerow::test
