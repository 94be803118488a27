// An always-on assertion for programmer errors. Expected failures never go through it.
#pragma once

namespace hedgerow::detail {
[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* message);
}

/// Ends the process with file, line and message when `condition` is false. Never compiled out.
#define HEDGEROW_CHECK(condition, message)                                       \
  do {                                                                           \
    if (!(condition)) [[unlikely]]                                               \
      ::hedgerow::detail::check_failed(#condition, __FILE__, __LINE__, message); \
  } while (false)
