#include "runtime/cli/source_folder.hpp"

namespace hedgerow::cli {

std::filesystem::path source_folder() { return HEDGEROW_SOURCE_DIR; }

}  // namespace hedgerow::cli
