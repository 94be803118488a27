// The broker port over Schwab's Trader API (facts, section 5).
#pragma once

#include <memory>

#include "actors/ports/broker_api.hpp"
#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

struct schwab_options {
  /// Which of the login's accounts, from 0.
  std::size_t account_index = 0;
};

/// `clock` must outlive the result. Without an access token every call fails with `not_sent`.
[[nodiscard]] std::shared_ptr<ports::broker_api> make_schwab_broker(std::shared_ptr<http::client> client,
                                                                    std::shared_ptr<ports::token_holder> tokens,
                                                                    const ports::clock& clock, schwab_options options);

/// What a failed or unexpected HTTP answer means. `now` is for Retry-After dates.
[[nodiscard]] ports::broker_error classify(const http::response& answer, timestamp now);
[[nodiscard]] ports::broker_error classify(const http::client_error& error);

}  // namespace hedgerow::schwab
