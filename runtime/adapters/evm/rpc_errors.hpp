// What a node's error means, and how long it wishes to be left alone.
#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/chain_client.hpp"
#include "runtime/adapters/evm/rpc_url.hpp"

namespace hedgerow::evm {

/// Which failure an error object means; providers put it into the text more than into the code (facts, 3.8). Words that
/// are not known make it `rpc_error`: callers must not rely on the words alone.
/// The text is scrubbed with `url`, when there is one, before it is cut: a half of a secret would be left.
[[nodiscard]] ports::chain_error classify_error(std::string_view method, const rapidjson::Value& error,
                                                const rpc_url* url = nullptr);

/// A pause named in a text, as in "retry after 20 seconds" or "try again in 500ms"; without a unit it is seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> wish_in_text(std::string_view text);

/// The value of a Retry-After header: seconds, or a date, which is compared with `date`, the answer's own Date header.
/// The node's clock is not ours, so that without one a date gives nothing.
[[nodiscard]] std::optional<std::chrono::milliseconds> wish_in_header(std::string_view value,
                                                                      std::string_view date = {});

/// Foreign text in one line of at most `longest` bytes, without control characters.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t longest);

}  // namespace hedgerow::evm
