// Topic validation-changelog: what a token calls itself, so that a restart and a replay need no chain.
#pragma once

#include <string>

#include "messages/types/evm.hpp"

namespace hedgerow {

/// Key: the token's address. Written once per token; symbol() and decimals() of a token do not change.
struct token_record {
  address token;
  /// As symbol() answered, marker included.
  std::string symbol;
  unsigned decimals = 0;
  friend bool operator==(const token_record&, const token_record&) = default;
};

}  // namespace hedgerow
