#include "runtime/adapters/evm/rpc_request.hpp"

#include <array>
#include <charconv>

namespace hedgerow::evm {
namespace {

template <class Fixed>
std::string list(const std::vector<Fixed>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    out += '"' + value.to_string() + '"';
  }
  return out + "]";
}

std::string filter(const std::vector<address>& books, const std::vector<hash32>& topic0) {
  std::string out;
  if (!books.empty()) out += ",\"address\":" + list(books);
  if (!topic0.empty()) out += ",\"topics\":[" + list(topic0) + "]";
  return out;
}

}  // namespace

std::string request_text(std::uint64_t id, std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + std::string{method} + R"(","params":)" +
         std::string{params} + "}";
}

std::string quantity(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string{digits.data(), end};
}

std::string block_params(std::uint64_t number) { return "[\"" + quantity(number) + "\",false]"; }

std::string log_params(const ports::evm_log_query& query, const hash32* block) {
  const auto where = block != nullptr
                         ? R"("blockHash":")" + block->to_string() + '"'
                         : R"("fromBlock":")" + quantity(query.from) + R"(","toBlock":")" + quantity(query.to) + '"';
  return "[{" + where + filter(query.books, query.topic0) + "}]";
}

std::string call_params(const address& to, const bytes& input) {
  return R"([{"to":")" + to.to_string() + R"(","data":")" + to_hex(input) + R"("},"latest"])";
}

std::string subscription_params(const std::vector<address>& books, const std::vector<hash32>& topic0) {
  std::string wanted = filter(books, topic0);
  if (!wanted.empty()) wanted.erase(0, 1);
  return R"(["logs",{)" + wanted + "}]";
}

}  // namespace hedgerow::evm
