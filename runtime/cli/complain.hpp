// How a command ends that could not do what it was asked for.
#pragma once

#include <cstdio>
#include <string>

#include "runtime/cli/commands.hpp"

namespace hedgerow::cli {

[[nodiscard]] inline int complain(const std::string& what) {
  std::fprintf(stderr, "hedgerow: %s\n", what.c_str());
  return exit_failed;
}

}  // namespace hedgerow::cli
