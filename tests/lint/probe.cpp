#include "probe.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace hedgerow::lint {
namespace {

const std::string binary_dir = test::build_folder();

/// What is compiled: with HEDGEROW_UNITY a command has a file that includes several of ours; the first stands for them.
std::string compiled_file(const std::string& path) {
  if (path.find("/Unity/unity_") == std::string::npos) return path;
  std::ifstream in{path};
  static const std::regex include{R"re(^#include "([^"]+)")re"};
  std::smatch match;
  for (std::string line; std::getline(in, line);)
    if (std::regex_search(line, match, include)) return match[1];
  return path;
}

/// The compiler's flags of a command, without what it reads and writes; a precompiled header would hide missing
/// includes.
std::string flags_of(const compile_command& c) {
  static const std::regex launcher{R"(^.*?(\S*(c\+\+|g\+\+|clang\+\+)\S*) )"};
  static const std::regex files{R"( -(o|c|MT|MF|include) \S+| -MD)"};
  return std::regex_replace(std::regex_replace(c.command, launcher, "$1 ", std::regex_constants::format_first_only),
                            files, "");
}

}  // namespace

std::vector<compile_command> compile_commands() {
  std::ifstream in{binary_dir + "/compile_commands.json"};
  std::ostringstream text;
  text << in.rdbuf();
  rapidjson::Document json;
  json.Parse(text.str().c_str());
  std::vector<compile_command> out;
  if (!json.IsArray()) return out;
  for (const auto& entry : json.GetArray()) {
    const std::string file = compiled_file(entry["file"].GetString());
    if (!file.starts_with(source_dir + "/")) continue;
    out.push_back({entry["directory"].GetString(), file.substr(source_dir.size() + 1), entry["command"].GetString()});
  }
  return out;
}

bool finds(const compile_command& like, const std::string& header) {
  static const std::regex folder{R"( -I(\S+))"};
  const std::sregex_iterator end;
  const std::sregex_iterator begin{like.command.begin(), like.command.end(), folder};
  return std::any_of(begin, end, [&](const auto& match) {
    return std::filesystem::exists(std::filesystem::path{like.directory} / match[1].str() / header);
  });
}

outcome compile(const compile_command& like, const std::string& text, const std::string& mode) {
  const std::string probe = ::testing::TempDir() + "lint_probe_" + std::to_string(::getpid()) + ".cpp";
  std::ofstream{probe} << text;
  const std::string line =
      "cd '" + like.directory + "' && LC_ALL=C " + flags_of(like) + " " + mode + " '" + probe + "' 2>&1";
  outcome result;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    result.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace hedgerow::lint
