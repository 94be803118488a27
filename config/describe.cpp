// The key table as text.
#include <algorithm>

#include "config/config.hpp"
#include "config/key_kinds.hpp"
#include "config/key_table.hpp"

namespace hedgerow::config {
namespace {

std::string heading(const section_spec& section) {
  const std::string name{section.name};
  return section.shape == section_shape::list ? "[[" + name + "]]" : "[" + name + "]";
}

/// The default of a key: what a new element shows.
std::string default_of(const section_spec& section, const key_spec& key) {
  settings fresh;
  const std::string shown = key.show(section.open(fresh));
  return key.secret && !shown.empty() ? "built in" : shown;
}

/// Breaks `text` into lines of at most `width`, each after the first behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    if (column + blank > width && column > indent) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, blank);
    column += blank;
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return out;
}

/// A table cell: no bars, no line breaks.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out.empty() ? "–" : out;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string needs_in_words(const service_needs& needs) {
  std::string out;
  const auto add = [&](bool needed, const char* what) {
    if (needed) out += (out.empty() ? "" : ", ") + std::string{what};
  };
  add(needs.books, "the order books and `chain.start_block`");
  add(needs.asks_chain(), "the chain's node and `chain.owner`");
  add(needs.calls_broker(), "a broker; if it has a login, the app's key and secret and `oauth.encryption_key`");
  add(needs.api, "a port");
  return out;
}

constexpr std::string_view introduction =
    "<!-- Made from the key table in config/; UPDATE_DOCS=1 build/release/tests/unit/config/config_test writes it. "
    "-->\n"
    "# Configuration\n\n"
    "`hedgerow` reads one TOML file. `hedgerow config check FILE` tells all that is wrong with it at once;\n"
    "`hedgerow config keys` prints the table below. Profiles to start from are in `config/profiles/`.\n\n"
    "* **Environment.** `HEDGEROW_SECTION_KEY` wins over the file: `HEDGEROW_LOG_KIND=memory`. An empty variable "
    "counts\n"
    "  as not set. Lists are written with commas. Repeated sections and those with keys of your own can only be\n"
    "  set in the file.\n"
    "* **Placeholders.** A value that is exactly `\"${NAME}\"` is taken from the environment variable `NAME`.\n"
    "* **Secrets** are given as `key`, as `key_file` (the name of a file that holds it), or through the environment:\n"
    "  `HEDGEROW_BROKER_APP_SECRET`, `HEDGEROW_BROKER_APP_SECRET_FILE`. They are shown as `***` everywhere.\n"
    "* **Durations** are a whole number and a unit in quotes: `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"2h\"`, `\"7d\"`.\n"
    "* File names are relative to the working directory. An unknown section or key is an error.\n";

}  // namespace

std::string describe(const catalogue& program) {
  std::string out = "Services, for [node] actors\n";
  for (const auto& service : program.services)
    out += "  " + std::string{service.name} + "\n      " + wrapped(service.meaning, 6, 110) + "\n";
  out += "\nBrokers, for broker.kind\n";
  for (const auto& broker : program.brokers)
    out += "  " + std::string{broker.kind} + "\n      " + wrapped(broker.meaning, 6, 110) + "\n";
  out += "\n";
  for (const section_spec& section : sections()) {
    out += heading(section) + "  " + wrapped(section.meaning, 0, 110) + "\n";
    if (section.shape == section_shape::map) out += "  " + std::string{section.allowed} + "\n";
    for (const key_spec& key : section.keys) {
      const std::string value = default_of(section, key);
      out += "  " + std::string{key.name} + "  (" + std::string{key.type} + ", " +
             (value.empty() ? "no default" : "default " + value) + ")\n";
      out += "      " + wrapped(key.meaning, 6, 110) + "\n      allowed: " + wrapped(key.allowed, 15, 110) + "\n";
      if (section.shape == section_shape::single) {
        out += "      environment: " + environment_name(section.name, key.name) + (key.secret ? "[_FILE]" : "") + "\n";
      }
    }
    out += "\n";
  }
  return out;
}

std::string describe_markdown(const catalogue& program) {
  std::string out{introduction};
  out +=
      "\n## Services\n\nWhat `node.actors` can name, besides `all` and `paper`.\n\n"
      "| Service | What it does | Section | Needs |\n|---|---|---|---|\n";
  for (const auto& service : program.services)
    out += "| `" + std::string{service.name} + "` | " + cell(service.meaning) + " | " +
           (service.section.empty() ? "–" : "`[" + std::string{service.section} + "]`") + " | " +
           cell(needs_in_words(service.needs)) + " |\n";
  out +=
      "\n## Brokers\n\nWhat `broker.kind` can be.\n\n"
      "| Kind | What it is | `base_url` by default | Login |\n|---|---|---|---|\n";
  for (const auto& broker : program.brokers)
    out += "| `" + std::string{broker.kind} + "` | " + cell(broker.meaning) + " | " +
           cell(code(std::string{broker.origin})) + " | " + (broker.can.login ? "OAuth" : "none") + " |\n";
  for (const section_spec& section : sections()) {
    out += "\n## `" + heading(section) + "`\n\n" + std::string{section.meaning} + "\n";
    if (section.shape == section_shape::map) {
      out += "\nEntries: " + std::string{section.allowed} + ".\n";
      continue;
    }
    out += "\n| Key | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n";
    for (const key_spec& key : section.keys) {
      out += "| `" + std::string{key.name} + "` | " + std::string{key.type} + " | " +
             cell(code(default_of(section, key))) + " | " + cell(key.allowed) + " | " + cell(key.meaning) + " |\n";
    }
  }
  return out;
}

std::string to_toml(const settings& values) {
  std::string out;
  for (const section_spec& section : sections()) {
    if (section.shape == section_shape::map) {
      const auto* entries = section.entries(values);
      if (!entries->empty()) out += heading(section) + "\n";
      for (const auto& [key, value] : *entries)
        out += kinds::quote(key) + " = " + kinds::quote(section.secret ? "***" : value) + "\n";
      if (!entries->empty()) out += "\n";
      continue;
    }
    for (const void* element : section.elements(values)) {
      out += heading(section) + "\n";
      for (const key_spec& key : section.keys) {
        const std::string value = key.show(element);
        if (!value.empty()) out += std::string{key.name} + " = " + value + "\n";
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace hedgerow::config
