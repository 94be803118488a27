#include "runtime/replay/projection.hpp"

#include <gtest/gtest.h>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::replay {
namespace {

class Projection : public ::testing::Test {
 protected:
  std::string json(const projection_request& request, cut until = {}) {
    const auto done = rebuild(*log_, request, std::move(until), {});
    return done ? done->json : "error: " + done.error();
  }

  test::fake_clock clock_;
  std::shared_ptr<ports::event_log> log_ = adapters::make_memory_log(clock_, 4);
  test::simulated_history history_{*log_, 9};
};

TEST_F(Projection, OfAMomentIsWhatItWasThen) {
  history_.steps(300);
  const auto moment = history_.now();
  std::map<std::string, std::string> then;
  for (const char* name : projection_names) then[name] = json({name, {}, {}, 100, moment});
  history_.steps(300);
  for (const char* name : projection_names) EXPECT_EQ(json({name, {}, {}, 100, moment}, {moment, {}}), then[name]);
  EXPECT_NE(json({"trades", {}, {}, 100, moment}), then["trades"]);
}

TEST_F(Projection, TakesTheParametersOfTheApi) {
  history_.steps(300);
  const auto all = json({"trades", {}, {}, 100, {}});
  EXPECT_TRUE(all.starts_with(R"({"trades":[{"id":)"));
  EXPECT_LT(json({"trades", {}, {}, 1, {}}).size(), all.size());
  EXPECT_EQ(json({"trades", "AAPL", {}, 100, {}}).find("MSFT"), std::string::npos);
  EXPECT_EQ(json({"executions", {}, "FAILED", 100, {}}).find(R"("status":"FILLED")"), std::string::npos);
  EXPECT_TRUE(json({"positions", "AAPL", {}, 100, {}}).starts_with(R"({"symbol":"AAPL")"));
  EXPECT_EQ(json({"positions", "NONE", {}, 100, {}}), "error: --symbol NONE: the log has no position of it");
}

TEST_F(Projection, CountsWhatItCannotRead) {
  history_.append({{topic::dead_letters, 0}, "k", "nonsense"});
  const auto done = rebuild(*log_, {"dead-letters", {}, {}, 100, {}}, {}, {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->json, R"({"dead_letters":[]})");
  EXPECT_EQ(done->undecodable, 1U);
  EXPECT_EQ(done->records, 1U);
}

}  // namespace
}  // namespace hedgerow::replay
