// Charles Schwab's Trader API behind the broker port (facts, section 5).
#pragma once

#include <memory>

#include "actors/domain/broker/account_choice.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

struct schwab_options {
  /// Which of the login's accounts; the one that the log remembers goes before (domain::choose_account).
  domain::account_wish account;
};

/// The account's hash is asked for once and again after the broker refused it. A placement whose account could not be
/// learnt is `not_sent`, `throttled` or `unauthorized`, never `refused`: the broker has not seen the order. `clock`
/// must outlive the broker.
[[nodiscard]] std::shared_ptr<ports::broker_api> make_schwab_broker(std::shared_ptr<http::client> client,
                                                                    std::shared_ptr<ports::token_holder> tokens,
                                                                    const ports::clock& clock, schwab_options options);

}  // namespace hedgerow::schwab
