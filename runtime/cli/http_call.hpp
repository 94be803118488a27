// One HTTP call that is waited for; for commands, never for actors.
#pragma once

#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::cli {

using http_answer = expected<http::response, http::client_error>;

[[nodiscard]] http_answer call(http::client& client, http::request request);

/// Does what a person's browser does at the broker's login page: from the node's /auth/login over the broker's form
/// back to /auth/callback. Only paper brokers can be logged in at like this. Empty, or what went wrong.
[[nodiscard]] std::string log_in_at_paper(const std::string& api_origin, const std::string& broker_origin,
                                          const ports::clock& clock);

}  // namespace hedgerow::cli
