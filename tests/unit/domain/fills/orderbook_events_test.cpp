#include "actors/domain/fills/orderbook_events.hpp"

#include <gtest/gtest.h>

#include "abi_encoder.hpp"
#include "fill_vectors.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using hedgerow::test::load_vectors;
using hedgerow::test::text_of;
using test::address_of;
using test::bytes_of;
using test::hash_of;
using test::log_of;

/// A 256-bit member: decimal text or 0x and 64 digits.
uint256 number_of(const rapidjson::Value& v) { return uint256{text_of(v)}; }
abi_word amount_of(const rapidjson::Value& v) { return test::word_of(number_of(v)); }

void expect_ios(const io_list& ios, const rapidjson::Value& expected) {
  ASSERT_EQ(ios.size(), expected.Size());
  for (rapidjson::SizeType i = 0; i < expected.Size(); ++i) {
    const auto& e = expected[i];
    EXPECT_EQ(ios[i].token, address_of(e["token"]));
    EXPECT_EQ(ios[i].vault_id.value, amount_of(e["vaultId"]));
    ASSERT_EQ(ios[i].decimals.has_value(), e.HasMember("decimals"));
    if (ios[i].decimals) {
      EXPECT_EQ(std::to_string(*ios[i].decimals), text_of(e["decimals"]));
    }
  }
}

void expect_order(const raindex_order& o, const rapidjson::Value& expected) {
  EXPECT_EQ(o.owner, address_of(expected["owner"]));
  EXPECT_EQ(o.evaluable.interpreter, address_of(expected["evaluable"]["interpreter"]));
  EXPECT_EQ(o.evaluable.store, address_of(expected["evaluable"]["store"]));
  EXPECT_EQ(bytes{o.evaluable.bytecode}, bytes_of(expected["evaluable"]["bytecode"]));
  EXPECT_EQ(o.nonce, hash_of(expected["nonce"]));
  expect_ios(o.valid_inputs, expected["validInputs"]);
  expect_ios(o.valid_outputs, expected["validOutputs"]);
}

void expect_take(const take_order_event& e, const rapidjson::Value& expected) {
  const auto& config = expected["config"];
  EXPECT_EQ(e.sender, address_of(expected["sender"]));
  expect_order(e.order, config["order"]);
  EXPECT_EQ(e.input_io_index, number_of(config["inputIOIndex"]));
  EXPECT_EQ(e.output_io_index, number_of(config["outputIOIndex"]));
  EXPECT_EQ(e.input, amount_of(expected["input"]));
  EXPECT_EQ(e.output, amount_of(expected["output"]));
  ASSERT_EQ(e.signed_contexts.size(), config["signedContext"].Size());
  for (rapidjson::SizeType i = 0; i < config["signedContext"].Size(); ++i) {
    const auto& context = config["signedContext"][i];
    EXPECT_EQ(e.signed_contexts[i].signer, address_of(context["signer"]));
    EXPECT_EQ(bytes{e.signed_contexts[i].signature}, bytes_of(context["signature"]));
    bytes words;
    for (const auto& word : context["context"].GetArray()) {
      const auto w = amount_of(word);
      words.append(w.begin(), w.end());
    }
    EXPECT_EQ(bytes{e.signed_contexts[i].context}, words);
  }
}

void expect_clear(const clear_event& e, const rapidjson::Value& expected) {
  const auto& config = expected["clearConfig"];
  EXPECT_EQ(e.sender, address_of(expected["sender"]));
  expect_order(e.alice, expected["alice"]);
  expect_order(e.bob, expected["bob"]);
  EXPECT_EQ(e.alice_input_io_index, number_of(config["aliceInputIOIndex"]));
  EXPECT_EQ(e.alice_output_io_index, number_of(config["aliceOutputIOIndex"]));
  EXPECT_EQ(e.bob_input_io_index, number_of(config["bobInputIOIndex"]));
  EXPECT_EQ(e.bob_output_io_index, number_of(config["bobOutputIOIndex"]));
  EXPECT_EQ(e.alice_bounty_vault_id.value, amount_of(config["aliceBountyVaultId"]));
  EXPECT_EQ(e.bob_bounty_vault_id.value, amount_of(config["bobBountyVaultId"]));
}

