#include "runtime/api/health_view.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace hedgerow::api {
namespace {

/// Somebody is logged in, the log answers, and nothing is under way.
struct HealthView : ::testing::Test {
  HealthView() {
    enveloped<token_update> login;
    login.data.access_expires_at = {1'800'000'000};
    model.apply(login);
    input.now = {1'000'000};
    input.tree = {"node", "supervisor", "running", 0, 0, "", {}, {}};
    input.lag = std::make_shared<const std::vector<partition_lag>>();
  }

  /// Status, and problems, one per line.
  std::string shown() const {
    rapidjson::Document health;
    health.Parse(health_view(input, model).c_str());
    std::string text = health["status"].GetString();
    for (const auto& p : health["problems"].GetArray()) text.append(1, '\n').append(p.GetString());
    return text;
  }

  void add_ingestion(const std::string& state, const std::string& error) {
    const protocol::actor_status entity{"ingestion", "ingestion", state, 0, 0, error, {}, {}};
    input.tree.children = {{"ingestion", "bridge", "running", 0, 0, "", {}, {entity}}};
  }

  domain::read_model model;
  health_input input;
};

TEST_F(HealthView, NothingIsWrong) { EXPECT_EQ(shown(), "ok"); }

TEST_F(HealthView, AChainThatIsAwayIsAProblemOfTheNodeThatReadsIt) {
  add_ingestion("not connected", "chain.example:443: refused");
  EXPECT_EQ(shown(),
            "degraded\ningestion is not connected to the chain's node (chain.ws_url): chain.example:443: refused");
  for (const char* fine : {"connecting", "reading history", "running"}) {
    add_ingestion(fine, "an error of before");
    EXPECT_EQ(shown(), "ok") << fine;
  }
  input.tree.children = {{"ingestion", "bridge", "running", 0, 0, "", {}, {}}};
  EXPECT_EQ(shown(), "ok") << "it stands by";
}

}  // namespace
}  // namespace hedgerow::api
