// The broker's vectors with numbers as numbers: what it sends is made of them.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/support/folders.hpp"

namespace hedgerow::test {

inline rapidjson::Document load_wire_vectors(const std::string& name) {
  std::ifstream file{test::source_folder() + "/tests/data/vectors/" + name};
  std::stringstream text;
  text << file.rdbuf();
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.str().c_str());
  if (document.HasParseError()) throw std::runtime_error{"no vectors in " + name};
  return document;
}

inline std::string wire_text(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  value.Accept(writer);
  return buffer.GetString();
}

}  // namespace hedgerow::test
