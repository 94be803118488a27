// The Schwab adapter and the paper broker, which were written apart from the same facts, over a real connection: the
// contract, and what only Schwab has.
#include <gtest/gtest.h>

#include <future>
#include <map>

#include "runtime/adapters/credentials/token_vault.hpp"
#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/adapters/schwab/schwab_client.hpp"
#include "runtime/adapters/schwab/schwab_oauth.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/contract/broker_api/broker_api_contract.hpp"

namespace hedgerow::test {
namespace {

constexpr const char* callback = "https://127.0.0.1/callback";

/// The paper broker, and a client of it that somebody has logged in with.
class schwab_subject final : public broker_under_test {
 public:
  schwab_subject() {
    paper::paper_options options;
    options.app_key = "key";
    options.app_secret = "secret";
    options.redirect_uri = callback;
    options.start_positions = {{"AAPL", "100"}, {"MSFT", "-3"}};
    options.fill_delay_min = std::chrono::milliseconds{1};
    options.fill_delay_max = std::chrono::milliseconds{10};
    auto started = paper::start_paper_broker(options, clock_);
    if (!started) throw std::runtime_error{started.error()};
    house_ = std::move(*started);
    http::client_options to;
    to.origin = house_->origin();
    to.request_timeout = std::chrono::milliseconds{2000};
    client_ = *http::make_client(to, clock_);
    oauth_ = schwab::make_schwab_oauth(client_, {house_->origin(), "key", "secret", callback});
    broker_ = schwab::make_schwab_broker(client_, tokens_, clock_, {});
    log_in();
  }

  ports::broker_api& api() override { return *broker_; }
  const ports::clock& clock() override { return clock_; }
  ports::oauth_api& oauth() { return *oauth_; }
  void use_token(const std::string& token) { tokens_->set(token); }

  void decide(fate next) override {
    switch (next) {
      case fate::fills: return;
      case fate::half_fills_and_works: return plan("place", R"("kind":"partial","part":"0.5","delay_ms":3600000)");
      case fate::half_fills_and_is_cancelled:
        return plan("place", R"("kind":"partial_then_cancel","part":"0.5","delay_ms":1)");
      case fate::is_rejected: return plan("place", R"("kind":"reject","text":"no buying power")");
      case fate::expires: return plan("place", R"("kind":"expire")");
    }
  }

  void spoil_placement(mishap how) override { strike("place", how); }

  void spoil(question next, mishap how) override {
    static const std::map<question, const char*> operations{
        {question::order, "get"}, {question::list, "list"}, {question::position, "positions"}};
    strike(operations.at(next), how);
  }

  void recover() override {
    if (const auto set = house_->set_faults("[]"); !set) throw std::runtime_error{set.error()};
    tokens_->set(access_token_);
  }

  void set_market_open(bool open) override {
    const auto set = house_->set_market(open ? paper_market::always_open : paper_market::closed);
    if (!set) throw std::runtime_error{set.error()};
  }

  /// The first request of this operation from now on meets the fault.
  void plan(const std::string& operation, const std::string& fault) {
    const auto set = house_->set_faults(R"([{"operation":")" + operation + R"(","nth":1,)" + fault + "}]");
    if (!set) throw std::runtime_error{set.error()};
  }

  /// What a person does in the browser; gives the code that the browser is sent back with.
  std::string browse() {
    const auto url = oauth_->authorize_url("state/1");
    http::request form{"POST",
                       "/v1/oauth/authorize",
                       {{"Content-Type", "application/x-www-form-urlencoded"}},
                       url.substr(url.find('?') + 1)};
    std::promise<std::string> location;
    client_->send(std::move(form), false, std::nullopt, [&](const expected<http::response, http::client_error>& r) {
      location.set_value(r ? http::find_header(r->headers, "Location").value_or("") : r.error().detail);
    });
    return schwab::parse_callback_url(location.get_future().get()).value();
  }

 private:
  void log_in() {
    std::promise<expected<ports::oauth_tokens, broker_error>> granted;
    oauth_->exchange_code(browse(), [&](auto answer) { granted.set_value(std::move(answer)); });
    access_token_ = granted.get_future().get().value().access_token;
    tokens_->set(access_token_);
  }

