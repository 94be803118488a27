#include "runtime/cli/config_loading.hpp"

#include <cstdio>

#include "runtime/world/catalogue.hpp"

namespace hedgerow::cli {

std::optional<config::settings> load_config(const std::string& file) {
  const auto env = config::process_environment();
  auto loaded = file.empty() ? config::load_text("", "defaults", world::catalogue(), env)
                             : config::load(file, world::catalogue(), env);
  if (!loaded) {
    std::fprintf(stderr, "%s\n", config::to_string(loaded.error()).c_str());
    return std::nullopt;
  }
  for (const auto& warning : loaded->warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return std::move(loaded->values);
}

}  // namespace hedgerow::cli
