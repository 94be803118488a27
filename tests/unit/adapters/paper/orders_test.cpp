// Orders through the API, on a clock that moves only when told.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fstream>
#include <map>

#include "paper_fixture.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;

/// With numbers as numbers, unlike test::load_vectors().
rapidjson::Document schwab_vectors() {
  std::ifstream in{test::source_folder() + "/tests/data/vectors/schwab.json"};
  return parse_json({std::istreambuf_iterator<char>{in}, {}});
}

class PaperOrdersTest : public paper_test {
 protected:
  void SetUp() override { open_and_log_in(); }
  std::string list_target(const std::string& from, const std::string& to, const std::string& more = {}) {
    return orders_path() + "?fromEnteredTime=" + http::percent_encode(from) +
           "&toEnteredTime=" + http::percent_encode(to) + more;
  }
};

TEST_F(PaperOrdersTest, PlacementAnswers201WithAbsoluteLocationAndNoBody) {
  const auto answer = place("AAPL", "BUY", 100).response;
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(header(answer, "Location"), "http://127.0.0.1:18080/trader/v1/accounts/ABC123DEF456/orders/1004055538123");
  EXPECT_EQ(header(answer, "Schwab-Client-CorrelId").size(), 36U);
  EXPECT_EQ(placed("NVDA", "SELL", 1), "1004055538124");
}

TEST_F(PaperOrdersTest, WorksThenFillsWithNestedLegsAndExactBooks) {
  const auto id = placed("AAPL", "BUY", 100);
  const auto working = order_of(id);
  EXPECT_STREQ(working["status"].GetString(), "WORKING");
  EXPECT_FALSE(working.HasMember("closeTime"));
  EXPECT_FALSE(working.HasMember("orderActivityCollection"));
  clock.advance(200ms);
  const auto text = get(orders_path() + "/" + id).body;
  EXPECT_NE(text.find(R"("quantity":100.0,"filledQuantity":100.0,"remainingQuantity":0.0)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("enteredTime":"2025-08-29T15:00:00+0000")"), std::string::npos);
  EXPECT_NE(text.find(R"("closeTime":"2025-08-29T15:00:00+0000")"), std::string::npos);
  const auto filled = parse_json(text);
  EXPECT_STREQ(filled["status"].GetString(), "FILLED");
  EXPECT_TRUE(filled["orderId"].IsInt64());
  EXPECT_EQ(filled["accountNumber"].GetInt(), 12345678);
  const auto books_now = books();
  usd spent;
  std::int64_t shares_bought = 0;
  for (const auto& f : books_now["orders"][0]["fills"].GetArray()) {
    shares_bought += f["quantity"].GetInt64();
    spent = *spent.plus(notional(*parse_price(f["price"].GetString()), f["quantity"].GetInt64()));
  }
  EXPECT_EQ(shares_bought, 100);
  EXPECT_EQ(books_now["positions"]["AAPL"]["quantity"].GetInt64(), 100);
  EXPECT_EQ(books_now["positions"]["AAPL"]["cost"].GetString(), spent.to_string());
  EXPECT_EQ(books_now["cash"].GetString(), usd::from_whole(1'000'000).minus(spent)->to_string());
}

/// Every member of a vector's object that this broker reports has the same JSON type here.
void expect_same_shape(const rapidjson::Value& wanted, const rapidjson::Value& got, const std::string& where) {
  for (const auto& m : wanted.GetObject()) {
    const std::string name = where + "." + m.name.GetString();
    ASSERT_TRUE(got.HasMember(m.name)) << name;
    const auto& value = got[m.name];
    EXPECT_EQ(m.value.IsNumber(), value.IsNumber()) << name;
    EXPECT_EQ(m.value.IsString(), value.IsString()) << name;
    EXPECT_EQ(m.value.IsArray(), value.IsArray()) << name;
    if (m.value.IsObject()) expect_same_shape(m.value, value, name);
    if (m.value.IsArray()) expect_same_shape(m.value[0], value[0], name + "[0]");
  }
}

TEST_F(PaperOrdersTest, AFilledOrderHasEveryFieldOfTheRealOne) {
  const auto vectors = schwab_vectors();
  const auto id = placed("AAPL", "BUY", 1);
  clock.advance(1s);
  const auto got = order_of(id);
  expect_same_shape(vectors["order_responses"][0]["response"], got, "order");
}

