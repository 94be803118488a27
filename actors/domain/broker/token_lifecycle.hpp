// When the OAuth tokens are valid, when to refresh them and when to warn (facts, 5.2). The seven days of the refresh
// token count from the person's login; a refresh never moves them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "messages/events/token_update.hpp"

namespace hedgerow::domain {

struct token_policy {
  /// When the answer does not say how long the access token lives.
  std::chrono::seconds access_life{1800};
  std::chrono::seconds refresh_life{std::chrono::hours{24 * 7}};
  /// Refresh this long before the access token expires.
  std::chrono::milliseconds refresh_ahead{300'000};
  /// Look at least this often, and at least twice within refresh_ahead.
  std::chrono::milliseconds check_interval{300'000};
  /// A refused refresh token is dead when the broker refuses it again after this long: one answer may be a passing
  /// fault.
  std::chrono::seconds confirm_refusal{30};
  /// The broker's "not authorized" that comes so soon after a refresh is about the access token before.
  std::chrono::seconds rejection_grace{2};
  std::chrono::seconds early_warning{std::chrono::hours{24}};
  std::chrono::seconds late_warning{std::chrono::hours{2}};
};

/// The times of a pair of tokens.
struct token_times {
  timestamp access_fetched_at;
  timestamp access_expires_at;
  /// When the person logged in.
  timestamp refresh_issued_at;
  timestamp refresh_expires_at;
  friend bool operator==(const token_times&, const token_times&) = default;
};

[[nodiscard]] token_times times_of(const token_update& update);

/// The times after a login that was requested at `now`: the broker counts from before its answer. `access_life`:
/// what the answer said, otherwise the policy's.
[[nodiscard]] token_times logged_in(const token_policy& policy, timestamp now,
                                    std::optional<std::chrono::seconds> access_life = std::nullopt);

/// The times after a refresh that was requested at `now`: a new access token, the same login.
[[nodiscard]] token_times refreshed(const token_times& before, const token_policy& policy, timestamp now,
                                    std::optional<std::chrono::seconds> access_life = std::nullopt);

/// At the moment of expiry it is no longer valid.
[[nodiscard]] bool access_valid(const token_times& times, timestamp now);
[[nodiscard]] bool refresh_valid(const token_times& times, timestamp now);
/// From when on the access token should be refreshed: refresh_ahead before its end, or in the middle of a shorter life.
[[nodiscard]] timestamp refresh_due(const token_times& times, const token_policy& policy);
/// Whether the access token is in its last minutes, or gone. Whether it can be refreshed is refresh_valid.
[[nodiscard]] bool should_refresh(const token_times& times, const token_policy& policy, timestamp now);

/// Whether a refusal at `now` means that the refresh token is dead. `first_refused`: the first one since it last
/// worked.
[[nodiscard]] bool refusal_is_final(std::optional<timestamp> first_refused, const token_policy& policy, timestamp now);

/// Whether a 401 at `now` is about this access token, which was received at `received_at`, and not about the one
/// before.
[[nodiscard]] bool rejection_counts(timestamp received_at, const token_policy& policy, timestamp now);

/// What has to be done about the tokens.
enum class token_need : std::uint8_t {
  nothing,
  refresh,  // only one process may do it: two at once can invalidate each other's token
  login,    // the refresh token is gone: only a person can help
};

[[nodiscard]] token_need need_of(const token_times& times, const token_policy& policy, timestamp now);

/// How urgently a person should log in again. Ascending.
enum class token_warning : std::uint8_t { none, early, late, expired };

[[nodiscard]] std::string_view to_string(token_warning warning);

/// The warning that holds at `now`; raise it when it is above the last one raised since the login.
[[nodiscard]] token_warning warning_at(const token_times& times, const token_policy& policy, timestamp now);

/// The next time at which something changes or is due: at most check_interval and half of refresh_ahead away, and
/// always after now.
[[nodiscard]] timestamp next_check(const token_times& times, const token_policy& policy, timestamp now);

}  // namespace hedgerow::domain
