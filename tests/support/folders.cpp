#include "tests/support/folders.hpp"

namespace hedgerow::test {

std::string source_folder() { return HEDGEROW_SOURCE_DIR; }
std::string build_folder() { return HEDGEROW_BINARY_DIR; }

}  // namespace hedgerow::test
