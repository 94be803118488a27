// What the tests of the rules share: the repository, read once, and how a finding is compared.
#pragma once

#include <filesystem>

#include "rules.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::lint {

inline const std::filesystem::path root = test::source_folder();

inline const tree& repository() {
  static const tree files = read_tree(root);
  return files;
}

inline std::vector<std::size_t> lines_of(const violations& found) {
  std::vector<std::size_t> lines;
  for (const violation& v : found) lines.push_back(v.line);
  return lines;
}

using expected_lines = std::vector<std::size_t>;

}  // namespace hedgerow::lint
