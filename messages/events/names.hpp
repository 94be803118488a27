// Text of the enums in events, as it appears in JSON, logs and API answers.
#pragma once

#include <optional>
#include <string_view>

#include "messages/events/control_event.hpp"
#include "messages/events/onchain_trade.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/events/token_update.hpp"

namespace hedgerow {

[[nodiscard]] std::string_view to_string(orderbook_version v);
[[nodiscard]] std::string_view to_string(evm_log_change v);
[[nodiscard]] std::string_view to_string(fill_kind v);
[[nodiscard]] std::string_view to_string(execution_state v);
[[nodiscard]] std::string_view to_string(execution_code v);
[[nodiscard]] std::string_view to_string(token_event v);
[[nodiscard]] std::string_view to_string(control_action v);

/// The inverse of to_string for any enum above; nothing for other text.
template <class Enum>
[[nodiscard]] std::optional<Enum> parse_name(std::string_view text);

}  // namespace hedgerow