void expect_after_clear(const after_clear_event& e, const rapidjson::Value& amounts) {
  EXPECT_EQ(e.alice_output, amount_of(amounts["aliceOutput"]));
  EXPECT_EQ(e.bob_output, amount_of(amounts["bobOutput"]));
  EXPECT_EQ(e.alice_input, amount_of(amounts["aliceInput"]));
  EXPECT_EQ(e.bob_input, amount_of(amounts["bobInput"]));
}

TEST(OrderbookEvents, TopicsAreThoseOfTheVectors) {
  const auto file = load_vectors("topics.json");
  const auto& events = file["events"];
  const auto topic = [&](const char* event) { return hash_of(events[event]["topic0"]); };
  const auto& v4 = topics_of(orderbook_version::v4);
  EXPECT_EQ(v4.take, topic("TakeOrderV2"));
  EXPECT_EQ(v4.clear, topic("ClearV2"));
  EXPECT_EQ(v4.after_clear, topic("AfterClear"));
  const auto& v6 = topics_of(orderbook_version::v6);
  EXPECT_EQ(v6.take, topic("TakeOrderV3"));
  EXPECT_EQ(v6.clear, topic("ClearV3"));
  EXPECT_EQ(v6.after_clear, topic("AfterClearV2"));
}

TEST(OrderbookEvents, FillVectorsDecodeCompletely) {
  for (const auto& [name, version] : test::fill_files) {
    const auto file = load_vectors(name);
    for (const auto& c : file["cases"].GetArray()) {
      SCOPED_TRACE(std::string{name} + " " + text_of(c["name"]));
      const auto log = log_of(c["log"]).value();
      if (is_clear(version, log))
        expect_clear(decode_clear(version, log).value(), c["decoded"]);
      else
        expect_take(decode_take_order(version, log).value(), c["decoded"]);
    }
  }
}

TEST(OrderbookEvents, AfterClearVectorsDecode) {
  for (const auto& [name, version] : {test::fill_file{"after_clear.json", orderbook_version::v4},
                                      test::fill_file{"after_clear_v2.json", orderbook_version::v6}}) {
    const auto file = load_vectors(name);
    for (const auto& c : file["cases"].GetArray()) {
      SCOPED_TRACE(std::string{name} + " " + text_of(c["name"]));
      const auto log = log_of(c["log"]).value();
      const auto event = decode_after_clear(version, log).value();
      EXPECT_EQ(event.sender, address_of(c["decoded"]["sender"]));
      expect_after_clear(event, c["decoded"]["clearStateChange"]);
    }
  }
}

/// Reason for which the log is refused; "decoded" when it is not.
std::string decode_as(const std::string& event, const raw_evm_log& log) {
  const auto version = event == "ClearV3" || event == "TakeOrderV3" || event == "AfterClearV2" ? orderbook_version::v6
                                                                                               : orderbook_version::v4;
  const auto reason = [](const auto& result) {
    return result ? std::string{"decoded"} : std::string{result.error().reason};
  };
  if (event.starts_with("Clear")) return reason(decode_clear(version, log));
  if (event.starts_with("Take")) return reason(decode_take_order(version, log));
  return reason(decode_after_clear(version, log));
}

TEST(OrderbookEvents, MalformedVectorsAreRefused) {
  const auto file = load_vectors("malformed.json");
  std::size_t refused = 0;
  for (const auto& c : file["cases"].GetArray()) {
    const std::string event = text_of(c["event"]), name = text_of(c["name"]);
    SCOPED_TRACE(event + " " + name);
    const auto log = log_of(c["log"]);
    // Data that is not hex ends at the edge, before there is a log.
    const std::string outcome = log ? decode_as(event, *log) : "not_hex";
    EXPECT_EQ(outcome != "decoded", c["must_reject"].GetBool()) << outcome;
    if (outcome != "decoded") ++refused;
    if (name == "wrong_topic0") {
      EXPECT_EQ(outcome, "wrong_topic0");
    }
    if (name.starts_with("truncated") || name == "empty" || name == "one_byte") {
      // The cut removes a word, or elements that a length announces.
      EXPECT_TRUE(outcome == "truncated" || outcome == "length_out_of_range") << outcome;
    }
    if (name == "address_dirty_high_bits") {
      EXPECT_EQ(outcome, "dirty_address");
    }
    if (name.starts_with("decimals_")) {
      EXPECT_EQ(outcome, "dirty_uint8");
    }
  }
  EXPECT_EQ(refused, file["cases"].Size() - 1);
}

