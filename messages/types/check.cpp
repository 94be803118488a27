#include "messages/types/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace hedgerow::detail {

void check_failed(const char* condition, const char* file, int line, const char* message) {
  std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, message, condition);
  std::abort();
}

}  // namespace hedgerow::detail
