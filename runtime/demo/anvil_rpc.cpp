#include "runtime/demo/anvil_rpc.hpp"

#include <future>

#include "runtime/adapters/evm/rpc_parse.hpp"
#include "runtime/adapters/evm/rpc_request.hpp"

namespace hedgerow::demo {
namespace {

/// Far more than any call of the demo needs; saves an estimate per transaction.
constexpr std::uint64_t gas_limit = 12'000'000;

std::string transaction(const address& from, const std::optional<address>& to, const std::string& data) {
  return R"([{"from":")" + from.to_string() + "\"," + (to ? R"("to":")" + to->to_string() + "\"," : std::string{}) +
         R"("gas":")" + evm::quantity(gas_limit) + R"(","data":")" + data + "\"}]";
}

std::string unquoted(std::string text) {
  return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

tx_receipt read_receipt(const rapidjson::Document& json) {
  tx_receipt out;
  const auto status = json.FindMember("status");
  out.succeeded = status != json.MemberEnd() && evm::parse_quantity(status->value) == 1U;
  const auto created = json.FindMember("contractAddress");
  if (created != json.MemberEnd() && created->value.IsString()) {
    out.created = address::parse(created->value.GetString());
  }
  if (auto logs = evm::parse_receipt(json); logs && *logs) out.logs = std::move((*logs)->logs);
  return out;
}

}  // namespace

expected<std::unique_ptr<anvil_rpc>, std::string> anvil_rpc::connect(const std::string& url, const ports::clock& clock,
                                                                     ports::random& random,
                                                                     std::chrono::milliseconds limit) {
  evm::chain_client_options options;
  options.url = url;
  options.request_timeout = std::chrono::seconds{30};
  options.reconnect_min = std::chrono::milliseconds{20};
  options.reconnect_max = std::chrono::milliseconds{500};
  auto made = evm::make_rpc_client(options, clock, random);
  if (!made) return unexpected(std::move(made.error()));
  auto up = std::make_shared<std::promise<void>>();
  auto ready = up->get_future();
  ports::chain_listener listener;
  listener.up = [up, first = true]() mutable {
    if (std::exchange(first, false)) up->set_value();
  };
  const auto listening = (*made)->subscribe({}, std::move(listener));
  if (ready.wait_for(limit) != std::future_status::ready) {
    (*made)->close();
    return unexpected("the demo's node does not answer at " + url);
  }
  return std::unique_ptr<anvil_rpc>{new anvil_rpc{std::move(*made)}};
}

anvil_rpc::~anvil_rpc() { client_->close(); }

expected<std::string, std::string> anvil_rpc::request(const std::string& method, const std::string& params) {
  std::promise<expected<std::string, ports::chain_error>> promise;
  auto answer = promise.get_future();
  client_->raw_request(method, params, [&promise](auto result) { promise.set_value(std::move(result)); });
  auto result = answer.get();
  if (!result) return unexpected(std::move(result.error().detail));
  return unquoted(std::move(*result));
}

expected<std::string, std::string> anvil_rpc::send(const address& from, const std::optional<address>& to,
                                                   const std::string& data) {
  return request("eth_sendTransaction", transaction(from, to, data));
}

void anvil_rpc::send_later(const address& from, const address& to, const std::string& data,
                           ports::chain_callback<std::string> done) {
  client_->raw_request("eth_sendTransaction", transaction(from, to, data), std::move(done));
}

expected<std::optional<tx_receipt>, std::string> anvil_rpc::receipt(const std::string& tx) {
  const auto text = request("eth_getTransactionReceipt", "[\"" + tx + "\"]");
  if (!text) return unexpected(text.error());
  const auto json = evm::parse_json(*text);
  if (!json) return unexpected(json.error());
  if (!json->IsObject()) return std::optional<tx_receipt>{};
  return std::optional{read_receipt(*json)};
}

expected<std::vector<tx_receipt>, std::string> anvil_rpc::mine(const std::vector<std::string>& txs) {
  std::vector<tx_receipt> out;
  for (const auto& tx : txs) {
    auto found = receipt(tx);
    if (found && !*found) {
      if (auto mined = request("evm_mine", "[]"); !mined) return unexpected(std::move(mined.error()));
      found = receipt(tx);
    }
    if (!found) return unexpected(std::move(found.error()));
    if (!*found) return unexpected("transaction " + tx + " is in no block");
    if (!(*found)->succeeded) return unexpected("transaction " + tx + " was reverted");
    out.push_back(std::move(**found));
  }
  return out;
}

expected<bytes, std::string> anvil_rpc::call(const address& to, const std::string& data, const std::string& block) {
  const auto text =
      request("eth_call", R"([{"to":")" + to.to_string() + R"(","data":")" + data + R"("},")" + block + "\"]");
  if (!text) return unexpected(text.error());
  auto raw = parse_hex(*text);
  if (!raw) return unexpected(std::string{"eth_call: the answer is not hex"});
  return std::move(*raw);
}

expected<std::vector<address>, std::string> anvil_rpc::accounts() {
  const auto text = request("eth_accounts", "[]");
  if (!text) return unexpected(text.error());
  const auto json = evm::parse_json(*text);
  std::vector<address> out;
  if (json && json->IsArray()) {
    for (const auto& item : json->GetArray()) {
      if (const auto where = item.IsString() ? address::parse(item.GetString()) : std::nullopt) out.push_back(*where);
    }
  }
  return out;
}

expected<std::uint64_t, std::string> anvil_rpc::block_number() {
  const auto text = request("eth_blockNumber", "[]");
  if (!text) return unexpected(text.error());
  const auto json = evm::parse_json("\"" + *text + "\"");
  const auto number = json ? evm::parse_quantity(*json) : std::nullopt;
  if (!number) return unexpected(std::string{"eth_blockNumber: the answer is not a quantity"});
  return *number;
}

expected<bool, std::string> anvil_rpc::has_code(const address& where) {
  const auto text = request("eth_getCode", R"([")" + where.to_string() + R"(","latest"])");
  if (!text) return unexpected(text.error());
  return text->size() > 2;
}

}  // namespace hedgerow::demo
