// From the HTTP client's results to the port's. Internal to this folder.
#pragma once

#include "actors/ports/broker_api.hpp"
#include "messages/faults/fault_point.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

[[nodiscard]] inline broker_error from_client(const http::client_error& error) {
  const bool certain = error.kind == http::client_failure::not_sent;
  return {certain ? broker_failure::not_sent : broker_failure::no_answer, 0, error.detail, {}};
}

[[nodiscard]] inline broker_error malformed(int status, const std::string& why) {
  return {broker_failure::malformed, status, why, {}};
}

/// What a lost answer looks like to a caller.
[[nodiscard]] inline broker_error injected_loss() {
  return {broker_failure::no_answer, 0, std::string{faults::injected}, {}};
}

}  // namespace hedgerow::schwab
