// Reads a configuration: a TOML file, then the environment on top. All errors are reported at once.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "config/settings.hpp"
#include "messages/events/service_info.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::config {

/// Environment variables by name.
using environment = std::map<std::string, std::string>;

/// What the program has: the services that [node] actors can name, and the brokers that broker.kind can.
struct catalogue {
  service_list services;
  broker_list brokers;
};

/// All variables of this process.
[[nodiscard]] environment process_environment();

struct loaded {
  settings values;
  /// Things that work but that a person should know; one line each.
  std::vector<std::string> warnings;
};

using load_result = expected<loaded, std::vector<config_error>>;

/// `HEDGEROW_SECTION_KEY` in `env` wins over the file; a text value `${NAME}` in the file is taken from `env`; a key
/// `x_file` names a file that holds the secret `x`. Other variables are ignored.
[[nodiscard]] load_result load(const std::filesystem::path& file, const catalogue& program,
                               const environment& env = {});

/// The same from text; `name` is what errors call it. Empty text gives the defaults.
[[nodiscard]] load_result load_text(std::string_view text, std::string_view name, const catalogue& program,
                                    const environment& env = {});

/// Whether a node with these settings runs the service: [node] actors names it, and if it keeps the broker's login, the
/// broker has one. False for a service that needs the login of a broker that is unknown.
[[nodiscard]] bool runs_here(const settings& values, const catalogue& program, const service_info& service);

/// What the services that run with these settings need together.
[[nodiscard]] service_needs needs_here(const settings& values, const catalogue& program);

/// Checks that concern several keys; load() has done them. For settings that were put together or changed in code.
[[nodiscard]] std::vector<config_error> check(const settings& values, const catalogue& program);

/// The key table for a terminal: every key with type, default, range, environment variable and meaning.
[[nodiscard]] std::string describe(const catalogue& program);
/// The same as Markdown: the content of docs/configuration.md.
[[nodiscard]] std::string describe_markdown(const catalogue& program);
/// What is in force, as TOML, with secrets as ***. For people; it does not load again where there are secrets.
[[nodiscard]] std::string to_toml(const settings& values);

/// One line per error, for a terminal.
[[nodiscard]] std::string to_string(const std::vector<config_error>& errors);

}  // namespace hedgerow::config
