#include <gtest/gtest.h>

#include "runtime/adapters/schwab/order_parse.hpp"
#include "wire_vectors.hpp"

namespace hedgerow::schwab {
namespace {

/// A working order for 5 AAPL; the arguments replace the text of one place.
std::string sample(const std::string& from = "", const std::string& to = "") {
  std::string text =
      R"({"session":"NORMAL","duration":"DAY","orderType":"MARKET","quantity":5.0,"filledQuantity":2.0,)"
      R"("remainingQuantity":3.0,"orderId":1004055538123,"status":"WORKING","enteredTime":"2025-08-29T17:15:17+0000",)"
      R"("orderStrategyType":"SINGLE","orderLegCollection":[{"instrument":{"assetType":"EQUITY","symbol":"AAPL"},)"
      R"("instruction":"BUY","quantity":5.0}],"orderActivityCollection":[{"activityType":"EXECUTION",)"
      R"("executionType":"FILL","executionLegs":[{"price":10.5,"quantity":2.0,"time":"2025-08-29T17:15:18+0000"}]}]})";
  if (from.empty()) return text;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string spec_name(order_status status) {
  switch (status) {
    case order_status::working: return "SUBMITTED";
    case order_status::filled: return "FILLED";
    default: return "FAILED";
  }
}

TEST(OrderParse, EveryStatusOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  std::size_t known = 0;
  for (const auto& row : vectors["status_map"].GetArray()) {
    const std::string status = row["status"].IsNull() ? "" : row["status"].GetString();
    const auto body =
        row["status"].IsNull() ? sample(R"("status":"WORKING",)", "") : sample("\"WORKING\"", "\"" + status + "\"");
    const auto order = parse_order(body);
    ASSERT_TRUE(order) << status << ": " << order.error();
    EXPECT_EQ(spec_name(order->status), row["internal"].GetString()) << status;
    EXPECT_EQ(order->status != order_status::working, row["terminal"].GetBool()) << status;
    EXPECT_EQ(order->status_text, status);
    const bool listed = row.HasMember("in_openapi");
    EXPECT_EQ(order->status_known, listed && status != "UNKNOWN" && status != "REPLACED") << status;
    known += order->status_known ? 1 : 0;
  }
  EXPECT_EQ(known, 20U);
  EXPECT_EQ(read_status("CANCELED").status, order_status::cancelled);
  EXPECT_EQ(read_status("REJECTED").status, order_status::rejected);
  EXPECT_EQ(read_status("EXPIRED").status, order_status::expired);
  EXPECT_EQ(read_status("filled").status, order_status::working);
}

TEST(OrderParse, EveryResponseOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  int priced = 0;
  for (const auto& row : vectors["order_responses"].GetArray()) {
    const std::string name = row["name"].GetString();
    const auto& expectation = row["expected"];
    const auto order = parse_order(test::wire_text(row["response"]));
    ASSERT_TRUE(order) << name << ": " << order.error();
    const std::string internal = expectation["internal"].GetString();
    EXPECT_EQ(spec_name(order->status), internal == "error_or_fallback" ? "FILLED" : internal) << name;
    EXPECT_TRUE(order->market_day) << name;
    EXPECT_EQ(order->symbol.str(), "AAPL");
    for (const char* field : {"filled_quantity", "partial_filled_quantity"})
      if (expectation.HasMember(field)) {
        EXPECT_EQ(order->filled, shares::from_whole(expectation[field].GetInt())) << name;
      }
    if (expectation.HasMember("order_id")) {
      EXPECT_EQ(order->id.str(), expectation["order_id"].GetString());
    }
    // Terminal orders have a time of their own or of their last leg.
    EXPECT_EQ(order->closed_at.has_value(), order->status != order_status::working) << name;
    if (!expectation.HasMember("average_price_exact")) continue;
    ++priced;
    const price average{order->filled_notional, order->priced};
    EXPECT_EQ(average.to_string(), expectation["average_price_18dp_half_up"].GetString()) << name;
    const auto numerator = shares::parse(expectation["average_price_exact"]["numerator"].GetString())->units();
    const auto denominator = shares::parse(expectation["average_price_exact"]["denominator"].GetString())->units();
    EXPECT_EQ(order->filled_notional.units() * denominator, order->priced.units() * numerator) << name;
  }
  EXPECT_GE(priced, 8);
}

TEST(OrderParse, ReadsAllFields) {
  const auto order = parse_order(sample("\"BUY\"", "\"SELL\""));
  ASSERT_TRUE(order) << order.error();
  EXPECT_EQ(order->id.str(), "1004055538123");
  EXPECT_EQ(order->side, side::sell);
  EXPECT_EQ(order->quantity, shares::from_whole(5));
  EXPECT_EQ(order->filled, shares::from_whole(2));
  EXPECT_EQ(order->filled_notional, usd::from_whole(21));
  EXPECT_EQ(order->priced, shares::from_whole(2));
  EXPECT_EQ(to_rfc3339(*order->entered_at), "2025-08-29T17:15:17.000000Z");
  EXPECT_FALSE(order->closed_at);
}

TEST(OrderParse, MoneyIsExactInEverySpellingOfANumber) {
  for (const auto& [spelling, notional] :
       std::vector<std::pair<std::string, std::string>>{{"10.5000", "21"},
                                                        {"1.05E1", "21"},
                                                        {"105e-1", "21"},
                                                        {"0.1", "0.2"},
                                                        {"1E+2", "200"},
                                                        {"0.0", "0"},
                                                        {"123456789.123456789", "246913578.246913578"},
                                                        {"1E-18", "0.000000000000000002"}}) {
    const auto order = parse_order(sample("10.5", spelling));
    ASSERT_TRUE(order) << spelling << ": " << order.error();
    EXPECT_EQ(order->filled_notional.to_string(), notional) << spelling;
  }
  const auto large = parse_order(sample("\"filledQuantity\":2.0", "\"filledQuantity\":1.0E7"));
  ASSERT_TRUE(large);
  EXPECT_EQ(large->filled, shares::from_whole(10'000'000));
}

TEST(OrderParse, WhatDecidesAboutMoneyMustBeThereAndBeRight) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {R"("filledQuantity":2.0,)", ""},
           {R"("filledQuantity":2.0)", R"("filledQuantity":null)"},
           {R"("filledQuantity":2.0)", R"("filledQuantity":"2.0")"},
           {R"("filledQuantity":2.0)", R"("filledQuantity":-2.0)"},
           {R"("quantity":5.0,"filled)", R"("filled)"},
           {R"("orderId":1004055538123)", R"("orderId":"1004055538123")"},
           {R"("orderId":1004055538123)", R"("orderId":1004055538123.0)"},
           {R"("orderId":1004055538123)", R"("orderId":-1)"},
           {R"("orderId":1004055538123,)", ""},
           {R"("price":10.5,)", ""},
           {R"("price":10.5)", R"("price":-10.5)"},
           {R"("price":10.5)", R"("price":1e-19)"},
           {R"("price":10.5)", R"("price":1e61)"},
           {R"("price":10.5)", R"("price":1e99999999999)"},
           {R"("price":10.5)", R"("price":")"
                               "\\u000110.5\""},
           {R"("price":10.5,"quantity":2.0)", R"("price":10.5)"},
           {R"("price":10.5,"quantity":2.0)", R"("price":1e55,"quantity":1e55)"},
           {R"("orderType":"MARKET",)", ""},
           {R"("duration":"DAY",)", ""},
           {R"("executionLegs":[)", R"("executionLegs":{},"x":[)"},
           {R"("orderActivityCollection":[)", R"("orderActivityCollection":5,"x":[)"},
           {R"("symbol":"AAPL")", R"("symbol":"")"},
           {R"("assetType":"EQUITY")", R"("assetType":"OPTION")"},
           {R"("instruction":"BUY")", R"("instruction":"EXCHANGE")"},
       }) {
    const auto order = parse_order(sample(from, to));
    ASSERT_FALSE(order) << from << " -> " << to;
    EXPECT_FALSE(order.error().empty());
    EXPECT_EQ(order.error().find("1004055538123"), std::string::npos);
  }
}