TEST(OrderbookEvents, EveryTruncationOfEveryVectorIsRefused) {
  for (const auto& [name, version] : test::fill_files) {
    const auto file = load_vectors(name);
    for (const auto& c : file["cases"].GetArray()) {
      const auto whole = log_of(c["log"]).value();
      auto log = whole;
      for (std::size_t size = 0; size < whole.data.size(); ++size) {
        log.data.assign(whole.data, 0, size);
        const bool ok = is_clear(version, log) ? decode_clear(version, log).has_value()
                                               : decode_take_order(version, log).has_value();
        ASSERT_FALSE(ok) << name << " " << text_of(c["name"]) << " at " << size;
      }
    }
  }
}

TEST(OrderbookEvents, TheEncoderOfTheTestsMakesTheOrderHashVectors) {
  const auto file = load_vectors("order_hash.json");
  for (const auto& c : file["cases"].GetArray()) {
    const bool v4 = text_of(c["version"]) == "OrderV3";
    const auto& o = c["order"];
    const auto ios = [&](const char* member) {
      std::vector<test::io_spec> list;
      for (const auto& io : o[member].GetArray())
        list.push_back({address_of(io["token"]),
                        static_cast<std::uint8_t>(v4 ? std::stoul(text_of(io["decimals"])) : 0),
                        {amount_of(io["vaultId"])}});
      return list;
    };
    const test::order_spec spec{address_of(o["owner"]),
                                address_of(o["evaluable"]["interpreter"]),
                                address_of(o["evaluable"]["store"]),
                                bytes_of(o["evaluable"]["bytecode"]),
                                ios("validInputs"),
                                ios("validOutputs"),
                                hash_of(o["nonce"])};
    EXPECT_EQ(encode(v4 ? orderbook_version::v4 : orderbook_version::v6, spec), bytes_of(c["abi_encoded"]));
  }
}

raw_evm_log first_log(const char* file_name) {
  const auto file = load_vectors(file_name);
  return log_of(file["cases"][0]["log"]).value();
}

TEST(OrderbookEvents, ALogHasExactlyOneTopic) {
  auto take = first_log("take_order_v2.json");
  take.topics.push_back({});
  EXPECT_EQ(decode_take_order(orderbook_version::v4, take).error().reason, "wrong_topic_count");
  EXPECT_EQ(involves_owner(orderbook_version::v4, take, {}).error().reason, "wrong_topic_count");
  take.topics.clear();
  EXPECT_EQ(decode_take_order(orderbook_version::v4, take).error().reason, "wrong_topic0");
  EXPECT_EQ(involves_owner(orderbook_version::v4, take, {}).error().reason, "wrong_topic0");
  EXPECT_FALSE(is_clear(orderbook_version::v4, take));

  auto clear = first_log("clear_v3.json");
  clear.topics.push_back({});
  EXPECT_TRUE(is_clear(orderbook_version::v6, clear));
  EXPECT_EQ(decode_clear(orderbook_version::v6, clear).error().reason, "wrong_topic_count");
  EXPECT_FALSE(is_clear(orderbook_version::v4, clear));
}

TEST(OrderbookEvents, AFaultNamesTheField) {
  auto log = first_log("clear_v2.json");
  log.data[0x360] = 1;  // the first byte of bob.owner (facts, 1.6.1)
  const auto fault = decode_clear(orderbook_version::v4, log).error();
  EXPECT_EQ(fault.reason, "dirty_address");
  EXPECT_EQ(fault.detail, "bob.owner");
}

TEST(OrderbookEvents, PaddingMayHoldAnything) {
  auto log = first_log("clear_v2.json");
  log.data[0x25f] = 0xff;  // the last byte behind alice's bytecode of one byte
  EXPECT_EQ(bytes{decode_clear(orderbook_version::v4, log).value().alice.evaluable.bytecode}, bytes(1, 0));
}

