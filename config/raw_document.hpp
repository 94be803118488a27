// A TOML file as sections of keys with their lines, before anything is known about what it means. Only
// raw_document.cpp knows the TOML library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config_error.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::config {

/// A kind of value that no key takes; holds its name.
struct unsupported {
  std::string type;
};

struct raw_value {
  std::variant<unsupported, std::string, std::int64_t, bool, std::vector<std::string>> data;
  /// As the file or the environment spells it, shortened.
  std::string shown;
  /// Values from the environment are text, and are read by the type of the key.
  bool from_environment = false;
};

struct raw_entry {
  std::string key;
  raw_value value;
  std::size_t line = 0;
};

struct raw_section {
  /// `chain`, `paper.start_prices`; empty for keys above the first section.
  std::string name;
  /// [[name]]
  bool in_list = false;
  std::size_t line = 0;
  std::vector<raw_entry> entries;
};

[[nodiscard]] expected<std::vector<raw_section>, config_error> read_toml(std::string_view text, std::string_view name);

}  // namespace hedgerow::config