TEST(OrderParse, TextThatIsNotAnOrderIsAnErrorNotACrash) {
  for (const std::string& text : {std::string{}, std::string{"<html>"}, std::string{"{"}, std::string{"[]"},
                                  std::string{"null"}, std::string{"5"}, std::string{"{}"}, std::string("\0\0", 2),
                                  std::string{R"({"orderId":01})"}, std::string(200'000, '['), sample() + "x"})
    EXPECT_FALSE(parse_order(text)) << text.substr(0, 20);
}

TEST(OrderParse, EveryCutOfAnAnswerIsAnError) {
  const auto whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_order(whole.substr(0, size))) << size;
}

TEST(OrderParse, OnlyPlainMarketOrdersForTheDayAreMarketDay) {
  ASSERT_TRUE(parse_order(sample())->market_day);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"\"MARKET\"", "\"LIMIT\""},
                                                                                 {"\"DAY\"", "\"GOOD_TILL_CANCEL\""},
                                                                                 {"\"NORMAL\"", "\"SEAMLESS\""},
                                                                                 {"\"SINGLE\"", "\"TRIGGER\""},
                                                                                 {"\"BUY\"", "\"BUY_TO_COVER\""},
                                                                                 {"\"BUY\"", "\"SELL_SHORT\""}}) {
    const auto order = parse_order(sample(from, to));
    ASSERT_TRUE(order) << to << order.error();
    EXPECT_FALSE(order->market_day) << to;
  }
  EXPECT_EQ(parse_order(sample("\"BUY\"", "\"SELL_SHORT\""))->side, side::sell);
}

