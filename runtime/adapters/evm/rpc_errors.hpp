// What a node's error means, and how long it wishes to be left alone.
#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::evm {

/// Which failure an error object means; providers put it into the text more than into the code (facts, 3.8). Words that
/// are not known make it `rpc_error`: callers must not rely on the words alone.
[[nodiscard]] ports::chain_error classify_error(std::string_view method, const rapidjson::Value& error);

/// A pause named in a text, as in "retry after 20 seconds" or "try again in 500ms"; without a unit it is seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> wish_in_text(std::string_view text);

/// The value of a Retry-After header that counts seconds; a date gives nothing.
[[nodiscard]] std::optional<std::chrono::milliseconds> wish_in_header(std::string_view value);

/// Foreign text in one line of at most `longest` bytes, without control characters.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t longest);

}  // namespace hedgerow::evm