TEST_F(PaperOrdersTest, TakesEveryValidOrderOfTheVectorsAndRefusesTheInvalidOnes) {
  const auto vectors = schwab_vectors();
  for (const auto& v : vectors["orders"].GetArray()) {
    rapidjson::StringBuffer body;
    rapidjson::Writer<rapidjson::StringBuffer> writer{body};
    v["json"].Accept(writer);
    EXPECT_EQ(call("POST", orders_path(), body.GetString()).response.status, 201) << body.GetString();
  }
  const auto before = books()["orders"].Size();
  for (const auto& v : vectors["invalid_orders"].GetArray()) {
    rapidjson::StringBuffer quantity;
    rapidjson::Writer<rapidjson::StringBuffer> writer{quantity};
    v["quantity"].Accept(writer);
    const auto answer = call("POST", orders_path(), order_body(v["symbol"].GetString(), "BUY", quantity.GetString()));
    EXPECT_EQ(answer.response.status, 400) << v["why"].GetString();
    EXPECT_GE(parse_json(answer.response.body)["errors"].Size(), 1U);
  }
  EXPECT_EQ(books()["orders"].Size(), before) << "a refused order is not recorded";
}

TEST_F(PaperOrdersTest, MalformedBodiesAre400AndNameTheFields) {
  const auto good = order_body("AAPL", "BUY", "1");
  const auto replaced = [&](const std::string& what, const std::string& with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{}", "orderType"},
      {good.substr(0, 40), "not a JSON object"},
      {std::string(200000, '['), "not a JSON object"},
      {replaced("MARKET", "LIMIT"), "orderType must be MARKET"},
      {replaced("NORMAL", "AM"), "session"},
      {replaced("\"DAY\"", "7"), "duration"},
      {replaced("SINGLE", "OCO"), "orderStrategyType"},
      {replaced("EQUITY", "OPTION"), "assetType"},
      {replaced("\"BUY\"", "\"HOLD\""), "instruction"},
      {replaced("\"AAPL\"", "null"), "symbol"},
      {replaced("\"AAPL\"", "\"ZZZZ\""), "not listed"},
      {replaced(":1,", ":\"1\","), "quantity"},
      {replaced(":1,", ":1e2,"), "quantity"},
      {replaced(":1,", ":4294967296,"), "quantity"},
      {replaced(":1,", ":99999999999999999999,"), "quantity"},
      {replaced(":1,", ":1.0000000000000000001,"), "quantity"},
      {replaced("[{", "[{},{"), "one leg"},
      {replaced("[{", "[7,{"), "one leg"},
  };
  for (const auto& [body, word] : cases) {
    const auto answer = call("POST", orders_path(), body).response;
    EXPECT_EQ(answer.status, 400) << body.substr(0, 200);
    EXPECT_NE(answer.body.find(word), std::string::npos) << body.substr(0, 200) << " -> " << answer.body;
  }
  EXPECT_EQ(call("POST", orders_path(), replaced(":1,", ":1.0,")).response.status, 201);
}

