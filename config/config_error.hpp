// One error in a configuration, described so that a person can correct it.
#pragma once

#include <string>

namespace hedgerow::config {

struct config_error {
  /// File, or `environment`.
  std::string source;
  /// From 1; 0 when there is no line.
  std::size_t line = 0;
  /// `chain.start_block`; the section alone, or empty, when it is not about a key.
  std::string key;
  /// As given; `***` for a secret; empty when nothing was given.
  std::string value;
  /// A description of the error.
  std::string problem;
  /// Allowed range or values; may be empty.
  std::string allowed;
  /// What to do.
  std::string remedy;

  /// `prod.toml:12: chain.start_block = "x": not an integer; allowed: 0 to 10; remedy: ...`
  [[nodiscard]] std::string to_string() const;
};

}  // namespace hedgerow::config
