// Clients, and a gateway that is not there, dies or comes again: every question is answered once.
#include "endpoints_fixture.hpp"

namespace hedgerow::chain {
namespace {

using ports::chain_failure;

class GatewayClientTest : public EndpointsTest {};

TEST_F(GatewayClientTest, WithoutAGatewayQuestionsFailAtOnce) {
  const auto answer = logs(1, 1);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, chain_failure::disconnected);
  start();
  caf::anon_send_exit(gateway, caf::exit_reason::kill);
  run();
  EXPECT_FALSE(logs(1, 1));
}

TEST_F(GatewayClientTest, TheQuestionsOfAClientThatIsGoneAreAnsweredAtOnce) {
  start();
  mine();
  std::vector<bool> own;
  std::vector<bool> others;
  const auto other = make_gateway_client(users);
  client->head([&](const auto& answer) { own.push_back(answer.has_value()); });
  other->head([&](const auto& answer) { others.push_back(answer.has_value()); });
  client.reset();
  EXPECT_EQ(own, std::vector{false}) << "who asked may be gone when an endpoint answers";
  run();
  EXPECT_EQ(own.size(), 1U);
  EXPECT_EQ(others, std::vector{true});
}

TEST_F(GatewayClientTest, QuestionsToAGatewayThatDiesAreAnsweredOnce) {
  start();
  mine();
  int answers = 0;
  const auto count_one = [&](const auto&) { ++answers; };
  client->head(count_one);
  caf::anon_send_exit(gateway, caf::exit_reason::kill);
  client->head(count_one);
  run();
  EXPECT_EQ(answers, 2) << "one reached it, one did not";
  client->head(count_one);
  EXPECT_EQ(answers, 3) << "nobody is there";
  start();
  client->head(count_one);
  run();
  EXPECT_EQ(answers, 4);
}

TEST_F(GatewayClientTest, AClientThatIsClosedAsksNothing) {
  start();
  mine();
  client->close();
  EXPECT_FALSE(logs(1, 1));
  EXPECT_EQ(nodes[0]->asked.size(), 0U);
}

}  // namespace
}  // namespace hedgerow::chain