TEST_F(PaperOrdersTest, ListWantsBothTimesAndFilters) {
  EXPECT_EQ(get(orders_path()).status, 400);
  EXPECT_EQ(get(orders_path() + "?fromEnteredTime=2025-08-29T15%3A00%3A00.000Z").status, 400);
  EXPECT_EQ(get(list_target("2025-08-29", "2025-08-30T00:00:00.000Z")).status, 400);
  EXPECT_EQ(get(list_target("2025-08-30T00:00:00.000Z", "2025-08-29T00:00:00.000Z")).status, 400);
  EXPECT_EQ(get(list_target("2025-05-30T00:00:00.000Z", "2025-08-29T00:00:00.000Z")).status, 400);
  const auto first = placed("AAPL", "BUY", 1);
  clock.advance(1s);
  const auto second = placed("AAPL", "SELL", 2);
  clock.advance(1s);
  faults(R"([{"operation":"place","kind":"reject"}])");
  const auto third = placed("NVDA", "BUY", 3);
  clock.advance(1s);
  const auto ids = [&](const std::string& from, const std::string& to, const std::string& more = {}) {
    std::string text;
    const auto answer = get(list_target(from, to, more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto list = parse_json(answer.body);
    for (const auto& o : list.GetArray()) text += std::to_string(o["orderId"].GetInt64()) + " ";
    return text;
  };
  const std::string from = "2025-08-29T15:00:00.000Z", to = "2025-08-29T16:00:00.000Z";
  EXPECT_EQ(ids(from, to), third + " " + second + " " + first + " ");
  EXPECT_EQ(ids("2025-08-29T15:00:01.000Z", "2025-08-29T15:00:01.000Z"), second + " ");
  EXPECT_EQ(ids(from, to, "&maxResults=1"), third + " ");
  EXPECT_EQ(ids(from, to, "&status=FILLED"), second + " " + first + " ");
  EXPECT_EQ(ids(from, to, "&status=REJECTED"), third + " ");
  EXPECT_EQ(get(list_target(from, to, "&status=PARTYING")).status, 400);
  EXPECT_EQ(get(list_target(from, to, "&maxResults=0")).status, 400);
  const auto all = get("/trader/v1/orders?" + list_target(from, to).substr(orders_path().size() + 1));
  EXPECT_EQ(parse_json(all.body).Size(), 3U);
}

TEST_F(PaperOrdersTest, UnknownPathsAccountsOrdersAndMethods) {
  EXPECT_EQ(get(orders_path() + "/1").status, 404);
  EXPECT_EQ(get(orders_path() + "/abc").status, 400);
  EXPECT_EQ(get(orders_path() + "/99999999999999999999").status, 400);
  EXPECT_EQ(get("/trader/v1/accounts/12345678/orders/1").status, 404) << "the hash, not the number";
  EXPECT_EQ(get("/trader/v1/nothing").status, 404);
  EXPECT_EQ(get("").status, 404);
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("//trader/v1/accounts").status, 404);
  EXPECT_EQ(call("PUT", orders_path()).response.status, 405);
  EXPECT_EQ(call("POST", "/trader/v1/orders", "{}").response.status, 405);
}

TEST_F(PaperOrdersTest, CancelEndsAWorkingOrderAndKeepsWhatWasFilled) {
  faults(R"([{"operation":"place","kind":"partial","part":"0.3","delay_ms":60000,"nth":1}])");
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(1s);
  EXPECT_EQ(call("DELETE", orders_path() + "/" + id).response.status, 200);
  clock.advance(10min);
  const auto o = order_of(id);
  EXPECT_STREQ(o["status"].GetString(), "CANCELED");
  EXPECT_STREQ(o["closeTime"].GetString(), "2025-08-29T15:00:01+0000");
  EXPECT_EQ(books()["positions"]["AAPL"]["quantity"].GetInt64(), 3);
  EXPECT_EQ(call("DELETE", orders_path() + "/" + id).response.status, 400);
  EXPECT_EQ(call("DELETE", orders_path() + "/1").response.status, 404);
}

TEST_F(PaperOrdersTest, ASaleGoesShortOrIsRejectedAsConfigured) {
  const auto id = placed("AAPL", "SELL", 5);
  clock.advance(1s);
  EXPECT_EQ(status_of(id), "FILLED");
  const auto account = parse_json(get("/trader/v1/accounts/ABC123DEF456?fields=positions").body);
  EXPECT_EQ(account["securitiesAccount"]["positions"][0]["shortQuantity"].GetDouble(), 5.0);
  options.require_inventory = true;
  options.start_positions = {{"NVDA", "10"}};
  open_and_log_in();
  const auto covered = placed("NVDA", "SELL", 7);
  const auto beyond = placed("NVDA", "SELL", 4);
  clock.advance(1s);
  EXPECT_EQ(status_of(covered), "FILLED");
  EXPECT_EQ(status_of(beyond), "REJECTED");
  EXPECT_TRUE(order_of(beyond).HasMember("statusDescription"));
}

TEST_F(PaperOrdersTest, PositionsShowSignedSharesAndOnlyOnRequest) {
  placed("AAPL", "BUY", 3);
  placed("NVDA", "BUY", 2);
  placed("NVDA", "SELL", 2);
  clock.advance(1s);
  const auto plain = parse_json(get("/trader/v1/accounts/ABC123DEF456").body);
  EXPECT_FALSE(plain["securitiesAccount"].HasMember("positions"));
  const auto text = get("/trader/v1/accounts/ABC123DEF456?fields=positions").body;
  EXPECT_NE(text.find(R"("longQuantity":3.0)"), std::string::npos) << text;
  const auto full = parse_json(text);
  ASSERT_EQ(full["securitiesAccount"]["positions"].Size(), 1U) << "flat symbols have no entry";
  EXPECT_STREQ(full["securitiesAccount"]["positions"][0]["instrument"]["symbol"].GetString(), "AAPL");
  const auto all = parse_json(get("/trader/v1/accounts?fields=positions").body);
  ASSERT_TRUE(all.IsArray());
  EXPECT_EQ(all[0]["securitiesAccount"]["positions"].Size(), 1U);
  EXPECT_EQ(get("/trader/v1/accounts/ABC123DEF456?fields=orders").status, 400);
  const auto numbers = parse_json(get("/trader/v1/accounts/accountNumbers").body);
  EXPECT_STREQ(numbers[0]["accountNumber"].GetString(), "12345678");
  EXPECT_STREQ(numbers[0]["hashValue"].GetString(), "ABC123DEF456");
}

TEST_F(PaperOrdersTest, QuotesAgreeWithFillsAndReportUnknownSymbols) {
  options.fill_delay_min = options.fill_delay_max = 0ms;
  open_and_log_in();
  const auto text = get("/marketdata/v1/quotes?symbols=AAPL,BRK%2FB,ZZZZ,bad!").body;
  const auto quotes = parse_json(text);
  EXPECT_EQ(quotes["errors"]["invalidSymbols"].Size(), 2U);
  EXPECT_TRUE(quotes.HasMember("BRK/B"));
  const auto id = placed("AAPL", "BUY", 1);
  const auto books_now = books();
  const auto fills = books_now["orders"][0]["fills"].GetArray();
  ASSERT_EQ(fills.Size(), 1U);
  EXPECT_NE(text.find("\"askPrice\":" + std::string{fills[0]["price"].GetString()}), std::string::npos) << text;
  EXPECT_EQ(status_of(id), "FILLED");
  EXPECT_EQ(get("/marketdata/v1/quotes").status, 400);
  EXPECT_EQ(get("/marketdata/v1/quotes?symbols=").status, 400);
}

TEST_F(PaperOrdersTest, HoursOfOpenAndClosedDays) {
  options.market = paper_market::us_hours;
  open_and_log_in();
  const auto open_day = parse_json(get("/marketdata/v1/markets/equity").body);
  const auto& eq = open_day["equity"]["EQ"];
  EXPECT_TRUE(eq["isOpen"].GetBool());
  EXPECT_STREQ(eq["sessionHours"]["regularMarket"][0]["start"].GetString(), "2025-08-29T09:30:00-04:00");
  EXPECT_STREQ(eq["sessionHours"]["regularMarket"][0]["end"].GetString(), "2025-08-29T16:00:00-04:00");
  const auto closed_day = parse_json(get("/marketdata/v1/markets/equity?date=2025-08-30").body);
  EXPECT_FALSE(closed_day["equity"].HasMember("EQ"));
  EXPECT_FALSE(closed_day["equity"]["equity"]["isOpen"].GetBool());
  EXPECT_FALSE(closed_day["equity"]["equity"].HasMember("sessionHours"));
  for (const char* bad : {"2025-08-28", "2026-09-01", "soon", "2025-02-30"})
    EXPECT_EQ(get(std::string{"/marketdata/v1/markets/equity?date="} + bad).status, 400) << bad;
}

TEST_F(PaperOrdersTest, OrdersAfterHoursWaitForTheBellAndExpireAtTheClose) {
  options.market = paper_market::us_hours;
  set_time("2025-08-29T21:00:00Z");
  open_and_log_in();
  const auto id = placed("AAPL", "BUY", 10);
  faults(R"([{"operation":"place","kind":"late_fill","delay_ms":86400000}])");
  const auto lazy = placed("AAPL", "BUY", 10);
  EXPECT_EQ(status_of(id), "AWAITING_RELEASE_TIME");
  set_time("2025-09-01T13:29:59Z");
  log_in();
  EXPECT_EQ(status_of(id), "AWAITING_RELEASE_TIME");
  set_time("2025-09-01T13:30:01Z");
  EXPECT_EQ(status_of(id), "FILLED");
  EXPECT_EQ(status_of(lazy), "WORKING");
  set_time("2025-09-01T20:00:00Z");
  log_in();
  EXPECT_EQ(status_of(lazy), "EXPIRED");
  EXPECT_EQ(books()["positions"]["AAPL"]["quantity"].GetInt64(), 10);
}

TEST_F(PaperOrdersTest, AnOrderParkedByAClosedMarketIsReleasedWhenItOpens) {
  broker->set_market(paper_market::closed);
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(20min);
  EXPECT_EQ(status_of(id), "AWAITING_RELEASE_TIME");
  EXPECT_EQ(call("POST", "/paper/market", R"({"mode":"always_open"})").response.status, 200);
  EXPECT_EQ(call("POST", "/paper/market", R"({"mode":"sometimes"})").response.status, 400);
  EXPECT_EQ(call("POST", "/paper/market", "[").response.status, 400);
  clock.advance(1s);
  EXPECT_EQ(status_of(id), "FILLED");
}

TEST_F(PaperOrdersTest, RateLimitAnswers429WithTheTimeToWait) {
  options.calls_per_minute = 2;
  open_and_log_in();
  EXPECT_EQ(get("/trader/v1/accounts").status, 200);
  clock.advance(10s);
  EXPECT_EQ(place("AAPL", "BUY", 1).response.status, 201);
  const auto refused = place("AAPL", "BUY", 1).response;
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Retry-After"), "50");
  clock.advance(50s);
  EXPECT_EQ(get("/trader/v1/accounts").status, 200);
  EXPECT_EQ(books()["orders"].Size(), 1U);
}

TEST_F(PaperOrdersTest, SameSeedSameFills) {
  const auto run = [&](std::uint64_t seed) {
    set_time("2025-08-29T15:00:00Z");
    options.seed = seed;
    open_and_log_in();
    for (int i = 0; i < 5; ++i) {
      placed("AAPL", i % 2 == 0 ? "BUY" : "SELL", 10 + i);
      clock.advance(37s);
    }
    return get("/paper/ledger").body;
  };
  const auto one = run(1);
  EXPECT_EQ(one, run(1));
  EXPECT_NE(one, run(2));
}

TEST_F(PaperOrdersTest, TransactionsAreTheExecutionsOfTheWindow) {
  open_and_log_in();
  const auto bought = placed("AAPL", "BUY", 5);
  clock.advance(std::chrono::seconds{2});
  const auto sold = placed("NVDA", "SELL", 3);
  clock.advance(std::chrono::seconds{2});
  const std::string path =
      "/trader/v1/accounts/ABC123DEF456/transactions?startDate=2025-08-29T00:00:00.000Z&endDate="
      "2025-08-30T00:00:00.000Z&types=";
  const auto all = parse_json(get(path + "TRADE").body);
  ASSERT_TRUE(all.IsArray());
  std::map<std::string, double> shares;  // allow: JSON numbers of a test
  for (const auto& t : all.GetArray()) {
    EXPECT_STREQ(t["type"].GetString(), "TRADE");
    const auto& item = t["transferItems"][0];
    const auto amount = item["amount"].GetDouble();
    EXPECT_EQ(amount > 0, t["netAmount"].GetDouble() < 0) << "a purchase takes money";
    shares[std::to_string(t["orderId"].GetInt64())] += amount;
  }
  EXPECT_EQ(shares, (std::map<std::string, double>{{bought, 5}, {sold, -3}}));  // allow: as above
  EXPECT_LT(parse_json(get(path + "TRADE&symbol=NVDA").body).Size(), all.Size());
  EXPECT_EQ(parse_json(get(path + "DIVIDEND_OR_INTEREST").body).Size(), 0U);
  EXPECT_EQ(get("/trader/v1/accounts/ABC123DEF456/transactions").status, 400);
  EXPECT_EQ(get("/trader/v1/accounts/OTHER/transactions").status, 404);
}

TEST_F(PaperOrdersTest, PathsThatClientsOfTheBrokerUseAreThere) {
  open_and_log_in();
  EXPECT_EQ(get("/trader/v1/accounts/").body, get("/trader/v1/accounts").body);
  EXPECT_EQ(get("/marketdata/v1/markets?markets=equity").body, get("/marketdata/v1/markets/equity").body);
  EXPECT_EQ(get("/marketdata/v1/markets?markets=option,equity").body, get("/marketdata/v1/markets/equity").body);
  EXPECT_EQ(get("/marketdata/v1/markets?markets=bond").body, "{}");
  EXPECT_EQ(get("/marketdata/v1/markets?markets=tulips").status, 400);
  EXPECT_EQ(get("/marketdata/v1/markets").status, 400);
  const auto preference = parse_json(get("/trader/v1/userPreference").body);
  EXPECT_EQ(preference["accounts"][0]["accountNumber"].GetString(), options.account_number);
  access = "wrong";
  EXPECT_EQ(get("/trader/v1/userPreference").status, 401);
}

}  // namespace
}  // namespace hedgerow::paper
