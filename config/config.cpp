#include "config/config.hpp"

#include <unistd.h>
#include <fstream>
#include <sstream>

#include "config/loader.hpp"

namespace hedgerow::config {

environment process_environment() {
  environment all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

load_result load_text(std::string_view text, std::string_view name, const catalogue& program, const environment& env) {
  loader reader{std::string{name}, program, env};
  reader.read_file(text);
  reader.read_environment();
  return reader.finish();
}

load_result load(const std::filesystem::path& file, const catalogue& program, const environment& env) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(file, ignored) || !(text << in.rdbuf() || in.peek() == EOF)) {
    config_error error;
    error.source = file.string();
    error.problem = "cannot be read";
    error.remedy = "name an existing file, for example config/profiles/paper.toml";
    return unexpected(std::vector{std::move(error)});
  }
  return load_text(text.str(), file.string(), program, env);
}

bool runs_here(const settings& values, const catalogue& program, const service_info& service) {
  if (!values.runs(service.name)) return false;
  const auto* broker = find_broker(program.brokers, values.broker.kind);
  return !service.needs.login || (broker != nullptr && broker->can.login);
}

service_needs needs_here(const settings& values, const catalogue& program) {
  service_needs out;
  for (const auto& service : program.services)
    if (runs_here(values, program, service)) out = out | service.needs;
  return out;
}

std::string config_error::to_string() const {
  std::string out = source;
  if (line != 0) out += ":" + std::to_string(line);
  out += ": ";
  if (!key.empty()) out += key + (value.empty() ? "" : " = " + value) + ": ";
  out += problem;
  if (!allowed.empty()) out += "; allowed: " + allowed;
  if (!remedy.empty()) out += "; remedy: " + remedy;
  return out;
}

std::string to_string(const std::vector<config_error>& errors) {
  std::string out;
  for (const config_error& error : errors) out += error.to_string() + "\n";
  return out;
}

}  // namespace hedgerow::config
