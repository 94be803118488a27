#include "actors/domain/broker/token_lifecycle.hpp"

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

timestamp refresh_due(const token_times& times, const token_policy& policy) {
  const auto half_of_life = (times.access_expires_at - times.access_fetched_at) / 2;
  return times.access_expires_at - std::min<std::chrono::microseconds>(policy.refresh_ahead, half_of_life);
}

bool should_refresh(const token_times& times, const token_policy& policy, timestamp now) {
  return now >= refresh_due(times, policy);
}

bool refusal_is_final(std::optional<timestamp> first_refused, const token_policy& policy, timestamp now) {
  return first_refused && now - *first_refused >= policy.confirm_refusal;
}

bool rejection_counts(timestamp received_at, const token_policy& policy, timestamp now) {
  return now - received_at >= policy.rejection_grace;
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
  timestamp next = now + std::max<std::chrono::milliseconds>(std::min(policy.check_interval, policy.refresh_ahead / 2),
                                                             std::chrono::seconds{1});
  for (const timestamp moment : {refresh_due(times, policy), times.refresh_expires_at - policy.early_warning,
                                 times.refresh_expires_at - policy.late_warning, times.refresh_expires_at})
    if (moment > now) next = std::min(next, moment);
  return next;
}

}  // namespace hedgerow::domain
