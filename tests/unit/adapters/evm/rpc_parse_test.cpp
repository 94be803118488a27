// JSON-RPC text: the shared vectors, hostile JSON, and what providers call a wide range or a throttle.
#include "runtime/adapters/evm/rpc_parse.hpp"

#include <gtest/gtest.h>

#include "runtime/adapters/evm/rpc_errors.hpp"
#include "runtime/adapters/evm/rpc_request.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::evm {
namespace {

using ports::chain_failure;

rapidjson::Document json(const std::string& text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : rapidjson::Document{};
}

std::string log_with(const std::string& member, const std::string& value) {
  rapidjson::Document log =
      json(R"({"address":"0x881cf4c0764e733d9c387f3858ee87cca04affe0","topics":[],"data":"0x","blockNumber":"0x1",)"
           R"("blockHash":"0x0000000000000000000000000000000000000000000000000000000000000001","logIndex":"0x0",)"
           R"("transactionHash":"0x0000000000000000000000000000000000000000000000000000000000000002"})");
  log.RemoveMember(member.c_str());
  auto text = json_text(log);
  return value.empty() ? text : text.substr(0, text.size() - 1) + ",\"" + member + "\":" + value + "}";
}

TEST(RpcParse, SharedLogVectors) {
  const auto vectors = test::load_vectors("rpc_logs.json");
  int seen = 0;
  for (const auto& c : vectors["cases"].GetArray()) {
    const auto expectation = test::text_of(c["expected"]);
    const auto log = parse_log(c["log"]);
    SCOPED_TRACE(test::text_of(c["name"]));
    ++seen;
    if (expectation.starts_with("reject")) {
      ASSERT_FALSE(log.has_value());
      const auto reason = expectation.substr(7);
      if (reason.starts_with("No")) {
        EXPECT_EQ(log.error(), reason);
      }
      continue;
    }
    ASSERT_TRUE(log.has_value()) << log.error();
    EXPECT_EQ(log->removed, expectation.starts_with("reorg_notice"));
    EXPECT_EQ(log->log.ref.block_number, 100U);
    EXPECT_EQ(log->log.ref.tx_hash.to_string(), "0x" + std::string{"be"} + log->log.ref.tx_hash.to_string().substr(4));
    EXPECT_EQ(log->log.topics.size(), 1U);
    EXPECT_EQ(log->log.data.size() % 32, 0U);
    EXPECT_EQ(log->block_time.has_value(), c["log"].HasMember("blockTimestamp"));
    EXPECT_EQ(to_rfc3339(log->block_time.value_or(timestamp{1700000000000000})), "2023-11-14T22:13:20.000000Z");
  }
  EXPECT_EQ(seen, 10);
}

TEST(RpcParse, LogMembersOfTheWrongFormAreRefused) {
  ASSERT_TRUE(parse_log(json(log_with("removed", "false"))).has_value());
  const std::vector<std::pair<std::string, std::vector<std::string>>> wrong{
      {"address", {"", "null", "\"0x88\"", "1"}},
      {"topics", {"", "null", "{}", "[null]", "[\"0x12\"]", "[1,2,3,4,5]"}},
      {"data", {"", "null", "\"0x1\"", "\"00\"", "\"0xzz\"", "[]"}},
      {"blockNumber", {"", "null", "\"0x\"", "\"100\"", "100", "\"0x10000000000000000\"", "\"0x-1\"", "\"latest\""}},
      {"blockHash", {"", "null", "\"0x1\""}},
      {"transactionHash", {"", "null", "\"0x1\""}},
      {"logIndex", {"", "null", "-1", "\"0x1g\""}}};
  for (const auto& [member, values] : wrong) {
    for (const auto& value : values) {
      EXPECT_FALSE(parse_log(json(log_with(member, value))).has_value()) << member << " = " << value;
    }
  }
  EXPECT_FALSE(parse_log(json("[]")).has_value());
}

TEST(RpcParse, OptionalMembersThatCannotBeReadCountAsAbsent) {
  for (const auto* value : {"1751284607", "\"x\"", "\"0x7fffffffffffffff\"", "null", "{}", "[]", "true", "-1"}) {
    const auto log = parse_log(json(log_with("blockTimestamp", value)));
    ASSERT_TRUE(log.has_value()) << value << ": " << log.error();
    EXPECT_FALSE(log->block_time.has_value()) << value;
  }
  for (const auto* value : {"\"false\"", "0", "\"0x0\"", "\"yes\"", "null", "{}", "[]"}) {
    const auto log = parse_log(json(log_with("removed", value)));
    ASSERT_TRUE(log.has_value()) << value << ": " << log.error();
    EXPECT_FALSE(log->removed) << value;
  }
  for (const auto* value : {"true", "\"true\"", "1", "\"0x1\""})
    EXPECT_TRUE(parse_log(json(log_with("removed", value)))->removed) << value;
  for (const auto* member : {"transactionIndex", "type", "somethingNew"})
    EXPECT_TRUE(parse_log(json(log_with(member, "{\"a\":[1]}"))).has_value()) << member;
}

TEST(RpcParse, WhatCanBeReadOfABadLogSaysWhoseItIs) {
  const auto answer = parse_logs(json("[" + log_with("logIndex", "{}") + "," + log_with("address", "5") + ",7]"));
  ASSERT_EQ(answer->malformed.size(), 3U);
  EXPECT_EQ(answer->malformed[0].book->to_string(), "0x881cf4c0764e733d9c387f3858ee87cca04affe0");
  EXPECT_EQ(answer->malformed[0].tx_hash->to_string(), "0x" + std::string(63, '0') + "2");
  EXPECT_FALSE(answer->malformed[0].topic0) << "it has no topics";
  EXPECT_FALSE(answer->malformed[1].book);
  EXPECT_FALSE(answer->malformed[2].tx_hash);
}

TEST(RpcParse, OneBadLogDoesNotLoseTheOthers) {
  const auto answer = parse_logs(json("[" + log_with("removed", "false") + ",7," + log_with("logIndex", "null") + "]"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->logs.size(), 1U);
  ASSERT_EQ(answer->malformed.size(), 2U);
  EXPECT_EQ(answer->malformed[1].reason, "NoLogIndex");
  EXPECT_NE(answer->malformed[1].text.find("\"logIndex\":null"), std::string::npos);
  EXPECT_FALSE(parse_logs(json("{}")).has_value());
}

TEST(RpcParse, HostileJsonIsAnError) {
  EXPECT_EQ(parse_json(std::string(8 * 1024 * 1024, '[')).error(), "nested too deep");
  EXPECT_EQ(parse_json("{\"a\":" + std::string(100, '{') + "}").error(), "nested too deep");
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\\\"[[[\"").has_value()) << "brackets in text do not nest";
  EXPECT_FALSE(parse_json("1e999999999").has_value());
  const std::string digits(300, '9');
  EXPECT_EQ(test::text_of(json("[" + digits + "]")[0]), digits) << "numbers are text: nothing overflows";
  for (const auto* text : {"", "{", "{}}", "nul", "\xff", "{\"id\":1,}"}) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(RpcParse, Frames) {
  EXPECT_EQ(parse_frame(R"({"id":7,"result":null})")->id, 7U);
  EXPECT_TRUE(parse_frame(R"({"id":7,"result":null})")->result->IsNull());
  EXPECT_EQ(parse_frame(R"({"id":7,"error":{"code":1}})")->result, nullptr);
  EXPECT_FALSE(parse_frame(R"({"id":null,"error":{"code":1}})")->id.has_value());
  for (const auto* text : {R"([])", R"({"id":7})", R"({"id":1e30,"result":1})", R"({"id":-1,"result":1})",
                           R"({"method":"eth_subscription"})", R"({"method":"x","params":{}})",
                           R"({"method":"eth_subscription","params":{"subscription":1.5e3}})",
                           R"({"method":"eth_subscription","params":{"subscription":"0x1"}})"}) {
    EXPECT_FALSE(parse_frame(text).has_value()) << text;
  }
}

TEST(RpcParse, ReceiptsAndBlocks) {
  EXPECT_FALSE(parse_receipt(json("null"))->has_value());
  EXPECT_EQ((*parse_receipt(json("{\"logs\":[" + log_with("removed", "true") + "]}")))->logs.size(), 1U);
  EXPECT_FALSE(parse_receipt(json("{}")).has_value());
  EXPECT_FALSE(parse_receipt(json("[]")).has_value());
  const std::string hash = "\"0x" + std::string(64, 'a') + "\"";
  const auto block = parse_block(
      json("{\"number\":\"0x00a\",\"hash\":" + hash + ",\"parentHash\":" + hash + ",\"timestamp\":\"0x1\"}"));
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->number, 10U);
  EXPECT_EQ(block->time.us, 1'000'000);
  EXPECT_FALSE(parse_block(json("{\"number\":null,\"hash\":null}")).has_value()) << "a pending block has no place";
}

