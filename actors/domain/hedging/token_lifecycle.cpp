#include "actors/domain/hedging/token_lifecycle.hpp"

#include <algorithm>

namespace hedgerow::domain {

token_times times_of(const token_update& update) {
  return {update.access_fetched_at, update.access_expires_at, update.refresh_issued_at, update.refresh_expires_at};
}

token_times logged_in(const token_policy& policy, timestamp now, std::optional<std::chrono::seconds> access_life) {
  return {now, now + access_life.value_or(policy.access_life), now, now + policy.refresh_life};
}

token_times refreshed(const token_times& before, const token_policy& policy, timestamp now,
                      std::optional<std::chrono::seconds> access_life) {
  return {now, now + access_life.value_or(policy.access_life), before.refresh_issued_at, before.refresh_expires_at};
}

bool access_valid(const token_times& times, timestamp now) { return now < times.access_expires_at; }

bool refresh_valid(const token_times& times, timestamp now) { return now < times.refresh_expires_at; }

bool should_refresh(const token_times& times, const token_policy& policy, timestamp now) {
  return now >= times.access_expires_at - policy.refresh_ahead;
}

token_need need_of(const token_times& times, const token_policy& policy, timestamp now) {
  if (!refresh_valid(times, now)) return token_need::login;
  return should_refresh(times, policy, now) ? token_need::refresh : token_need::nothing;
}

std::string_view to_string(token_warning warning) {
  switch (warning) {
    case token_warning::none: return "none";
    case token_warning::early: return "early";
    case token_warning::late: return "late";
    case token_warning::expired: return "expired";
  }
  return "unknown";
}

token_warning warning_at(const token_times& times, const token_policy& policy, timestamp now) {
  if (!refresh_valid(times, now)) return token_warning::expired;
  if (now >= times.refresh_expires_at - policy.late_warning) return token_warning::late;
  if (now >= times.refresh_expires_at - policy.early_warning) return token_warning::early;
  return token_warning::none;
}

timestamp next_check(const token_times& times, const token_policy& policy, timestamp now) {
  timestamp next = now + std::max(policy.check_every, std::chrono::seconds{1});
  for (const timestamp moment :
       {times.access_expires_at - policy.refresh_ahead, times.refresh_expires_at - policy.early_warning,
        times.refresh_expires_at - policy.late_warning, times.refresh_expires_at})
    if (moment > now) next = std::min(next, moment);
  return next;
}

}  // namespace hedgerow::domain
