// The ledger on disk: what was answered is still there after a restart, and what was due meanwhile has happened.
#include <filesystem>
#include <fstream>

#include "paper_fixture.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;

class PaperRestartTest : public paper_test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path{::testing::TempDir()} / (std::string{"paper_restart_"} + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    options.ledger = (folder_ / "ledger.db").string();
  }
  void TearDown() override {
    broker.reset();
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_;
};

TEST_F(PaperRestartTest, OrdersTokensAndPlansSurvive) {
  open_and_log_in();
  faults(R"([{"operation":"place","kind":"partial","part":"0.5","delay_ms":60000,"nth":2}])");
  const auto filled = placed("AAPL", "BUY", 10);
  const auto partial = placed("AAPL", "BUY", 10);
  clock.advance(1s);
  const auto before = get("/paper/ledger").body;
  open();
  EXPECT_EQ(get("/paper/ledger").body, before) << "the access token is still good";
  EXPECT_EQ(status_of(filled), "FILLED");
  EXPECT_EQ(status_of(partial), "WORKING");
  broker.reset();
  clock.advance(60s);
  open();
  EXPECT_EQ(status_of(partial), "FILLED");
  EXPECT_EQ(books()["positions"]["AAPL"]["quantity"].GetInt64(), 20);
  EXPECT_GT(placed("AAPL", "BUY", 1), partial);
}

TEST_F(PaperRestartTest, ARestartDoesNotChangeWhatHappens) {
  const auto run = [&](bool restart) {
    set_time("2025-08-29T15:00:00Z");
    options.ledger = (folder_ / (restart ? "a.db" : "b.db")).string();
    open_and_log_in();
    for (int i = 0; i < 6; ++i) {
      placed("NVDA", "BUY", 50 + i);
      clock.advance(60ms);
      if (restart) open();
      clock.advance(11s);
    }
    return get("/paper/ledger").body;
  };
  EXPECT_EQ(run(false), run(true));
}

TEST_F(PaperRestartTest, StartValuesCountOnlyOnce) {
  options.start_positions = {{"AAPL", "100"}};
  options.start_cash = "500";
  open_and_log_in();
  options.start_cash = "999";
  options.start_positions = {{"AAPL", "7"}};
  open();
  EXPECT_EQ(books()["positions"]["AAPL"]["quantity"].GetInt64(), 100);
  EXPECT_STREQ(books()["cash"].GetString(), "500");
}

TEST_F(PaperRestartTest, TheFileHoldsNoTokenInPlainText) {
  open_and_log_in();
  placed("AAPL", "BUY", 1);
  broker.reset();
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator{folder_}) {
    std::ifstream in{file.path(), std::ios::binary};
    bytes.append(std::istreambuf_iterator<char>{in}, {});
  }
  ASSERT_GT(bytes.size(), 4096U);
  EXPECT_EQ(bytes.find(access), std::string::npos);
  EXPECT_EQ(bytes.find(refresh), std::string::npos);
  EXPECT_EQ(bytes.find(options.app_secret), std::string::npos);
}

TEST_F(PaperRestartTest, AnOrderParkedOverARestartIsReleased) {
  options.market = paper_market::closed;
  open_and_log_in();
  const auto id = placed("AAPL", "BUY", 10);
  options.market = paper_market::always_open;
  open();
  clock.advance(1s);
  EXPECT_EQ(status_of(id), "FILLED");
}

TEST_F(PaperRestartTest, FilesThatCannotBeUsedAreReported) {
  options.ledger = (folder_ / "missing" / "ledger.db").string();
  auto opened = brokerage::open(options, clock);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("ledger"), std::string::npos) << opened.error();
  options.ledger = (folder_ / "text.db").string();
  std::ofstream{options.ledger} << std::string(5000, 'x');
  opened = brokerage::open(options, clock);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("not a database"), std::string::npos) << opened.error();
}

TEST_F(PaperRestartTest, OptionsAreCheckedByName) {
  const auto refused = [&](auto change) {
    paper_options o = test_options();
    change(o);
    const auto opened = brokerage::open(o, clock);
    return opened ? std::string{} : opened.error();
  };
  const auto names = [](const std::string& error, const char* word) { return error.find(word) != std::string::npos; };
  EXPECT_TRUE(names(refused([](auto& o) { o.app_key.clear(); }), "app_key"));
  EXPECT_TRUE(names(refused([](auto& o) { o.redirect_uri.clear(); }), "redirect_uri"));
  EXPECT_TRUE(names(refused([](auto& o) { o.account_number = "12a"; }), "account_number"));
  EXPECT_TRUE(names(refused([](auto& o) { o.account_hash = "a/b"; }), "account_hash"));
  EXPECT_TRUE(names(refused([](auto& o) { o.fill_delay_min = 300ms; }), "fill_delay_min"));
  EXPECT_TRUE(names(refused([](auto& o) { o.fill_legs_max = 0; }), "fill_legs_max"));
  EXPECT_TRUE(names(refused([](auto& o) { o.start_prices["AAPL"] = "1.23456"; }), "start_prices"));
  EXPECT_TRUE(names(refused([](auto& o) { o.start_prices["aapl"] = "1"; }), "start_prices"));
  EXPECT_TRUE(names(refused([](auto& o) { o.start_positions["AAPL"] = "1.5"; }), "start_positions"));
  EXPECT_TRUE(names(refused([](auto& o) { o.start_cash = "lots"; }), "start_cash"));
  EXPECT_TRUE(names(refused([](auto& o) { o.first_order_id = 0; }), "first_order_id"));
  EXPECT_TRUE(names(refused([](auto& o) { o.access_lifetime = 0s; }), "access_lifetime"));
  EXPECT_TRUE(names(refused([](auto& o) { o.faults = "["; }), "fault plan"));
}

TEST_F(PaperRestartTest, OrderNumbersBeyondTwoToThe53StayExact) {
  options.first_order_id = 9'007'199'254'740'993;
  open_and_log_in();
  const auto id = placed("AAPL", "BUY", 1);
  EXPECT_EQ(id, "9007199254740993");
  EXPECT_EQ(order_of(id)["orderId"].GetInt64(), 9'007'199'254'740'993);
}

}  // namespace
}  // namespace hedgerow::paper
