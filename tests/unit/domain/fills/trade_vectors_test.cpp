// Every case of the fill vectors, end to end: log, pairing, verdict.
#include <gtest/gtest.h>

#include "fill_vectors.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using hedgerow::test::load_vectors;
using hedgerow::test::text_of;

/// Decimal text truncated to what an amount holds.
std::string cut_to_18(std::string text) {
  const auto dot = text.find('.');
  if (dot != std::string::npos && text.size() > dot + 19) text.resize(dot + 19);
  return shares::parse(text).value().to_string();
}

std::string expected_line(const std::string& name, const rapidjson::Value& e) {
  const std::string outcome = text_of(e["outcome"]);
  if (outcome == "filtered") return "filtered " + text_of(e["reason"]);
  if (outcome == "anomaly") return "rejected both_sides_owned";
  if (outcome == "reject" || outcome == "retryable_error") return "rejected " + test::snake_case(text_of(e["error"]));
  // (2^256-1) / 10^6 dollars do not fit 256 bits of 1e-18: refused by name, never wrapped or rounded.
  if (name.starts_with("huge_values")) return "rejected amount_overflow";
  return "trade " + text_of(e["onchain_direction"]) + " " + cut_to_18(text_of(e["equity_amount"])) + " " +
         text_of(e["symbol"]) + " for " + cut_to_18(text_of(e["usdc_amount"]));
}

void expect_details(const onchain_trade& t, const test::fill_case& c) {
  const auto& e = *c.expected;
  EXPECT_EQ(t.token_symbol, text_of(e["tokenized_symbol"]));
  EXPECT_EQ(t.price().to_string(), text_of(e["price_usdc_per_share"]["decimal_18dp_round_half_up"]));
  EXPECT_EQ(t.position_delta().to_string(), cut_to_18(text_of(e["position_delta"])));
  EXPECT_EQ(to_string(opposite(t.side)), text_of(e["hedge_direction"]));
  EXPECT_EQ(t.sequence, c.event.sequence);
  EXPECT_EQ(t.chain_id, c.event.chain_id);
  EXPECT_EQ(t.ref, c.event.log.ref);
  EXPECT_EQ(t.book, c.event.log.book);
  EXPECT_EQ(t.block_time, c.event.block_time);
  EXPECT_EQ(t.change, c.event.change);
  EXPECT_EQ(t.kind == fill_kind::clear, c.event.after_clear.has_value());
}

TEST(TradeVectors, EveryCase) {
  std::map<std::string, int> outcomes;
  for (const auto& [name, version] : test::fill_files) {
    const auto file = load_vectors(name);
    const auto tokens = test::tokens_of(file);
    for (const auto& c : test::fill_cases(file, version)) {
      SCOPED_TRACE(std::string{name} + " " + c.name);
      validation_rules rules;
      rules.owner = c.owner;
      const auto v = validate(c.event, rules, test::lookup_in(tokens));
      EXPECT_EQ(test::describe(v), expected_line(c.name, *c.expected));
      ++outcomes[text_of((*c.expected)["outcome"])];
      if (const auto* trade = std::get_if<onchain_trade>(&v)) expect_details(*trade, c);
    }
  }
  EXPECT_GT(outcomes["trade"], 15);
  EXPECT_GT(outcomes["reject"], 5);
}

TEST(TradeVectors, ARevertedEventTakesBackExactlyWhatWasBooked) {
  for (const auto& [name, version] : test::fill_files) {
    const auto file = load_vectors(name);
    const auto tokens = test::tokens_of(file);
    for (auto c : test::fill_cases(file, version)) {
      SCOPED_TRACE(std::string{name} + " " + c.name);
      validation_rules rules;
      rules.owner = c.owner;
      const auto applied = validate(c.event, rules, test::lookup_in(tokens));
      c.event.change = evm_log_change::reverted;
      const auto reverted = validate(c.event, rules, test::lookup_in(tokens));
      EXPECT_EQ(test::describe(applied), test::describe(reverted));
      const auto* there = std::get_if<onchain_trade>(&applied);
      if (there == nullptr) continue;
      auto back = std::get<onchain_trade>(reverted);
      EXPECT_TRUE(there->position_delta().plus(back.position_delta()).value().is_zero());
      back.change = evm_log_change::applied;
      EXPECT_EQ(back, *there);
    }
  }
}

TEST(TradeVectors, AmountsOfV4AreRawUnitsOverPowersOfTen) {
  const auto file = load_vectors("amounts.json");
  for (const auto& c : file["cases"].GetArray()) {
    SCOPED_TRACE(text_of(c["note"]));
    const auto decimals = static_cast<unsigned>(std::stoul(text_of(c["decimals"])));
    const auto units = units_from_raw(uint256{text_of(c["raw"])}, decimals);
    if (text_of(c["truncated_18dp"]).size() > 79) {
      EXPECT_EQ(units.error(), amount_error::overflow);
    } else {
      EXPECT_EQ(shares::from_units(units.value()).to_string(), text_of(c["truncated_18dp"]));
    }
  }
}

}  // namespace
}  // namespace hedgerow::domain
