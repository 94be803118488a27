#include "runtime/adapters/paper/fault_plan.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "runtime/adapters/paper/price.hpp"

namespace hedgerow::paper {
namespace {

constexpr std::string_view operation_names[] = {"place",    "get",    "list",  "cancel", "positions",
                                                "accounts", "quotes", "hours", "token",  "any"};
constexpr std::string_view kind_names[] = {
    "drop_before", "lost_reply",          "error_before", "error_after", "throttle",         "slow",
    "late_record", "not_found",           "garbage",      "truncated",   "wrong_location",   "missing_location",
    "partial",     "partial_then_cancel", "reject",       "late_fill",   "cancel_then_fill", "unknown_status",
    "expire"};

bool fires(fault_rule& rule) {
  const std::uint64_t number = ++rule.seen;
  const std::uint64_t limit = rule.times.value_or(rule.nth ? 1 : UINT64_MAX);
  if (rule.fired >= limit) return false;
  if (rule.nth && number < *rule.nth) return false;
  if (rule.probability_ppm && draw(rule.seed, "fault", number) % 1'000'000 >= *rule.probability_ppm) return false;
  ++rule.fired;
  return true;
}

}  // namespace

std::string_view to_string(operation o) { return operation_names[static_cast<std::size_t>(o)]; }
std::string_view to_string(fault_kind k) { return kind_names[static_cast<std::size_t>(k)]; }

fault_decision fault_plan::decide(operation o, std::string_view symbol) {
  fault_decision decision;
  for (auto& rule : rules_) {
    if (rule.operation != operation::any && rule.operation != o) continue;
    if (concerns_order(rule.kind) && o != operation::place) continue;
    if (!rule.symbol.empty() && rule.symbol != symbol) continue;
    auto& slot = concerns_order(rule.kind) ? decision.order : decision.wire;
    if (fires(rule) && !slot) slot = rule;
  }
  return decision;
}

std::string fault_plan::to_json() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
  const auto text = [&](const char* key, std::string_view value) {
    json.Key(key);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  const auto number = [&](const char* key, std::uint64_t value) {
    json.Key(key);
    json.Uint64(value);
  };
  json.StartObject();
  json.Key("rules");
  json.StartArray();
  for (const auto& rule : rules_) {
    json.StartObject();
    text("operation", to_string(rule.operation));
    text("kind", to_string(rule.kind));
    if (rule.nth) number("nth", *rule.nth);
    if (rule.probability_ppm) {
      const std::string digits = std::to_string(1'000'000 + *rule.probability_ppm % 1'000'000).substr(1);
      text("probability", std::to_string(*rule.probability_ppm / 1'000'000) + "." + digits);
    }
    if (rule.times) number("times", *rule.times);
    if (!rule.symbol.empty()) text("symbol", rule.symbol);
    number("delay_ms", static_cast<std::uint64_t>(rule.delay.count()));
    number("seen", rule.seen);
    number("fired", rule.fired);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace hedgerow::paper