TEST(OrderParse, OnlyFillsAreSummed) {
  EXPECT_TRUE(parse_order(sample("\"EXECUTION\"", "\"ORDER_ACTION\""))->priced.is_zero());
  EXPECT_TRUE(parse_order(sample("\"FILL\"", "\"CANCELED\""))->priced.is_zero());
}

TEST(OrderParse, AccountNumbersInDescriptionsAreMasked) {
  const auto order =
      parse_order(sample("\"status\"", "\"statusDescription\":\"account 12345678 is short\",\"status\""));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->description, "account *** is short");
}

TEST(OrderParse, ListsLeaveOutWhatIsNoSingleEquity) {
  const auto option = sample("\"EQUITY\"", "\"OPTION\"");
  const std::string strategy = R"({"orderStrategyType":"OCO","childOrderStrategies":[]})";
  const auto good = parse_orders("[" + option + "," + sample() + "," + strategy + "]");
  ASSERT_TRUE(good) << good.error();
  ASSERT_EQ(good->orders.size(), 1U);
  EXPECT_TRUE(good->unreadable.empty());
  EXPECT_EQ(good->orders.front().id.str(), "1004055538123");
  EXPECT_TRUE(parse_orders("[]")->orders.empty());
  EXPECT_FALSE(parse_orders("{}"));
  std::string many = "[{}";
  for (std::size_t i = 1; i < max_listed_orders - 1; ++i) many += ",{}";
  EXPECT_TRUE(parse_orders(many + "]"));
  EXPECT_FALSE(parse_orders(many + ",{}]"));
}

TEST(OrderParse, ARowThatCannotBeReadIsToldApartAndLeavesTheOthersReadable) {
  const auto list = parse_orders("[" + sample() + "," + sample(R"("filledQuantity":2.0,)", "") + "]");
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->orders.size(), 1U);
  ASSERT_EQ(list->unreadable.size(), 1U);
  EXPECT_EQ(list->unreadable.front().symbol, list->orders.front().symbol);
  EXPECT_EQ(list->unreadable.front().id, list->orders.front().id);
  EXPECT_NE(list->unreadable.front().why.find("filledQuantity"), std::string::npos);
}

/// If such a row were left out, the evidence of any symbol's execution might lack its order.
TEST(OrderParse, ARowThatDoesNotSayWhatItTradesMayBeAnybodys) {
  const auto unreadable = [](const std::string& row) {
    const auto list = parse_orders("[" + sample() + "," + row + "]");
    EXPECT_TRUE(list && list->orders.size() == 1) << row;
    return list ? list->unreadable : std::vector<unreadable_order>{};
  };
  for (const char* row : {"{}", "5", R"({"orderId":7})", R"({"orderId":7,"orderLegCollection":[]})",
                          R"({"orderId":7,"orderLegCollection":[{"instruction":"BUY"}]})",
                          R"({"orderId":7,"orderLegCollection":[{"instrument":{"assetType":"EQUITY"}}]})"}) {
    const auto rows = unreadable(row);
    ASSERT_EQ(rows.size(), 1U) << row;
    EXPECT_FALSE(rows.front().symbol) << row;
  }
  for (const char* row : {R"({"orderLegCollection":[{"instruction":"BUY","instrument":{"symbol":"MSFT"}}]})",
                          R"({"orderLegCollection":[{"instrument":{"assetType":"EQUITY","symbol":"MSFT"}}]})"}) {
    const auto rows = unreadable(row);
    ASSERT_EQ(rows.size(), 1U) << row;
    EXPECT_EQ(rows.front().symbol->str(), "MSFT");
  }
  for (const char* row :
       {R"({"orderLegCollection":[{},{}]})", R"({"orderLegCollection":[{"instrument":{"assetType":"OPTION"}}]})",
        R"({"orderLegCollection":[{"instrument":{"assetType":"EQUITY","symbol":"not a symbol"}}]})"})
    EXPECT_TRUE(unreadable(row).empty()) << row;
}

}  // namespace
}  // namespace hedgerow::schwab
