// JSON of the Schwab API -> port structs (facts, 5.4 to 5.10). Pure. Numbers are read as decimal text, never as binary
// floating point; a missing financial field is an error, not a zero (facts, L57). Errors name the field, not the payload.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/ports/broker_api.hpp"
#include "actors/ports/oauth_api.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::schwab {

/// `hashValue` of the account with this index. The error says NoAccounts or how many there are.
[[nodiscard]] expected<std::string, std::string> parse_account_hash(std::string_view json, std::size_t index);
[[nodiscard]] expected<ports::broker_order, std::string> parse_order(std::string_view json);
[[nodiscard]] expected<std::vector<ports::broker_order>, std::string> parse_orders(std::string_view json);
/// Long minus short of `name`; zero when there is no entry.
[[nodiscard]] expected<shares, std::string> parse_position(std::string_view json, const symbol& name);
/// Fails closed: without regular hours the day is not open (facts, 5.10).
[[nodiscard]] expected<ports::market_session, std::string> parse_session(std::string_view json);
[[nodiscard]] expected<ports::oauth_tokens, std::string> parse_tokens(std::string_view json);

/// The last segment of `Location`, absolute or relative; nothing when it is not an order of an account (facts, 5.5).
[[nodiscard]] std::optional<order_id> order_of_location(std::string_view location);
/// The status table of the facts, 5.7. Unknown words are working and not known.
struct status_reading {
  ports::order_status status = ports::order_status::working;
  bool known = true;
};
[[nodiscard]] status_reading read_status(std::string_view word);
/// `Retry-After` in seconds or as an HTTP date; zero when it cannot be read or is past.
[[nodiscard]] std::chrono::milliseconds parse_retry_after(std::string_view text, timestamp now);
/// The request body for a market order: the exact field set that is known to work (facts, 5.5).
[[nodiscard]] std::string order_body(const ports::order_request& request);

}  // namespace hedgerow::schwab
