// The repository's text files, as the rules of the house look at them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::lint {

struct source_file {
  /// From the repository's root, with slashes.
  std::string path;
  std::vector<std::string> lines;
  /// The same lines with comments and the insides of texts blanked; only for C++.
  std::vector<std::string> code;

  [[nodiscard]] bool in(std::string_view folder) const { return path.starts_with(folder); }
  [[nodiscard]] bool is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }
};

/// `text` cut into lines; C++ also gets its `code`.
[[nodiscard]] source_file make_file(std::string path, std::string_view text);

/// All C++, CMake, Markdown, shell and TOML files that belong to the repository. Nothing made, nothing fetched, no
/// data.
[[nodiscard]] std::vector<source_file> read_tree(const std::filesystem::path& root);

/// One breach of a rule, as `path:line: what`.
struct violation {
  std::string path;
  std::size_t line = 0;
  std::string what;
};
using violations = std::vector<violation>;

[[nodiscard]] std::string to_string(const violations& found);

}  // namespace hedgerow::lint
