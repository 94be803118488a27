// Puts raw values into settings by the key table and collects what is wrong. Private to config/.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/key_table.hpp"

namespace hedgerow::config {

class loader {
 public:
  /// `source` is what errors call the file.
  loader(std::string source, const catalogue& program, const environment& env)
      : source_{std::move(source)}, program_{program}, env_{env} {}

  void read_file(std::string_view text);
  void read_environment();
  /// Checks across keys; call it last.
  [[nodiscard]] load_result finish();

 private:
  /// Where a value came from.
  struct origin {
    std::string source;
    std::size_t line = 0;
    /// `chain.start_block`, `orderbook[1].address`, or the name of a variable.
    std::string key;
  };

  void read_section(const raw_section& raw);
  void read_map(const section_spec& spec, const raw_section& raw);
  void read_keys(const section_spec& spec, const raw_section& raw);
  void assign(const key_spec& key, void* target, const raw_value& value, const origin& from);
  void assign_from_file(const key_spec& key, void* target, const raw_value& value, const origin& from);
  [[nodiscard]] bool fill_in(raw_value& value, const origin& from, bool is_secret);
  void unknown_section(const raw_section& raw);
  void unknown_key(const section_spec& spec, const origin& from, const std::string& name);
  void warn_of_unknown_variables(const std::set<std::string>& known);
  void error(const origin& from, std::string value, std::string problem, std::string allowed, std::string remedy);

  std::string source_;
  const catalogue& program_;
  const environment& env_;
  settings values_;
  std::vector<config_error> errors_;
  std::vector<std::string> warnings_;
  std::map<std::string, origin> origins_;
  std::map<std::string, std::size_t> list_sizes_;
};

/// What works but should be known.
[[nodiscard]] std::vector<std::string> warnings_about(const settings& values, const catalogue& program);

}  // namespace hedgerow::config
