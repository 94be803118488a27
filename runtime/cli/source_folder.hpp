// Where this program was built from: the demo's EVM node and Kafka broker are there.
#pragma once

#include <filesystem>

namespace hedgerow::cli {

[[nodiscard]] std::filesystem::path source_folder();

}  // namespace hedgerow::cli
