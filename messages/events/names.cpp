#include "messages/events/names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace hedgerow {
namespace {

template <class Enum>
struct names;

template <>
struct names<orderbook_version> {
  static constexpr std::string_view all[] = {"v4", "v6"};
};
template <>
struct names<evm_log_change> {
  static constexpr std::string_view all[] = {"applied", "reverted"};
};
template <>
struct names<fill_kind> {
  static constexpr std::string_view all[] = {"take", "clear"};
};
template <>
struct names<execution_state> {
  static constexpr std::string_view all[] = {"PENDING", "SUBMITTING", "SUBMITTED", "PARTIALLY_FILLED",
                                             "FILLED",  "FAILED",     "UNKNOWN",   "HELD"};
};
template <>
struct names<execution_code> {
  static constexpr std::string_view all[] = {"none",       "market_closed", "no_token",        "halted",
                                             "risk_limit", "lease_expired", "broker_refused",  "rejected",
                                             "cancelled",  "expired",       "outcome_unknown", "absent",
                                             "ambiguous",  "not_sent",      "throttled"};
};
template <>
struct names<token_event> {
  static constexpr std::string_view all[] = {"logged_in", "refreshed", "refresh_failed", "expired"};
};
template <>
struct names<control_action> {
  // The rows are found by the value of the action.
  static_assert(std::size(control_verbs) == static_cast<std::size_t>(control_action::declare_absent) + 1);
  static constexpr auto all = [] {
    std::array<std::string_view, std::size(control_verbs)> out;
    std::transform(std::begin(control_verbs), std::end(control_verbs), out.begin(),
                   [](const auto& v) { return v.name; });
    return out;
  }();
};

template <class Enum>
std::string_view name_of(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < std::size(names<Enum>::all) ? names<Enum>::all[index] : "unknown";
}

}  // namespace

std::string_view to_string(orderbook_version v) { return name_of(v); }
std::string_view to_string(evm_log_change v) { return name_of(v); }
std::string_view to_string(fill_kind v) { return name_of(v); }
std::string_view to_string(execution_state v) { return name_of(v); }
std::string_view to_string(execution_code v) { return name_of(v); }
std::string_view to_string(token_event v) { return name_of(v); }
std::string_view to_string(control_action v) { return name_of(v); }

template <class Enum>
std::optional<Enum> parse_name(std::string_view text) {
  const auto* found = std::find(std::begin(names<Enum>::all), std::end(names<Enum>::all), text);
  if (found == std::end(names<Enum>::all)) return std::nullopt;
  return static_cast<Enum>(found - std::begin(names<Enum>::all));
}

template std::optional<orderbook_version> parse_name(std::string_view);
template std::optional<evm_log_change> parse_name(std::string_view);
template std::optional<fill_kind> parse_name(std::string_view);
template std::optional<execution_state> parse_name(std::string_view);
template std::optional<execution_code> parse_name(std::string_view);
template std::optional<token_event> parse_name(std::string_view);
template std::optional<control_action> parse_name(std::string_view);

}  // namespace hedgerow
