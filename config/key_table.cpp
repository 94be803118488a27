#include "config/key_table.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace hedgerow::config {
namespace {

std::vector<section_spec> all_sections() {
  std::vector<section_spec> out;
  for (const auto table :
       {tables::node_sections, tables::kafka_sections, tables::chain_sections, tables::broker_sections,
        tables::edge_sections, tables::paper_sections, tables::fault_sections}) {
    auto part = table();
    std::move(part.begin(), part.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

const std::vector<section_spec>& sections() {
  static const std::vector<section_spec> table = all_sections();
  return table;
}

std::string environment_name(std::string_view section, std::string_view key) {
  std::string name = "HEDGEROW_" + std::string{section} + "_" + std::string{key};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

bool settings::runs(std::string_view actor) const {
  const auto named = [&](std::string_view name) {
    return std::find(node.actors.begin(), node.actors.end(), name) != node.actors.end();
  };
  return named(actor) || (named(every_service) && actor != paper_broker);
}

}  // namespace hedgerow::config