  void strike(const std::string& operation, mishap how) {
    static const std::map<mishap, const char*> faults{{mishap::lost_request, R"("kind":"drop_before")"},
                                                      {mishap::lost_answer, R"("kind":"lost_reply")"},
                                                      {mishap::error_before, R"("kind":"error_before","status":500)"},
                                                      {mishap::error_after, R"("kind":"error_after","status":503)"},
                                                      {mishap::throttled, R"("kind":"throttle","retry_after_s":3)"},
                                                      {mishap::garbage, R"("kind":"garbage")"},
                                                      {mishap::broken_off, R"("kind":"truncated")"},
                                                      {mishap::not_found_yet, R"("kind":"not_found")"},
                                                      {mishap::no_id, R"("kind":"missing_location")"}};
    if (how == mishap::unauthorized) return tokens_->set("wrong");
    plan(operation, faults.at(how));
  }

  adapters::system_clock clock_;
  std::unique_ptr<paper::paper_broker> house_;
  std::shared_ptr<http::client> client_;
  std::shared_ptr<ports::oauth_api> oauth_;
  std::shared_ptr<ports::token_holder> tokens_ = credentials::make_token_holder();
  std::shared_ptr<ports::broker_api> broker_;
  std::string access_token_;
};

/// By design a question whose connection ends without an answer is asked once more, and so survives lost requests.
const broker_subject schwab_on_paper{
    "schwab_on_paper",
    [] { return std::make_unique<schwab_subject>(); },
    {{fate::fills, fate::half_fills_and_works, fate::half_fills_and_is_cancelled, fate::is_rejected, fate::expires},
     {mishap::lost_request, mishap::lost_answer, mishap::error_before, mishap::error_after, mishap::throttled,
      mishap::unauthorized, mishap::broken_off, mishap::garbage, mishap::no_id},
     {mishap::error_before, mishap::throttled, mishap::unauthorized, mishap::garbage, mishap::broken_off,
      mishap::not_found_yet},
     true}};

INSTANTIATE_TEST_SUITE_P(schwab_on_paper, BrokerApiContract, ::testing::Values(schwab_on_paper),
                         [](const auto& suite) { return suite.param.name; });

/// The contract skips what a subject cannot be made to do. Of the real adapter it must skip nothing.
TEST(SchwabOnPaper, CanBeMadeToDoAllThatTheContractTries) {
  const auto& can = schwab_on_paper.can;
  EXPECT_EQ(can.fates.size(), static_cast<std::size_t>(fate::expires) + 1);
  // not_found_yet is of questions only.
  EXPECT_EQ(can.placements.size(), static_cast<std::size_t>(mishap::no_id));
  EXPECT_TRUE(can.questions.contains(mishap::not_found_yet));
  EXPECT_TRUE(can.sessions);
}

/// Beyond the contract.
class SchwabOnPaperTest : public BrokerApiContract {
 protected:
  schwab_subject& schwab() { return dynamic_cast<schwab_subject&>(*subject_); }
  expected<ports::oauth_tokens, broker_error> exchange(const std::string& code) {
    return ask<ports::oauth_tokens>([&](auto done) { schwab().oauth().exchange_code(code, done); });
  }
  expected<ports::oauth_tokens, broker_error> refresh(const std::string& token) {
    return ask<ports::oauth_tokens>([&](auto done) { schwab().oauth().refresh(token, done); });
  }
};

INSTANTIATE_TEST_SUITE_P(schwab_on_paper, SchwabOnPaperTest, ::testing::Values(schwab_on_paper),
                         [](const auto& suite) { return suite.param.name; });

TEST_P(SchwabOnPaperTest, ACodeWorksOnceAndARefreshGivesAValidToken) {
  const auto code = schwab().browse();
  const auto first = exchange(code);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_FALSE(exchange(code));
  const auto refreshed = refresh(first->refresh_token);
  ASSERT_TRUE(refreshed) << refreshed.error().detail;
  schwab().use_token(refreshed->access_token);
  EXPECT_EQ(position(aapl_)->to_string(), "100");
  const auto dead = refresh("not-a-token");
  ASSERT_FALSE(dead);
  EXPECT_TRUE(dead.error().kind == broker_failure::unauthorized || dead.error().kind == broker_failure::refused)
      << dead.error().detail;
}

TEST_P(SchwabOnPaperTest, APlacementThatIsAnsweredTooLateIsUnknown) {
  schwab().plan("place", R"("kind":"slow","delay_ms":2500)");
  const auto placed = place(side::sell, 1);
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::no_answer) << placed.error().detail;
  EXPECT_EQ(all_orders().size(), 1U);
}

TEST_P(SchwabOnPaperTest, AQuestionIsAskedAgainWhenAKeptAliveConnectionEnds) {
  const auto id = must_place(side::buy, 1);
  ASSERT_TRUE(get(id));  // leaves a kept-alive connection
  schwab().spoil(question::order, mishap::lost_request);
  EXPECT_TRUE(get(id));
}

}  // namespace
}  // namespace hedgerow::test