TEST(RpcParse, ErrorsAreToldApartByWhatProvidersWrite) {
  struct row {
    const char* method;
    const char* error;
    chain_failure kind;
  };
  const row rows[] = {
      {"eth_getLogs", R"({"code":-32005,"message":"query returned more than 10000 results"})",
       chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32000,"message":"Block Range too large"})", chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32602,"message":"eth_getLogs is limited to a 10,000 range"})",
       chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32000,"message":"requested too many blocks from 0 to 300, maximum is set to 50"})",
       chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32020,"message":"backend response too large"})", chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32000,"message":"please limit the query to at most 1000 blocks"})",
       chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32000,"message":"block range 21429000 to 22429 exceeds it, try 429 blocks"})",
       chain_failure::range_too_wide},
      {"eth_getLogs", R"({"code":-32001,"message":"failed to get logs"})", chain_failure::rpc_error},
      {"eth_getLogs", R"({"code":-32000,"message":"block range extends beyond current head block"})",
       chain_failure::rpc_error},
      {"eth_getLogs", R"({"code":-32005})", chain_failure::limit_exceeded},
      {"eth_getLogs", R"({"code":-32005,"message":"limit exceeded"})", chain_failure::limit_exceeded},
      {"eth_getLogs", R"({"code":-32005,"message":"request rate exceeded"})", chain_failure::throttled},
      {"eth_getLogs", R"({"code":-32000,"message":"HTTP 429"})", chain_failure::throttled},
      {"eth_getLogs", R"({"code":-32000,"message":"no state of block 21429000"})", chain_failure::rpc_error},
      {"eth_getLogs", R"({"code":-32005,"message":"daily request count exceeded, request rate limited"})",
       chain_failure::throttled},
      {"eth_call", R"({"code":-32005,"message":"limit exceeded"})", chain_failure::throttled},
      {"eth_call", R"({"code":429,"message":"Your app has exceeded its compute units per second"})",
       chain_failure::throttled},
      {"eth_call", R"("Too Many Requests")", chain_failure::throttled},
      {"eth_call", R"({"code":3,"message":"execution reverted: NotLive"})", chain_failure::reverted},
      {"eth_call", R"({"code":-32000,"message":"execution reverted"})", chain_failure::reverted},
      {"eth_call", R"({"code":-32000,"message":"header not found"})", chain_failure::rpc_error},
      {"eth_call", R"({"code":"abc","message":7})", chain_failure::rpc_error},
      {"eth_call", R"(17)", chain_failure::rpc_error}};
  for (const auto& r : rows) EXPECT_EQ(classify_error(r.method, json(r.error)).kind, r.kind) << r.error;
  EXPECT_LT(classify_error("eth_call", json("{\"message\":\"" + std::string(5000, 'x') + "\"}")).detail.size(), 400U);
}

