#include "runtime/demo/contract_build.hpp"

#include <rapidjson/document.h>

#include "messages/types/check.hpp"
#include "runtime/demo/embedded_contracts.hpp"

namespace hedgerow::demo {
namespace {

contract_build read(const char* text) {
  rapidjson::Document json;
  json.Parse(text);
  HEDGEROW_CHECK(!json.HasParseError() && json.IsObject(), "a contract build file is not JSON");
  contract_build out;
  out.bytecode = json["bytecode"].GetString();
  for (const auto& entry : json["selectors"].GetObject()) {
    const std::string signature = entry.name.GetString();
    out.selectors.emplace(signature.substr(0, signature.find('(')), entry.value.GetString());
  }
  return out;
}

}  // namespace

const std::string& contract_build::selector(std::string_view function) const {
  const auto found = selectors.find(function);
  HEDGEROW_CHECK(found != selectors.end(), "no such function in the contract");
  return found->second;
}

const contract_build& find_contract(std::string_view name) {
  static const std::map<std::string, contract_build, std::less<>> all{
      {"DemoToken", read(demo_token_json)},
      {"DemoOrderBookV4", read(demo_order_book_v4_json)},
      {"DemoOrderBookV6", read(demo_order_book_v6_json)}};
  const auto found = all.find(name);
  HEDGEROW_CHECK(found != all.end(), "no such contract");
  return found->second;
}

}  // namespace hedgerow::demo
