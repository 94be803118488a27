#include "config/raw_document.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>

namespace hedgerow::config {
namespace {

std::string type_name(const toml::node& node) {
  std::ostringstream out;
  out << node.type();
  return out.str();
}

raw_value read_value(const toml::node& node) {
  std::ostringstream shown;
  node.visit([&](const auto& n) { shown << n; });
  raw_value value{unsupported{type_name(node)}, shown.str().substr(0, 80), false};
  if (const auto* text = node.as_string()) value.data = text->get();
  if (const auto* number = node.as_integer()) value.data = number->get();
  if (const auto* flag = node.as_boolean()) value.data = flag->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> texts;
    for (const toml::node& element : *array) {
      const auto* text = element.as_string();
      if (text == nullptr) return value;
      texts.push_back(text->get());
    }
    value.data = std::move(texts);
  }
  return value;
}

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

void read_table(const toml::table& table, const std::string& name, bool in_list, std::vector<raw_section>& out);

/// A table or an array of tables is a section of its own; everything else is a value of this one.
void read_node(const std::string& key, const toml::node& node, const std::string& section, raw_section& into,
               std::vector<raw_section>& out) {
  const std::string inner = section.empty() ? key : section + "." + key;
  const auto* array = node.as_array();
  if (const auto* table = node.as_table()) {
    read_table(*table, inner, false, out);
  } else if (array != nullptr && !array->empty() && array->is_homogeneous(toml::node_type::table)) {
    for (const toml::node& element : *array) read_table(*element.as_table(), inner, true, out);
  } else {
    into.entries.push_back({key, read_value(node), line_of(node)});
  }
}

void read_table(const toml::table& table, const std::string& name, bool in_list, std::vector<raw_section>& out) {
  raw_section section{name, in_list, line_of(table), {}};
  std::vector<raw_section> inner;
  for (const auto& [key, node] : table) read_node(std::string{key.str()}, node, name, section, inner);
  out.push_back(std::move(section));
  std::move(inner.begin(), inner.end(), std::back_inserter(out));
}

}  // namespace

expected<std::vector<raw_section>, config_error> read_toml(std::string_view text, std::string_view name) {
  try {
    std::vector<raw_section> out;
    read_table(toml::parse(text, name), "", false, out);
    return out;
  } catch (const toml::parse_error& e) {
    config_error error;
    error.source = name;
    error.line = e.source().begin.line;
    error.problem = std::string{"not TOML: "} + std::string{e.description()};
    error.remedy = "mend the syntax at this line, column " + std::to_string(e.source().begin.column);
    return unexpected(std::move(error));
  }
}

}  // namespace hedgerow::config
