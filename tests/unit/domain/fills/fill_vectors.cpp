#include "fill_vectors.hpp"

#include "actors/domain/fills/orderbook_events.hpp"
#include "messages/types/check.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain::test {

using hedgerow::test::text_of;

namespace {

std::uint64_t quantity_of(const rapidjson::Value& log, const char* member) {
  return log.HasMember(member) ? std::stoull(text_of(log[member]), nullptr, 16) : 0;
}

hash32 hash_or_zero(const rapidjson::Value& log, const char* member) {
  return log.HasMember(member) ? hash_of(log[member]) : hash32{};
}

}  // namespace

std::string snake_case(std::string_view camel_case) {
  std::string result;
  for (const char c : camel_case) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !result.empty()) result += '_';
    result += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

address address_of(const rapidjson::Value& text) { return address::parse(text_of(text)).value(); }
hash32 hash_of(const rapidjson::Value& text) { return hash32::parse(text_of(text)).value(); }
bytes bytes_of(const rapidjson::Value& text) { return parse_hex(text_of(text)).value(); }

std::optional<raw_evm_log> log_of(const rapidjson::Value& log) {
  auto data = parse_hex(text_of(log["data"]));
  if (!data) return std::nullopt;
  raw_evm_log result;
  result.book = address_of(log["address"]);
  for (const auto& topic : log["topics"].GetArray()) result.topics.push_back(hash_of(topic));
  result.data = std::move(*data);
  result.ref = {quantity_of(log, "blockNumber"), hash_or_zero(log, "blockHash"), hash_or_zero(log, "transactionHash"),
                quantity_of(log, "logIndex")};
  return result;
}

std::map<address, token_info> tokens_of(const rapidjson::Document& file) {
  std::map<address, token_info> tokens;
  for (const auto& t : file["tokens"].GetArray())
    tokens[address_of(t["address"])] = {text_of(t["symbol"]),
                                        static_cast<unsigned>(std::stoul(text_of(t["decimals"])))};
  return tokens;
}

std::vector<fill_case> fill_cases(const rapidjson::Document& file, orderbook_version version) {
  std::vector<fill_case> cases;
  for (const auto& c : file["cases"].GetArray()) {
    fill_case result;
    result.name = text_of(c["name"]);
    result.owner = address_of(c["order_owner"]);
    result.expected = &c["expected"];
    result.event.sequence = cases.size() + 1;
    result.event.chain_id = 8453;
    result.event.version = version;
    result.event.log = log_of(c["log"]).value();
    result.event.block_time = {1'700'000'000'000'000};
    if (c.HasMember("after_clear_logs")) {
      std::vector<raw_evm_log> candidates;
      for (const auto& log : c["after_clear_logs"].GetArray()) candidates.push_back(log_of(log).value());
      result.event.after_clear = pair_after_clear(version, result.event.log, candidates);
    }
    cases.push_back(std::move(result));
  }
  HEDGEROW_CHECK(!cases.empty(), "a vector file has cases");
  return cases;
}

std::string describe(const verdict& v) {
  if (const auto* f = std::get_if<filtered>(&v)) return "filtered " + std::string{f->reason};
  if (const auto* r = std::get_if<rejected>(&v)) return "rejected " + std::string{r->reason};
  if (const auto* m = std::get_if<missing_tokens>(&v)) return "missing " + std::to_string(m->tokens.size());
  const auto& t = std::get<onchain_trade>(v);
  return "trade " + std::string{to_string(t.side)} + " " + t.amount.to_string() + " " + t.symbol.str() + " for " +
         t.notional.to_string();
}

}  // namespace hedgerow::domain::test
