// When a node counts as started, and that the wait ends early on a failure or a signal.
#include "runtime/cli/ready.hpp"

#include <gmock/gmock.h>

namespace hedgerow::cli {
namespace {

using protocol::run_state;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class starting_node final : public node::node {
 public:
  std::optional<projection_overview> overview() override { return std::nullopt; }
  std::optional<trade_page> trades(const trades_query&) override { return std::nullopt; }
  std::optional<execution_page> executions(const executions_query&) override { return std::nullopt; }
  std::string death() const override { return why_dead; }
  std::optional<protocol::actor_status> status() override {
    auto root = protocol::make_status("root", "supervisor");
    const bool up = ++asked > looks_until_up;
    if (broken_view) {
      root.children.push_back(protocol::make_status("api", "actor", *broken_view));
      root.children.back().only_shows = true;
    }
    root.children.push_back(
        protocol::make_status("validation", "bridge", up ? run_state::running : run_state::restarting));
    root.children.back().last_error = "no answer";
    return root;
  }
  std::vector<std::string> stop() override { return {}; }

  std::optional<run_state> broken_view;
  int asked = 0;
  int looks_until_up = 1'000'000;
  std::string why_dead;
};

TEST(Ready, WhenEveryServiceRuns) {
  starting_node n;
  n.looks_until_up = 3;
  EXPECT_EQ(wait_until_ready(n), "");
  EXPECT_EQ(n.asked, 4);
}

TEST(Ready, AParkedViewKeepsNoNodeFromStarting) {
  starting_node n;
  n.looks_until_up = 3;
  n.broken_view = run_state::parked;
  EXPECT_EQ(wait_until_ready(n), "");
}

TEST(Ready, AViewThatFailsAtItsStartIsWaitedForOnlyForAWhile) {
  starting_node n;
  n.looks_until_up = 3;
  n.broken_view = run_state::restarting;
  EXPECT_EQ(wait_until_ready(
                n, [] { return false; }, 300ms),
            "");
  EXPECT_GE(n.asked, 20);
}

TEST(Ready, ADeathAndATimeOutAreToldWithTheirReason) {
  starting_node n;
  EXPECT_THAT(wait_until_ready(
                  n, [] { return false; }, 20ms),
              HasSubstr("waiting for validation: no answer"));
  n.why_dead = "no port";
  EXPECT_EQ(wait_until_ready(n), "gave up: no port");
}

TEST(Ready, WhoIsAskedToStopDoesNotWait) {
  starting_node n;
  int asked = 0;
  EXPECT_EQ(wait_until_ready(n, [&] { return ++asked == 3; }), "asked to stop");
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace hedgerow::cli
