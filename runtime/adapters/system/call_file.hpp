// ports::call_memory in a small file: a ring of the newest calls.
#pragma once

#include <memory>
#include <string>

#include "actors/ports/call_memory.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::adapters {

/// Keeps the newest `capacity` calls in the file at `path`, made when missing, readable for its owner only. An error
/// when it cannot be opened; for people.
[[nodiscard]] expected<std::shared_ptr<ports::call_memory>, std::string> open_call_file(const std::string& path,
                                                                                        std::size_t capacity);

}  // namespace hedgerow::adapters