TEST(RpcErrors, ASecretIsGoneBeforeTheTextIsCut) {
  const std::string key = "KEYKEYKEYKEYKEYKEYKEYKEY";
  const auto url = *parse_rpc_url("wss://node.example/v2/" + key);
  for (std::size_t before = 270; before <= 310; ++before) {
    const auto text = std::string(before, 'x') + key;
    EXPECT_EQ(classify_error("", json("{\"message\":\"" + text + "\"}"), &url).detail.find("KEY"), std::string::npos);
  }
  for (std::size_t before = max_malformed_text - 40; before <= max_malformed_text; ++before) {
    const auto text = "\"" + std::string(before, 'x') + key + "\"";
    EXPECT_EQ(remains_of(json(text), "no log", &url).text.find("KEY"), std::string::npos);
  }
}

TEST(RpcErrors, TheWishOfANodeIsFoundWhereverItWritesIt) {
  using namespace std::chrono_literals;
  const std::pair<const char*, std::optional<std::chrono::milliseconds>> rows[] = {
      {R"({"code":429,"data":{"rate":{"allowed_rps":1,"backoff_seconds":30,"current_rps":1.4}}})", 30s},
      {R"({"code":429,"data":{"retry_after":20}})", 20s},
      {R"({"code":429,"data":{"retryAfterMs":"1500"}})", 1500ms},
      {R"({"code":429,"data":{"try_again_in":"1.5s"}})", 1500ms},
      {R"({"code":429,"data":{"try_again_in":"250ms"}})", 250ms},
      {R"({"code":429,"data":"retry after 20 seconds"})", 20s},
      {R"({"code":429,"message":"too many requests, try again in 2 minutes"})", 2min},
      {R"({"code":429,"message":"slow down; Retry-After: 7"})", 7s},
      {R"({"code":429,"message":"retry after 22429000"})", std::nullopt},
      {R"({"code":429,"data":{"retry_after":-5}})", std::nullopt},
      {R"({"code":429,"data":{"retry_after":"soon"}})", std::nullopt},
      {R"({"code":429,"data":[1,2]})", std::nullopt},
      {R"({"code":429,"message":"awaited 5"})", std::nullopt}};
  for (const auto& [error, wish] : rows) EXPECT_EQ(classify_error("eth_getLogs", json(error)).wait, wish) << error;
  EXPECT_EQ(wish_in_header("120"), 120s);
  constexpr std::string_view until = "Wed, 21 Oct 2026 07:28:00 GMT";
  EXPECT_EQ(wish_in_header(until, "Wed, 21 Oct 2026 07:27:15 GMT"), 45s);
  for (const auto* said : {"Wed, 21 Oct 2026 07:28:00 GMT", "Mon, 19 Oct 2026 07:28:00 GMT", "soon"})
    EXPECT_FALSE(wish_in_header(until, said)) << "past, longer than any wish, or not known";
  for (const auto* value : {"", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"})
    EXPECT_FALSE(wish_in_header(value)) << value;
}

TEST(RpcErrors, ForeignTextBecomesOneLineOfValidText) {
  EXPECT_EQ(one_line("  a\r\n\tb\x7f c  ", 100), "a b c");
  EXPECT_EQ(one_line("abcdef", 3), "abc");
  EXPECT_EQ(one_line("ab\xc3\xa4", 3), "ab") << "half a letter";
  EXPECT_EQ(one_line("ab\xc3\xa4", 4), "ab\xc3\xa4");
}

TEST(RpcRequest, TextOfALogQuery) {
  const auto book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");
  const auto topic = *hash32::parse("0x" + std::string(64, '1'));
  EXPECT_EQ(request_text(9, "eth_getLogs", log_params({.from = 16, .to = 255, .books = {book}, .topic0 = {topic}})),
            R"({"jsonrpc":"2.0","id":9,"method":"eth_getLogs","params":[{"fromBlock":"0x10","toBlock":"0xff",)"
            R"("address":["0x881cf4c0764e733d9c387f3858ee87cca04affe0"],"topics":[["0x)" +
                std::string(64, '1') + "\"]]}]}");
  EXPECT_EQ(quantity(0), "0x0");
}

}  // namespace
}  // namespace hedgerow::evm
