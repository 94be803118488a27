#include "actors/validation/validation_actor.hpp"

#include "validation_fixture.hpp"

namespace hedgerow::validation {
namespace {

TEST_F(ValidationTest, UnknownTokensAreAskedForOnceAndRemembered) {
  start();
  append(vector_event("owner_sells_equity", 1));
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(trades()[0].symbol.str(), "NVDA");
  EXPECT_EQ(trades()[0].amount.to_string(), "0.374");
  EXPECT_EQ(trades()[0].notional.to_string(), "64.169234");
  EXPECT_EQ(trades()[0].side, side::sell);
  caf::anon_send_exit(running, caf::exit_reason::kill);
  run();
  node->disconnect();
  start();
  append(vector_event("owner_sells_equity", 2));
  EXPECT_EQ(trades().size(), 2U) << "what tokens are called comes from the changelog";
}

TEST_F(ValidationTest, ASilentNodeDelaysAndLosesNothing) {
  node->disconnect();
  start();
  append(vector_event("owner_sells_equity", 1));
  for (int i = 0; i < 20; ++i) advance(config.rules.retry);
  EXPECT_TRUE(trades().empty());
  EXPECT_TRUE(reasons().empty());
  node->connect();
  // The pause between two tries has grown.
  pass(config.token_retry_max);
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ValidationTest, APassingErrorOfTheNodeDelaysAFillAndBuriesNone) {
  for (const auto failure : {ports::chain_failure::rpc_error, ports::chain_failure::throttled,
                             ports::chain_failure::malformed, ports::chain_failure::timed_out}) {
    node->failing_calls = 2;
    node->call_failure = failure;
    if (!running) start();
    const auto sequence = trades().size() + 1;
    append(vector_event("owner_sells_equity", sequence));
    pass(config.rules.retry);
    pass(2 * config.rules.retry);
    EXPECT_EQ(trades().size(), sequence) << to_string(failure);
  }
  EXPECT_TRUE(reasons().empty());
}

TEST_F(ValidationTest, AnEmptyAnswerIsThatOfANodeThatLagsBehind) {
  const auto known = node->token_answers;
  for (auto& [token, answers] : node->token_answers) answers = {};
  start();
  append(vector_event("owner_sells_equity", 1));
  pass(config.rules.retry);
  EXPECT_TRUE(reasons().empty());
  node->token_answers = known;
  pass(config.token_retry_max);
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ValidationTest, FillsThatWaitForATokenAreAnAlarm) {
  node->failing_calls = 1'000'000;
  start();
  append(vector_event("owner_sells_equity", 1));
  pass(config.rules.retry);
  EXPECT_EQ(notices.all(), "");
  for (int i = 0; i < 8; ++i) pass(config.token_retry_max);
  EXPECT_EQ(notices.count("ALARM token_unknown"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("rpc_error"));
}

TEST_F(ValidationTest, AContractThatWasNoTokenIsAskedAgain) {
  const auto known = node->token_answers;
  node->token_answers.clear();
  start();
  append(vector_event("owner_sells_equity", 1));
  EXPECT_TRUE(notices.has("ALARM not_booked")) << notices.all();
  node->token_answers = known;
  append(vector_event("owner_sells_equity", 2));
  EXPECT_EQ(trades().size(), 0U) << "not at once";
  pass(config.token_ask_again);
  append(vector_event("owner_sells_equity", 3));
  EXPECT_EQ(trades().size(), 1U);
  EXPECT_EQ(notices.count("ALARM not_booked"), 1U) << "one alarm of a kind within minutes";
}

TEST_F(ValidationTest, NonsenseBecomesADeadLetterAndTheRestGoesOn) {
  start();
  auto broken = vector_event("owner_sells_equity", 1);
  broken.log.data.resize(100);
  append(broken);
  append(vector_event("zero_usdc_nonzero_equity", 2));
  append(vector_event("taker_is_owner_but_order_is_not", 3));
  append(vector_event("owner_sells_equity", 4));
  EXPECT_EQ(trades().size(), 1U);
  EXPECT_EQ(reasons().size(), 2U);
}

TEST_F(ValidationTest, AContractThatIsNoTokenIsADeadLetter) {
  node->token_answers.clear();
  start();
  append(vector_event("owner_sells_equity", 1));
  EXPECT_EQ(reasons(), std::vector<std::string>{"not_a_token"});
}

}  // namespace
}  // namespace hedgerow::validation
