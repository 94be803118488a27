// The health answers for load balancers and process supervisors, on both ports.
#include "edge_fixture.hpp"

namespace hedgerow::test {
namespace {

using Health = edge_fixture;

TEST_F(Health, EveryNodeTellsItOnTheAdminPort) {
  start_admin();
  const auto health = get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.has(R"("status":"ok")") && health.has(R"("accumulator":"running")")) << health.text;
  EXPECT_EQ(get("/health/live").status, 200);
  EXPECT_EQ(get("/health/ready").status, 200);
  EXPECT_EQ(ask("HEAD", "/health/ready", host()).status, 200);
}

TEST_F(Health, WithoutALoginTheNodeIsDegradedAndReady) {
  start_api();
  const auto health = get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.has(R"("status":"degraded")") && health.has("no broker login yet")) << health.text;
  EXPECT_EQ(get("/health/ready").status, 200) << "it could not be logged in at otherwise";
}

TEST_F(Health, ABrokerWithoutALoginMissesNone) {
  broker.login = false;
  start_api();
  const auto health = get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.has(R"("status":"ok")")) << health.text;
}

TEST_F(Health, ANodeWithoutItsServicesIsUnavailableAndLives) {
  start_admin();
  kill_child = true;
  EXPECT_EQ(post("/actors/accumulator/restart").status, 202);
  edge_answer ready;
  EXPECT_TRUE(eventually([&] { return (ready = get("/health/ready")).status == 503; })) << ready.text;
  EXPECT_TRUE(ready.has("accumulator is restarting")) << ready.text;
  const auto health = get("/health");
  EXPECT_EQ(health.status, 503);
  EXPECT_TRUE(health.has(R"("status":"unavailable")")) << health.text;
  EXPECT_EQ(get("/health/live").status, 200);
}

TEST_F(Health, ANodeThatHasNoSupervisorYetLivesAndIsNotReady) {
  start_admin();
  root_slot->remove(root.address());
  EXPECT_EQ(get("/health/live").status, 200);
  EXPECT_EQ(get("/health/ready").status, 503);
  EXPECT_EQ(get("/health").status, 503);
}

TEST_F(Health, ARestartIsAnsweredWithWhatWasDone) {
  start_admin();
  const auto unknown = post("/actors/accumulater/restart");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.has("there is no service accumulater")) << unknown.text;
  kill_child = true;
  EXPECT_EQ(post("/actors/accumulator/restart").status, 202);
  ASSERT_TRUE(eventually([&] { return get("/health/ready").status == 503; }));
  // Until the first child is down, its restart is under way.
  edge_answer waiting;
  EXPECT_TRUE(eventually([&] { return (waiting = post("/actors/accumulator/restart")).status == 409; }))
      << waiting.text;
  EXPECT_TRUE(waiting.has("back-off")) << waiting.text;
}

TEST_F(Health, ARestartIsToldWithWhoAskedForItAndWhy) {
  start_admin();
  EXPECT_EQ(post("/actors/accumulator/restart?reason=memory+grows&by=ana").status, 202);
  const auto told = "INFO actor_restarted accumulator restarted because ana asked for it: memory grows";
  EXPECT_TRUE(eventually([&] { return heard.has(told); })) << heard.all();
  EXPECT_EQ(post("/actors/poller/restart").status, 202);
  EXPECT_TRUE(eventually([&] { return heard.has("poller restarted because a person asked for it"); })) << heard.all();
  EXPECT_EQ(post("/actors/poller/restart?by=ana%0A2026-01-02T00:00:00Z+ALARM+supervisor").status, 400);
  EXPECT_FALSE(heard.has("2026-01-02")) << heard.all();
}

}  // namespace
}  // namespace hedgerow::test
