// gzip bodies. Internal to this folder.
#pragma once

#include <string>
#include <string_view>

#include "messages/types/expected.hpp"

namespace hedgerow::http {

/// A Content-Encoding that inflate_gzip undoes.
[[nodiscard]] bool is_gzip(std::string_view content_encoding);

/// gzip or zlib format. Fails when the data are damaged, cut, or larger than `limit` when inflated.
[[nodiscard]] expected<std::string, std::string> inflate_gzip(std::string_view data, std::size_t limit);

}  // namespace hedgerow::http
