// Compiling a piece of text with the very flags of a library.
#pragma once

#include <string>
#include <vector>

#include "tests/support/folders.hpp"

namespace hedgerow::lint {

inline const std::string source_dir = test::source_folder();

struct compile_command {
  std::string directory;
  /// From the repository's root.
  std::string file;
  std::string command;
};

/// Of the repository's sources, as the build made them.
[[nodiscard]] std::vector<compile_command> compile_commands();

struct outcome {
  int code = -1;
  std::string output;
};

/// Whether the target that owns `like` finds `header`, which is named from the repository's root.
[[nodiscard]] bool finds(const compile_command& like, const std::string& header);

/// Compiles `text` as if it were part of the target that owns `like`. `mode` are options that say what is made of it,
/// such as -fsyntax-only or -E.
[[nodiscard]] outcome compile(const compile_command& like, const std::string& text, const std::string& mode);

}  // namespace hedgerow::lint
