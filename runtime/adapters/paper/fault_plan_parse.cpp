#include <rapidjson/document.h>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "runtime/adapters/paper/fault_plan.hpp"

namespace hedgerow::paper {
namespace {

using rapidjson::Value;
using problem = std::optional<std::string>;

std::string_view view(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

/// Reads an integer in [low, high].
problem read_integer(const Value& v, std::uint64_t low, std::uint64_t high, std::uint64_t& into) {
  if (!v.IsUint64() || v.GetUint64() < low || v.GetUint64() > high)
    return "must be an integer from " + std::to_string(low) + " to " + std::to_string(high);
  into = v.GetUint64();
  return {};
}

problem read_operation(const Value& v, fault_rule& rule) {
  if (v.IsString())
    for (auto o = operation::place; o <= operation::any; o = static_cast<operation>(static_cast<int>(o) + 1))
      if (view(v) == to_string(o)) {
        rule.operation = o;
        return {};
      }
  return "must be place, get, list, cancel, positions, accounts, quotes, hours, token or any";
}

problem read_kind(const Value& v, fault_rule& rule) {
  if (v.IsString())
    for (int i = 0; i <= static_cast<int>(last_fault_kind); ++i)
      if (view(v) == to_string(static_cast<fault_kind>(i))) {
        rule.kind = static_cast<fault_kind>(i);
        return {};
      }
  return "is not a known fault";
}

problem read_fraction(const Value& v, std::uint32_t& into) {
  const auto ppm = v.IsString() ? parse_ppm(view(v)) : std::nullopt;
  if (!ppm) return "must be a decimal string from \"0\" to \"1\" with at most 6 decimals";
  into = *ppm;
  return {};
}

problem read_number_field(std::string_view name, const Value& v, fault_rule& rule, bool& known) {
  known = true;
  std::uint64_t n = 0;
  problem bad;
  if (name == "nth") {
    if (!(bad = read_integer(v, 1, UINT64_MAX, n))) rule.nth = n;
  } else if (name == "times") {
    if (!(bad = read_integer(v, 1, UINT64_MAX, n))) rule.times = n;
  } else if (name == "seed") {
    if (!(bad = read_integer(v, 0, UINT64_MAX, n))) rule.seed = n;
  } else if (name == "delay_ms") {
    if (!(bad = read_integer(v, 0, 86'400'000, n))) rule.delay = std::chrono::milliseconds{n};
  } else if (name == "retry_after_s") {
    if (!(bad = read_integer(v, 0, 86'400, n))) rule.retry_after = std::chrono::seconds{n};
  } else if (name == "status") {
    if (!(bad = read_integer(v, 500, 599, n))) rule.status = static_cast<int>(n);
  } else {
    known = false;
  }
  return bad;
}

problem read_field(std::string_view name, const Value& v, fault_rule& rule) {
  bool known = false;
  if (auto bad = read_number_field(name, v, rule, known); known) return bad;
  if (name == "operation") return read_operation(v, rule);
  if (name == "kind") return read_kind(v, rule);
  if (name == "part") return read_fraction(v, rule.part_ppm);
  if (name == "probability") {
    rule.probability_ppm = 0;
    return read_fraction(v, *rule.probability_ppm);
  }
  if (name == "symbol") {
    if (!v.IsString() || !symbol::parse(view(v))) return "must be a symbol";
    rule.symbol = view(v);
    return {};
  }
  if (name == "text") {
    if (!v.IsString() || v.GetStringLength() > 200) return "must be a string of at most 200 bytes";
    rule.text = view(v);
    return {};
  }
  return "is not a known field";
}

/// What the fields demand of each other.
problem check_rule(const fault_rule& rule) {
  const bool placement_only = concerns_order(rule.kind) || rule.kind == fault_kind::wrong_location ||
                              rule.kind == fault_kind::missing_location || rule.kind == fault_kind::late_record;
  if (placement_only && rule.operation != operation::place)
    return "kind " + std::string{to_string(rule.kind)} + " needs operation place";
  if (rule.kind == fault_kind::not_found && rule.operation != operation::get)
    return "kind not_found needs operation get";
  if (!rule.symbol.empty() && rule.operation != operation::place) return "symbol needs operation place";
  if (rule.nth && rule.probability_ppm) return "nth and probability exclude each other";
  return {};
}

expected<fault_rule, std::string> parse_rule(const Value& v) {
  if (!v.IsObject()) return unexpected(std::string{"must be an object"});
  if (!v.HasMember("operation") || !v.HasMember("kind")) return unexpected(std::string{"needs operation and kind"});
  fault_rule rule;
  for (const auto& member : v.GetObject()) {
    const std::string name{view(member.name)};
    if (auto bad = read_field(name, member.value, rule)) return unexpected("'" + name + "' " + *bad);
  }
  if (auto bad = check_rule(rule)) return unexpected(*bad);
  return rule;
}

}  // namespace

std::optional<std::uint32_t> parse_ppm(std::string_view text) {
  const auto fraction = usd::parse(text);
  if (!fraction || fraction->sign() < 0 || *fraction > usd::from_whole(1)) return std::nullopt;
  const int256 step{1'000'000'000'000};
  if (fraction->units() % step != 0) return std::nullopt;
  return static_cast<std::uint32_t>(fraction->units() / step);
}

expected<fault_plan, std::string> fault_plan::parse(std::string_view text) {
  fault_plan plan;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return plan;
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (json.HasParseError()) return unexpected("fault plan: not JSON at byte " + std::to_string(json.GetErrorOffset()));
  const Value* list = &json;
  if (json.IsObject() && json.MemberCount() == 1 && json.HasMember("rules")) list = &json["rules"];
  if (!list->IsArray()) return unexpected(std::string{"fault plan: must be an array of rules or {\"rules\": [...]}"});
  if (list->Size() > 1000) return unexpected(std::string{"fault plan: at most 1000 rules"});
  for (const auto& v : list->GetArray()) {
    auto rule = parse_rule(v);
    if (!rule) return unexpected("fault plan: rule " + std::to_string(plan.rules_.size() + 1) + ": " + rule.error());
    plan.rules_.push_back(std::move(*rule));
  }
  return plan;
}

}  // namespace hedgerow::paper
