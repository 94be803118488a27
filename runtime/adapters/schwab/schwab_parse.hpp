// The broker's other answers, and what the program writes to it (facts, section 5). Pure; errors never quote values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::schwab {

/// The exact body of a market order for the day (facts, 5.5). Fails for zero or more than 2^32-1 shares and for no
/// symbol.
[[nodiscard]] expected<std::string, std::string> order_body(const order_request& request);

/// An order's number: 1 to 20 decimal digits, kept as text because it may exceed 2^53. Anything else is nothing.
[[nodiscard]] std::optional<order_id> parse_order_number(std::string_view text);

/// The order's number from a Location header, absolute or relative.
[[nodiscard]] std::optional<order_id> parse_location(std::string_view location);

/// The login's accounts. One that cannot be read has an empty number, an empty hash or both: it counts, since it may be
/// the configured one.
[[nodiscard]] expected<std::vector<ports::broker_account>, std::string> parse_accounts(std::string_view body);

/// Long minus short of `wanted`; zero without an entry. Fails when an entry that may be `wanted` cannot be read;
/// entries of other symbols are not checked.
[[nodiscard]] expected<shares, std::string> parse_position(std::string_view body, const symbol& wanted);

/// Closed unless the answer says open and has regular hours (facts, 5.10).
[[nodiscard]] expected<market_session, std::string> parse_session(std::string_view body);

[[nodiscard]] expected<ports::oauth_tokens, std::string> parse_tokens(std::string_view body);

/// The authorization code of the URL that the browser was sent to; the first non-empty `code`, decoded once.
[[nodiscard]] std::optional<std::string> parse_callback_url(std::string_view url);

/// Seconds or an HTTP date; zero when absent, past or not understood, at most one hour.
[[nodiscard]] std::chrono::milliseconds parse_retry_after(std::string_view value, timestamp now);

/// Whether the token endpoint itself says no: 400 or 401 with an OAuth error (facts, 5.1). Any other failure may pass.
[[nodiscard]] bool is_oauth_refusal(const http::response& answer);

/// What an answer other than the documented success means; a refusal or "not found" without JSON is `malformed`, since
/// it is not the broker's. The detail is the status and the broker's own words with everything that may be a secret or
/// an account number masked.
[[nodiscard]] broker_error read_error(const http::response& answer, timestamp now);

/// The broker's words: one line, cut after 200 bytes. A part that holds five digits in a row, or is long and not made
/// of lower-case words, may be an account number, a hash or a token and is masked.
[[nodiscard]] std::string safe_text(std::string_view text);

/// The day in US/Eastern, as 2025-01-03.
[[nodiscard]] std::string eastern_date(timestamp t);

}  // namespace hedgerow::schwab
