// Charles Schwab's Trader API behind the broker port (facts, section 5).
#pragma once

#include <memory>

#include "actors/ports/broker_api.hpp"
#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

struct schwab_options {
  /// Which of the login's accounts, from 0 (facts, 5.4).
  std::size_t account_index = 0;
};

/// The account's hash is asked for once and again after the broker refused it. A placement whose account could not be
/// learnt is `not_sent`, `throttled` or `unauthorized`, never `refused`: the broker has not seen the order. `clock`
/// must outlive the broker.
[[nodiscard]] std::shared_ptr<ports::broker_api> make_schwab_broker(std::shared_ptr<http::client> client,
                                                                    std::shared_ptr<ports::token_holder> tokens,
                                                                    const ports::clock& clock, schwab_options options);

}  // namespace hedgerow::schwab