TEST(OrderbookEvents, OwnerIsFoundWithoutDecodingTheRest) {
  const address stranger = address::parse("0x1111111111111111111111111111111111111111").value();
  for (const auto& [name, version] : test::fill_files) {
    const auto file = load_vectors(name);
    for (const auto& c : test::fill_cases(file, version)) {
      SCOPED_TRACE(c.name);
      const bool ours = c.name != "neither_owner" && c.name != "taker_is_owner_but_order_is_not";
      EXPECT_EQ(involves_owner(version, c.event.log, c.owner), ours);
      EXPECT_EQ(involves_owner(version, c.event.log, stranger), false);
      auto cut = c.event.log;
      cut.data.resize(32);
      EXPECT_EQ(involves_owner(version, cut, c.owner).error().reason, "truncated");
    }
  }
  EXPECT_FALSE(involves_owner(orderbook_version::v4, first_log("after_clear.json"), stranger));
}

TEST(AfterClear, IsCertainOnlyWhenEveryLogBeforeItWasSeen) {
  evm_log_ref clear;
  clear.block_hash.value.fill(1);
  clear.log_index = 4;
  evm_log_ref after = clear;
  after.log_index = 5;
  hash32 other_block;
  EXPECT_TRUE(all_seen_between(clear, after, {})) << "nothing lies between";
  after.log_index = 7;
  EXPECT_FALSE(all_seen_between(clear, after, {{clear.block_hash, 5}}));
  EXPECT_FALSE(all_seen_between(clear, after, {{clear.block_hash, 5}, {other_block, 6}}));
  EXPECT_TRUE(all_seen_between(clear, after, {{clear.block_hash, 6}, {clear.block_hash, 5}}));
}

TEST(ReceiptsBelieved, FewerAreEnoughWhenNoLogIsMissing) {
  EXPECT_EQ(receipts_believed({7}), 5U);
  EXPECT_EQ(receipts_believed({9, 7, 8}), 5U);
  EXPECT_EQ(receipts_believed({7, 9}), 10U);
  EXPECT_EQ(receipts_believed({}), 10U);
}

TEST(PairAfterClear, TheNearestBehindOfTheSameBookAndTransaction) {
  const auto clear = first_log("clear_v3.json");
  auto right = first_log("after_clear_v2.json");
  right.ref = clear.ref;
  right.ref.log_index = clear.ref.log_index + 10;
  const auto at = [&](std::uint64_t gap) {
    auto log = right;
    log.ref.log_index = clear.ref.log_index + gap;
    return log;
  };
  const auto pair = [&](const std::vector<raw_evm_log>& logs) {
    return pair_after_clear(orderbook_version::v6, clear, logs);
  };
  EXPECT_EQ(pair({at(20), right, at(30)}), right);
  EXPECT_EQ(pair({}), std::nullopt);
  EXPECT_EQ(pair({at(0)}), std::nullopt);

  // In the real gap of 10 lay another book's AfterClearV2 and a forged one (facts, 9.5).
  auto other_book = at(3), other_tx = at(4), other_block = at(5), other_topic = at(6);
  other_book.book.value[0] ^= 1;
  other_tx.ref.tx_hash.value[0] ^= 1;
  other_block.ref.block_hash.value[0] ^= 1;
  other_topic.topics = {topics_of(orderbook_version::v4).after_clear};
  EXPECT_EQ(pair({other_book, other_tx, other_block, other_topic}), std::nullopt);
  EXPECT_EQ(pair({other_book, other_tx, other_block, other_topic, right}), right);

  // The AfterClear behind another Clear belongs to that Clear: ours is missing.
  const auto clear_at = [&](std::uint64_t gap) {
    auto log = clear;
    log.ref.log_index += gap;
    return log;
  };
  EXPECT_EQ(pair({clear, at(20), clear_at(15)}), std::nullopt);
  EXPECT_EQ(pair({clear, at(20), clear_at(15), right}), right);
  auto others_clear = clear_at(5);
  others_clear.book.value[0] ^= 1;
  EXPECT_EQ(pair({others_clear, right}), right);
}

}  // namespace
}  // namespace hedgerow::domain
