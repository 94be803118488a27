#include "tests/support/vectors.hpp"

#include <fstream>
#include <iterator>

#include "messages/types/check.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::test {

rapidjson::Document load_vectors(const std::string& name) {
  std::ifstream file{test::source_folder() + "/tests/data/vectors/" + name};
  HEDGEROW_CHECK(file.good(), name.c_str());
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.data(), text.size());
  HEDGEROW_CHECK(!document.HasParseError(), name.c_str());
  return document;
}

std::string text_of(const rapidjson::Value& value) {
  HEDGEROW_CHECK(value.IsString(), "a string or number is expected");
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace hedgerow::test
