// The shared test vectors, copied to tests/data/vectors.
#pragma once

#include <rapidjson/document.h>

#include <string>

namespace hedgerow::test {

/// Parses tests/data/vectors/{name}; ends the test program when it is missing or not JSON.
[[nodiscard]] rapidjson::Document load_vectors(const std::string& name);

/// The text of a JSON string or integer member; ends the test program when it is neither.
[[nodiscard]] std::string text_of(const rapidjson::Value& value);

}  // namespace hedgerow::test
