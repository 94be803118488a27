// The fill vectors as logs, tokens and verdicts.
#pragma once

#include <rapidjson/document.h>
#include <map>
#include <string>
#include <vector>

#include "actors/domain/fills/trade_validation.hpp"

namespace hedgerow::domain::test {

/// `OutputIndexOutOfRange` as the reasons spell it: `output_index_out_of_range`.
[[nodiscard]] std::string snake_case(std::string_view camel_case);

[[nodiscard]] address address_of(const rapidjson::Value& text);
[[nodiscard]] hash32 hash_of(const rapidjson::Value& text);
[[nodiscard]] bytes bytes_of(const rapidjson::Value& text);

/// A log in JSON-RPC shape; what a case leaves out is zero. Nothing when its data is not hex.
[[nodiscard]] std::optional<raw_evm_log> log_of(const rapidjson::Value& log);

[[nodiscard]] std::map<address, token_info> tokens_of(const rapidjson::Document& file);

/// One case of clear_v2, clear_v3, take_order_v2 or take_order_v3, paired as ingestion does it.
struct fill_case {
  std::string name;
  blockchain_event event;
  address owner;
  const rapidjson::Value* expected;
};
/// Refers to `file`.
[[nodiscard]] std::vector<fill_case> fill_cases(const rapidjson::Document& file, orderbook_version version);

/// The files and the generation of the book that emits their events.
struct fill_file {
  const char* name;
  orderbook_version version;
};
inline constexpr fill_file fill_files[] = {
    {"clear_v2.json", orderbook_version::v4},
    {"take_order_v2.json", orderbook_version::v4},
    {"clear_v3.json", orderbook_version::v6},
    {"take_order_v3.json", orderbook_version::v6},
};

[[nodiscard]] inline token_lookup lookup_in(const std::map<address, token_info>& tokens) {
  return [&tokens](const address& token) -> const token_info* {
    const auto it = tokens.find(token);
    return it == tokens.end() ? nullptr : &it->second;
  };
}

/// What a verdict says in one line: `trade SELL 0.374 NVDA for 64.169234`, `filtered self_take`, `rejected ...`.
[[nodiscard]] std::string describe(const verdict& v);

}  // namespace hedgerow::domain::test
