#include "runtime/adapters/evm/rpc_parse.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>

#include "runtime/adapters/evm/rpc_json.hpp"

namespace hedgerow::evm {
namespace {

constexpr unsigned json_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr std::size_t max_topics = 4;

/// Whether brackets nest deeper than allowed, counted without a parser: a frame of 32 MiB of '[' would otherwise
/// cost a gigabyte of parser stack.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_json_depth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

template <class Fixed>
bool read_fixed(const rapidjson::Value* value, Fixed& out) {
  if (value == nullptr || !value->IsString()) return false;
  const auto parsed = Fixed::parse(text_of(*value));
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool read_quantity(const rapidjson::Value* value, std::uint64_t& out) {
  if (value == nullptr) return false;
  const auto parsed = parse_quantity(*value);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

std::optional<timestamp> to_time(std::uint64_t seconds) {
  if (seconds > 253402300799ULL) return std::nullopt;  // the year 9999
  return timestamp{static_cast<std::int64_t>(seconds) * 1'000'000};
}

std::string read_topics(const rapidjson::Value* value, std::vector<hash32>& out) {
  if (value == nullptr || !value->IsArray()) return "topics is not an array";
  if (value->Size() > max_topics) return "more than four topics";
  out.resize(value->Size());
  for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
    if (!read_fixed(&(*value)[i], out[i])) return "a topic is not 32 bytes of hex";
  }
  return {};
}

/// Where the log is; the names of the errors are the field's (facts, 2.7).
std::string read_ref(const rapidjson::Value& value, evm_log_ref& out) {
  const auto* number = member(value, "blockNumber");
  if (number == nullptr) return "NoBlockNumber";
  if (!read_quantity(number, out.block_number)) return "blockNumber is not a quantity below 2^63";
  const auto* block_hash = member(value, "blockHash");
  if (block_hash == nullptr) return "NoBlockHash";
  if (!read_fixed(block_hash, out.block_hash)) return "blockHash is not 32 bytes of hex";
  const auto* tx_hash = member(value, "transactionHash");
  if (tx_hash == nullptr) return "NoTxHash";
  if (!read_fixed(tx_hash, out.tx_hash)) return "transactionHash is not 32 bytes of hex";
  const auto* index = member(value, "logIndex");
  if (index == nullptr) return "NoLogIndex";
  if (!read_quantity(index, out.log_index)) return "logIndex is not a quantity below 2^63";
  return {};
}

/// Nodes write it as a truth value; some as text or number. Any other value counts as absent, hence not removed: a
/// log that is wrongly taken for canonical is found by comparing headers, one that is wrongly skipped is not found
/// again.
bool read_removed(const rapidjson::Value* value) {
  if (value == nullptr) return false;
  if (value->IsBool()) return value->GetBool();
  if (!value->IsString()) return false;
  const auto text = text_of(*value);
  return text == "true" || text == "1" || text == "0x1";
}

}  // namespace

expected<rapidjson::Document, std::string> parse_json(std::string_view text) {
  if (too_deep(text)) return unexpected(std::string{"nested too deep"});
  rapidjson::Document json;
  json.Parse<json_flags>(text.data(), text.size());
  if (json.HasParseError()) {
    return unexpected("not JSON at byte " + std::to_string(json.GetErrorOffset()) + ": " +
                      rapidjson::GetParseError_En(json.GetParseError()));
  }
  return json;
}

expected<rpc_frame, std::string> parse_frame(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return unexpected(std::move(json.error()));
  rpc_frame frame{.json = std::move(*json), .id = {}, .subscription = {}};
  if (!frame.json.IsObject()) return unexpected(std::string{"not an object"});
  if (const auto* method = member(frame.json, "method")) {
    const auto* params = member(frame.json, "params");
    if (!method->IsString() || text_of(*method) != "eth_subscription" || params == nullptr || !params->IsObject()) {
      return unexpected(std::string{"neither an answer nor an eth_subscription notification"});
    }
    const auto* name = member(*params, "subscription");
    frame.result = member(*params, "result");
    if (name == nullptr || !name->IsString() || frame.result == nullptr) {
      return unexpected(std::string{"a notification without subscription or result"});
    }
    frame.subscription = text_of(*name);
    return frame;
  }
  if (const auto* id = member(frame.json, "id"); id != nullptr && id->IsString()) {
    const auto digits = text_of(*id);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc{} && end == digits.data() + digits.size()) frame.id = value;
  }
  frame.error = member(frame.json, "error");
  const auto result = frame.json.FindMember("result");
  if (frame.error == nullptr && result != frame.json.MemberEnd()) frame.result = &result->value;
  if (frame.error == nullptr && frame.result == nullptr) return unexpected(std::string{"neither result nor error"});
  if (!frame.id && frame.error == nullptr) return unexpected(std::string{"an answer without a usable id"});
  return frame;
}

std::optional<std::uint64_t> parse_quantity(const rapidjson::Value& value) {
  if (!value.IsString()) return std::nullopt;
  auto text = text_of(value);
  if (text.size() < 3 || !text.starts_with("0x")) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  if (error != std::errc{} || end != text.data() + text.size() || out >= (1ULL << 63U)) return std::nullopt;
  return out;
}

expected<ports::evm_log, std::string> parse_log(const rapidjson::Value& value) {
  if (!value.IsObject()) return unexpected(std::string{"a log is not an object"});
  ports::evm_log out;
  if (auto wrong = read_ref(value, out.log.ref); !wrong.empty()) return unexpected(std::move(wrong));
  if (!read_fixed(member(value, "address"), out.log.book)) {
    return unexpected(std::string{"address is not 20 bytes of hex"});
  }
  if (auto wrong = read_topics(member(value, "topics"), out.log.topics); !wrong.empty()) {
    return unexpected(std::move(wrong));
  }
  const auto* data = member(value, "data");
  auto raw = data == nullptr ? expected<bytes, std::string>{unexpected(std::string{})} : parse_bytes(*data);
  if (!raw) return unexpected(std::string{"data is not 0x and an even number of hex digits"});
  out.log.data = std::move(*raw);
  out.removed = read_removed(member(value, "removed"));
  // An unreadable time does no harm: the block's header has it, too.
  std::uint64_t seconds = 0;
  if (read_quantity(member(value, "blockTimestamp"), seconds)) out.block_time = to_time(seconds);
  return out;
}

ports::malformed_evm_log remains_of(const rapidjson::Value& value, std::string reason, const rpc_url* url) {
  auto text = json_text(value);
  if (url != nullptr) text = url->scrub(std::move(text));
  ports::malformed_evm_log out{std::move(reason), cut_text(text)};
  if (!value.IsObject()) return out;
  const auto keep = [&](const char* name, auto& into) {
    typename std::remove_reference_t<decltype(into)>::value_type read;
    if (read_fixed(member(value, name), read)) into = read;
  };
  keep("address", out.book);
  keep("transactionHash", out.tx_hash);
  std::vector<hash32> topics;
  if (read_topics(member(value, "topics"), topics).empty() && !topics.empty()) out.topic0 = topics[0];
  return out;
}

expected<ports::chain_block, std::string> parse_block(const rapidjson::Value& value) {
  if (!value.IsObject()) return unexpected(std::string{"a block is not an object"});
  ports::chain_block out;
  std::uint64_t seconds = 0;
  if (!read_quantity(member(value, "number"), out.number)) return unexpected(std::string{"number is not a quantity"});
  if (!read_fixed(member(value, "hash"), out.hash)) return unexpected(std::string{"hash is not 32 bytes of hex"});
  if (!read_fixed(member(value, "parentHash"), out.parent)) {
    return unexpected(std::string{"parentHash is not 32 bytes of hex"});
  }
  if (!read_quantity(member(value, "timestamp"), seconds) || !to_time(seconds)) {
    return unexpected(std::string{"timestamp is no time"});
  }
  out.time = *to_time(seconds);
  return out;
}

expected<ports::evm_logs, std::string> parse_logs(const rapidjson::Value& value) {
  if (!value.IsArray()) return unexpected(std::string{"logs is not an array"});
  ports::evm_logs out;
  out.logs.reserve(value.Size());
  for (const auto& item : value.GetArray()) {
    auto log = parse_log(item);
    if (log)
      out.logs.push_back(std::move(*log));
    else
      out.malformed.push_back(remains_of(item, std::move(log.error())));
  }
  return out;
}

expected<std::optional<ports::evm_logs>, std::string> parse_receipt(const rapidjson::Value& value) {
  if (value.IsNull()) return std::optional<ports::evm_logs>{};
  if (!value.IsObject()) return unexpected(std::string{"a receipt is not an object"});
  const auto* logs = member(value, "logs");
  if (logs == nullptr) return unexpected(std::string{"a receipt has no logs"});
  auto parsed = parse_logs(*logs);
  if (!parsed) return unexpected(std::move(parsed.error()));
  return std::optional<ports::evm_logs>{std::move(*parsed)};
}

expected<bytes, std::string> parse_bytes(const rapidjson::Value& value) {
  auto raw = value.IsString() ? parse_hex(text_of(value)) : std::nullopt;
  if (!raw) return unexpected(std::string{"not 0x and an even number of hex digits"});
  return std::move(*raw);
}

std::string json_text(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string cut_text(std::string_view text) { return std::string{text.substr(0, max_malformed_text)}; }

}  // namespace hedgerow::evm
