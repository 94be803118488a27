// The one table of keys. Parsing, ranges, `hedgerow config keys` and docs/configuration.md are all made from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/raw_document.hpp"
#include "config/settings.hpp"
#include "messages/types/parts.hpp"

namespace hedgerow::config {

/// What a value lacks. Nothing when it was taken.
using refusal = std::optional<std::string>;

/// One key of a section. `target` is the section's struct.
struct key_spec {
  std::string_view name;
  /// For people: integer, duration, text, ...
  std::string_view type;
  /// Range or values, for people.
  std::string allowed;
  std::string_view meaning;
  bool secret = false;
  std::function<refusal(void* target, const raw_value& value)> assign;
  /// The value as TOML; empty when there is none.
  std::function<std::string(const void* target)> show;
};

enum class section_shape : std::uint8_t {
  single,  // [name]
  list,    // [[name]], any number of times
  map,     // [name] with keys of the user's own
};

struct section_spec {
  std::string_view name;
  std::string_view meaning;
  section_shape shape = section_shape::single;
  std::vector<key_spec> keys;
  /// Where the keys of this section live; a list gets one more element with each call.
  std::function<void*(settings&)> open;
  /// All elements, for showing; one for a single section.
  std::function<std::vector<const void*>(const settings&)> elements;
  /// Where the section is the policy of a rule and nothing else: puts the policy where a service finds it by its type.
  std::function<void(const settings&, parts&)> put_policy;
  /// The inverse.
  std::function<void(settings&, const parts&)> take_policy;
  /// Maps only: takes one entry, or says what it lacks.
  std::function<refusal(settings&, const std::string& key, const std::string& value)> put;
  std::function<const std::map<std::string, std::string>*(const settings&)> entries;
  /// Maps only: what key and value may be.
  std::string_view allowed;
  /// Maps only: values may be secret, so none is ever shown.
  bool secret = false;
};

/// In the order of the documentation.
[[nodiscard]] const std::vector<section_spec>& sections();

/// `HEDGEROW_BROKER_APP_KEY`. Only for single sections.
[[nodiscard]] std::string environment_name(std::string_view section, std::string_view key);

namespace tables {
[[nodiscard]] std::vector<section_spec> node_sections();
[[nodiscard]] std::vector<section_spec> kafka_sections();
[[nodiscard]] std::vector<section_spec> chain_sections();
[[nodiscard]] std::vector<section_spec> broker_sections();
[[nodiscard]] std::vector<section_spec> edge_sections();
[[nodiscard]] std::vector<section_spec> paper_sections();
[[nodiscard]] std::vector<section_spec> fault_sections();
}  // namespace tables

}  // namespace hedgerow::config
