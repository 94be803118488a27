// The page whose exercise this program carries out (EXERCISE_PAGE), and the files that came of it (EXERCISE_TREE).
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "tests/support/folders.hpp"

namespace hedgerow::test {

using names = std::set<std::string>;

inline const std::filesystem::path root = test::source_folder();
inline const std::filesystem::path exercise = EXERCISE_TREE;

/// Empty when there is no such file.
inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline std::string page() { return text_of(root / EXERCISE_PAGE); }

/// File -> new, changed or made, as the page's table says.
inline std::map<std::string, std::string> files_to_touch() {
  static const std::regex row{R"(\n\| `([^`]+)` \| (new|changed|made) \|)"};
  const std::string text = page();
  std::map<std::string, std::string> out;
  for (std::sregex_iterator it{text.begin(), text.end(), row}; it != std::sregex_iterator{}; ++it)
    out[(*it)[1]] = (*it)[2];
  return out;
}

/// Those of the table that are touched in this way.
inline names files_that_are(const std::string& how) {
  names out;
  for (const auto& [file, way] : files_to_touch())
    if (way == how) out.insert(file);
  return out;
}

/// What the page has code for.
inline names files_with(const std::string& kinds) {
  const std::regex block{"\n```(?:" + kinds + ") ([^\n]+)\n"};
  const std::string text = page();
  names out;
  for (std::sregex_iterator it{text.begin(), text.end(), block}; it != std::sregex_iterator{}; ++it)
    out.insert((*it)[1]);
  return out;
}

/// Every file of the table has code, but those that are made and the list of changes, and is there or not as it says.
inline void expect_true_table() {
  for (const auto& [file, how] : files_to_touch())
    EXPECT_EQ(std::filesystem::exists(root / file), how != "new") << file;
  EXPECT_EQ(files_with("cpp|cmake"), files_that_are("new"));
  auto changed = files_that_are("changed");
  changed.erase("CHANGELOG.md");
  EXPECT_EQ(files_with("diff"), changed);
}

}  // namespace hedgerow::test
