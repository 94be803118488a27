// Where the repository and its build are.
#pragma once

#include <string>

namespace hedgerow::test {

/// The repository's root; no slash at the end.
[[nodiscard]] std::string source_folder();
/// The folder of the build, which has the program; no slash at the end.
[[nodiscard]] std::string build_folder();

}  // namespace hedgerow::test
