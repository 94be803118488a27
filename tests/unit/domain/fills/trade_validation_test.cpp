// The rules of validation one by one, on fills made up for the purpose.
#include "actors/domain/fills/trade_validation.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "generated_fills.hpp"

namespace hedgerow::domain {
namespace {

using namespace test;
constexpr auto v4 = orderbook_version::v4;
constexpr auto v6 = orderbook_version::v6;

std::string judge(const blockchain_event& event, const validation_rules& rules = owner_rules(),
                  const std::map<address, token_info>& tokens = known_tokens()) {
  return describe(validate(event, rules, lookup_in(tokens)));
}

std::string judge_take(const take_spec& take, orderbook_version version = v6) { return judge(event_of(version, take)); }

take_spec take_of(abi_word shares_moved, abi_word dollars_moved) {
  auto take = plain_take(v6);
  take.input = shares_moved;
  take.output = dollars_moved;
  return take;
}

constexpr const char* sold = "trade SELL 2 AAPL for 300";

TEST(TradeValidation, ATakeIsSeenFromTheOrderNotFromTheTaker) {
  for (const auto version : {v4, v6}) {
    EXPECT_EQ(judge_take(plain_take(version), version), sold);
    auto take = plain_take(version);
    take.order = buying_order(owner);
    std::swap(take.input, take.output);
    EXPECT_EQ(judge_take(take, version), "trade BUY 2 AAPL for 300");
  }
}

TEST(TradeValidation, AClearCountsTheOwnersSideOnly) {
  for (const auto version : {v4, v6}) {
    auto amounts = plain_amounts(version);
    amounts.bob_output = amounts.bob_input = word_of(1);
    EXPECT_EQ(judge(event_of(version, plain_clear(), amounts)), sold);
    auto clear = plain_clear();
    std::swap(clear.alice.owner, clear.bob.owner);
    amounts = plain_amounts(version);
    amounts.alice_output = amounts.alice_input = word_of(1);
    EXPECT_EQ(judge(event_of(version, clear, amounts)), "trade BUY 2 AAPL for 300");
  }
}

TEST(TradeValidation, OnlyTheOwnersOrdersCount) {
  auto take = plain_take(v6);
  take.order.owner = stranger;
  EXPECT_EQ(judge_take(take), "filtered owner_not_involved");
  take.sender = owner;
  EXPECT_EQ(judge_take(take), "filtered owner_not_involved");
  take.order.owner = owner;
  EXPECT_EQ(judge_take(take), "filtered self_take");

  auto clear = plain_clear();
  clear.sender = owner;  // the owner may clear its own order against a stranger's: a trade like any other
  EXPECT_EQ(judge(event_of(v6, clear, plain_amounts(v6))), sold);
  clear.bob.owner = owner;
  EXPECT_EQ(judge(event_of(v6, clear, plain_amounts(v6))), "rejected both_sides_owned");
  clear.alice.owner = clear.bob.owner = stranger;
  auto foreign = event_of(v6, clear, plain_amounts(v6));
  foreign.after_clear.reset();
  EXPECT_EQ(judge(foreign), "filtered owner_not_involved");
}

TEST(TradeValidation, TheAfterClearMustBeTheClears) {
  const auto event = event_of(v6, plain_clear(), plain_amounts(v6));
  auto none = event, other_tx = event, other_book = event, before = event, cut = event, two_topics = event;
  none.after_clear.reset();
  other_tx.after_clear->ref.tx_hash.value[31] = 1;
  other_book.after_clear->book = stranger;
  before.after_clear->ref.log_index = before.log.ref.log_index;
  cut.after_clear->data.resize(128);
  two_topics.after_clear->topics.push_back({});
  EXPECT_EQ(judge(none), "rejected no_after_clear_log");
  EXPECT_EQ(judge(other_tx), "rejected after_clear_mismatch");
  EXPECT_EQ(judge(other_book), "rejected after_clear_mismatch");
  EXPECT_EQ(judge(before), "rejected after_clear_mismatch");
  EXPECT_EQ(judge(cut), "rejected truncated");
  EXPECT_EQ(judge(two_topics), "rejected wrong_topic_count");
}

TEST(TradeValidation, LogsOfOtherEventsAreRejected) {
  auto event = event_of(v6, plain_take(v6));
  event.version = v4;  // a V6 event of a V4 book
  EXPECT_EQ(judge(event), "rejected unknown_topic0");
  event.log.topics.clear();
  EXPECT_EQ(judge(event), "rejected unknown_topic0");
  event = event_of(v6, plain_take(v6));
  event.log.topics.push_back({});
  EXPECT_EQ(judge(event), "rejected wrong_topic_count");
  event = event_of(v6, plain_take(v6));
  event.log.ref.log_index = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(judge(event), sold);
  ++event.log.ref.log_index;
  EXPECT_EQ(judge(event), "rejected log_index_out_of_range");
}

TEST(TradeValidation, IndexesAreComparedWith256Bits) {
  const uint256 one{1};
  for (const uint256& index :
       {one, uint256{one << 32}, uint256{one << 64}, uint256{one << 128}, uint256{one << 255}, uint256{~uint256{0}}}) {
    for (const auto version : {v4, v6}) {
      auto take = plain_take(version);
      take.input_index = index;
      EXPECT_EQ(judge_take(take, version), "rejected input_index_out_of_range") << index;
      take = plain_take(version);
      take.output_index = index;
      EXPECT_EQ(judge_take(take, version), "rejected output_index_out_of_range") << index;
      for (const bool alice : {true, false}) {
        auto clear = plain_clear();
        if (!alice) std::swap(clear.alice.owner, clear.bob.owner);
        clear.indexes[alice ? 0 : 2] = index;
        EXPECT_EQ(judge(event_of(version, clear, plain_amounts(version))), "rejected input_index_out_of_range");
        clear.indexes[alice ? 0 : 2] = 0;
        clear.indexes[alice ? 1 : 3] = index;
        EXPECT_EQ(judge(event_of(version, clear, plain_amounts(version))), "rejected output_index_out_of_range");
        // The other side's indexes are not ours to judge.
        clear.indexes = {0, 0, 0, 0};
        clear.indexes[alice ? 2 : 0] = index;
        EXPECT_TRUE(judge(event_of(version, clear, plain_amounts(version))).starts_with("trade"));
      }
    }
  }
  auto take = plain_take(v6);
  take.order.inputs = {};
  EXPECT_EQ(judge_take(take), "rejected input_index_out_of_range");
}

TEST(TradeValidation, DustIsCountedAndLostDollarsAreNot) {
  constexpr auto tiny = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(judge_take(take_of(float_of(0, 0), float_of(0, 0))), "filtered zero_equity_amount");
  EXPECT_EQ(judge_take(take_of(float_of(0, tiny), float_of(1, 0))), "filtered zero_equity_amount");
  EXPECT_EQ(judge_take(take_of(float_of(1, tiny), float_of(1, tiny))), "filtered dust_equity_amount");
  EXPECT_EQ(judge_take(take_of(float_of(9, -19), float_of(5, 0))), "filtered dust_equity_amount");
  EXPECT_EQ(judge_take(take_of(float_of(1, -18), float_of(1, -6))),
            "trade SELL 0.000000000000000001 AAPL for 0.000001");
  EXPECT_EQ(judge_take(take_of(float_of(1, -18), float_of(9, -7))), "filtered dust_usdc_amount");
  EXPECT_EQ(judge_take(take_of(float_of(99, -6), float_of(1, tiny))), "filtered dust_usdc_amount");
  EXPECT_EQ(judge_take(take_of(float_of(99, -6), float_of(1, -6))), "trade SELL 0.000099 AAPL for 0.000001");
  EXPECT_EQ(judge_take(take_of(float_of(1, -4), float_of(9, -7))), "rejected unpriceable_fill");
  EXPECT_EQ(judge_take(take_of(float_of(1, 0), float_of(0, 0))), "rejected unpriceable_fill");
  EXPECT_EQ(judge_take(take_of(float_of(1, 0), float_of(9, -7))), "rejected unpriceable_fill");
  EXPECT_EQ(judge_take(take_of(float_of(1, 0), float_of(1, tiny))), "rejected unpriceable_fill");
}

TEST(TradeValidation, FloatsAreTruncatedToTheTokens) {
  EXPECT_EQ(judge_take(take_of(float_of(1'234'567'890'123'456'789, -19), float_of(649'999'999, -7))),
            "trade SELL 0.123456789012345678 AAPL for 64.999999");
  auto tokens = known_tokens();
  tokens[usdc].decimals = 2;
  EXPECT_EQ(judge(event_of(v6, take_of(float_of(1, 0), float_of(64'999, -3))), owner_rules(), tokens),
            "trade SELL 1 AAPL for 64.99");
}

TEST(TradeValidation, ImpossibleAmountsAreRejected) {
  auto negative = float_of(1, 0);
  negative.fill(0xff);  // -1 * 10^-1
  EXPECT_EQ(judge_take(take_of(negative, float_of(1, 0))), "rejected negative_amount");
  EXPECT_EQ(judge_take(take_of(float_of(1, 0), negative)), "rejected negative_amount");
  negative[0] = 0x80;  // far below zero's neighbourhood at any scale, negative all the same
  EXPECT_EQ(judge_take(take_of(negative, float_of(0, 0))), "rejected negative_amount");
  EXPECT_EQ(judge_take(take_of(float_of(1, 60), float_of(1, 0))), "rejected amount_overflow");
  EXPECT_EQ(judge_take(take_of(float_of(1, 0), float_of(1, std::numeric_limits<std::int32_t>::max()))),
            "rejected amount_overflow");
}

TEST(TradeValidation, DeclaredDecimalsMustBeTheTokens) {
  auto take = plain_take(v4);
  take.order.outputs[0].decimals = 8;
  EXPECT_EQ(judge_take(take, v4), "rejected decimals_mismatch");
  take = plain_take(v4);
  take.order.inputs[0].decimals = 18;
  EXPECT_EQ(judge_take(take, v4), "rejected decimals_mismatch");
  // Tokens of the order that did not move do not matter.
  take = plain_take(v4);
  take.order.inputs.push_back({weth, 6, {}});
  EXPECT_EQ(judge_take(take, v4), sold);
}

TEST(TradeValidation, UnknownTokensAreAskedFor) {
  const auto event = event_of(v6, plain_take(v6));
  const auto v = validate(event, owner_rules(), lookup_in({}));
  EXPECT_EQ(std::get<missing_tokens>(v).tokens, (std::vector{usdc, aapl}));
  EXPECT_EQ(judge(event, owner_rules(), {{aapl, {"AAPL0x", 18}}}), "missing 1");
}

TEST(TradeValidation, UsdcIsPinnedByAddress) {
  auto rules = owner_rules();
  rules.usdc = usdc;
  const auto event = event_of(v6, plain_take(v6));
  EXPECT_EQ(judge(event, rules), sold);
  EXPECT_EQ(judge(event, rules, {{usdc, {"USD Coin", 6}}, {aapl, {"AAPL0x", 18}}}), sold);
  rules.usdc = weth;
  EXPECT_EQ(judge(event, rules), "rejected usdc_address_mismatch");
}

TEST(TradeValidation, PinnedTokensWinAndCanBeTheOnlyOnes) {
  auto rules = owner_rules();
  const auto event = event_of(v6, plain_take(v6));
  rules.pinned_tokens[aapl] = {"NVDAs1", 18};
  EXPECT_EQ(judge(event, rules), "trade SELL 2 NVDA for 300");
  rules.allow_unlisted = false;
  EXPECT_EQ(judge(event, rules), "rejected token_not_listed");
  rules.usdc = usdc;
  EXPECT_EQ(judge(event, rules), "trade SELL 2 NVDA for 300");
  rules.pinned_tokens.clear();
  EXPECT_EQ(judge(event, rules, {}), "rejected token_not_listed");
}

TEST(TradeValidation, OnlyDollarsAgainstOneEquity) {
  const auto pair = [](const address& in, const address& out) {
    auto take = plain_take(v6);
    take.order.inputs[0].token = in;
    take.order.outputs[0].token = out;
    return judge_take(take);
  };
  for (const auto& [in, out] : {std::pair{weth, aapl}, std::pair{aapl, weth}, std::pair{usdc, weth},
                                std::pair{usdc, usdc}, std::pair{aapl, aapl}})
    EXPECT_EQ(pair(in, out), "rejected invalid_symbol_pair");
  auto take = plain_take(v6);
  take.order.outputs[0].token = weth;
  const auto v = validate(event_of(v6, take), owner_rules(), lookup_in(known_tokens()));
  EXPECT_EQ(std::get<rejected>(v).detail, "received USDC, gave WETH");
}

TEST(TradeValidation, TheBrokersTickerReplacesTheBase) {
  auto rules = owner_rules();
  const std::map<address, token_info> tokens{{usdc, {"USDC", 6}}, {aapl, {"BRK.B0x", 18}}};
  const auto event = event_of(v6, plain_take(v6));
  EXPECT_EQ(judge(event, rules, tokens), "trade SELL 2 BRK.B for 300");
  rules.broker_symbols["BRK.B"] = "BRK/B";
  const auto v = validate(event, rules, lookup_in(tokens));
  EXPECT_EQ(std::get<onchain_trade>(v).symbol.str(), "BRK/B");
  EXPECT_EQ(std::get<onchain_trade>(v).token_symbol, "BRK.B0x");
  rules.broker_symbols["BRK.B"] = "brk b";
  EXPECT_EQ(judge(event, rules, tokens), "rejected invalid_broker_symbol");
}

}  // namespace
}  // namespace hedgerow::domain
