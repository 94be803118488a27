// Pages of the documentation that are made from the program: a test compares them, or writes them with UPDATE_DOCS=1.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/support/folders.hpp"

namespace hedgerow::test {

namespace made_page {

inline std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

/// `what` names the part of the file.
inline void compare(std::string_view file, std::string_view what, const std::string& page, const std::string& wanted) {
  if (std::getenv("UPDATE_DOCS") != nullptr) {  // allow: writes the page
    std::ofstream{source_folder() + "/" + std::string{file}} << wanted;
    return;
  }
  EXPECT_TRUE(page == wanted) << file << " is stale; UPDATE_DOCS=1 with this test writes " << what;
}

}  // namespace made_page

/// The file, named from the repository's root, is `wanted`.
inline void expect_made_page(std::string_view file, const std::string& wanted) {
  made_page::compare(file, "it", made_page::read(source_folder() + "/" + std::string{file}), wanted);
}

/// The part of the file between `<!-- name -->`, with its line end, and `<!-- /name -->` is `wanted`.
inline void expect_made_part(std::string_view file, const std::string& name, const std::string& wanted) {
  const auto page = made_page::read(source_folder() + "/" + std::string{file});
  const auto begin = "<!-- " + name + " -->\n";
  const auto from = page.find(begin);
  const auto to = page.find("<!-- /" + name + " -->");
  ASSERT_NE(from, std::string::npos) << file << " has no " << begin;
  ASSERT_LT(from, to) << file;
  made_page::compare(file, "its part \"" + name + "\"", page, page.substr(0, from) + begin + wanted + page.substr(to));
}

}  // namespace hedgerow::test
