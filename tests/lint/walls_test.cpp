// The layers hold: with the very flags that each library is built with, no header of a layer above can be found.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "source_tree.hpp"

namespace hedgerow::lint {
namespace {

const std::string source_dir = HEDGEROW_SOURCE_DIR;
const std::string binary_dir = HEDGEROW_BINARY_DIR;

struct compile_command {
  std::string directory;
  /// From the repository's root.
  std::string file;
  std::string command;
};

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

/// The compiler's flags of a command, without what it reads and writes.
std::string flags_of(const compile_command& c) {
  static const std::regex launcher{R"(^.*?(\S*(c\+\+|g\+\+|clang\+\+)\S*) )"};
  static const std::regex files{R"( -(o|c|MT|MF) \S+| -MD)"};
  return std::regex_replace(std::regex_replace(c.command, launcher, "$1 ", std::regex_constants::format_first_only),
                            files, "");
}

struct outcome {
  int code = -1;
  std::string output;
};

/// Compiles `text` as if it were part of the target that owns `like`.
outcome compile(const compile_command& like, const std::string& text, const std::string& mode) {
  const std::string probe = ::testing::TempDir() + "walls_probe.cpp";
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

/// The folders of actors/ but the rules.
std::vector<std::string> services_and_ports() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator{source_dir + "/actors"}) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name != "domain") folders.push_back("actors/" + name + "/");
  }
  return folders;
}

/// Layers that a file may not see.
std::vector<std::string> above(const std::string& file) {
  if (file.starts_with("messages/types/"))
    return {"messages/events/", "messages/codec/", "messages/faults/", "messages/protocol/", "actors/", "config/",
            "runtime/"};
  if (file.starts_with("messages/events/"))
    return {"messages/codec/", "messages/faults/", "messages/protocol/", "actors/", "config/", "runtime/"};
  if (file.starts_with("messages/")) return {"actors/", "config/", "runtime/"};
  if (file.starts_with("actors/domain/")) {
    auto layers = services_and_ports();
    layers.insert(layers.end(), {"messages/codec/", "messages/faults/", "messages/protocol/", "config/", "runtime/"});
    return layers;
  }
  if (file.starts_with("actors/")) return {"config/", "runtime/"};
  // A setting of a rule is the rule's policy (config/settings.hpp).
  if (file.starts_with("config/")) {
    auto layers = services_and_ports();
    layers.insert(layers.end(), {"messages/codec/", "messages/protocol/", "runtime/"});
    return layers;
  }
  return {};
}

/// One command of each library below the top layer.
std::map<std::string, compile_command> libraries() {
  static const std::regex target{R"(CMakeFiles/(\w+)\.dir/)"};
  std::map<std::string, compile_command> out;
  for (const compile_command& c : compile_commands()) {
    std::smatch match;
    if (!above(c.file).empty() && std::regex_search(c.command, match, target)) out.emplace(match[1], c);
  }
  return out;
}

TEST(Walls, NoLibrarySeesALayerAboveIt) {
  const auto checked = libraries();
  ASSERT_GE(checked.size(), 10U);
  std::vector<std::string> headers;
  for (const source_file& file : read_tree(source_dir)) {
    if (file.path.ends_with(".hpp") && !file.in("tests/")) headers.push_back(file.path);
  }
  ASSERT_GT(headers.size(), 50U);
  for (const auto& [name, command] : checked) {
    std::string probe;
    for (const std::string& layer : above(command.file)) {
      for (const std::string& header : headers) {
        if (!header.starts_with(layer)) continue;
        probe += "#if __has_include(\"" + header + "\")\nvisible: " + header + "\n#endif\n";
      }
    }
    const outcome result = compile(command, probe, "-E -P");
    EXPECT_EQ(result.code, 0) << name << "\n" << result.output;
    EXPECT_EQ(result.output.find("visible: "), std::string::npos) << name << " sees\n" << result.output;
  }
}

TEST(Walls, AWrongIncludeDoesNotCompileAndARightOneDoes) {
  struct probe {
    const char* target;
    const char* wrong;
    const char* right;
  };
  const probe probes[] = {
      {"hedgerow_types", "actors/ports/clock.hpp", "messages/types/ids.hpp"},
      {"hedgerow_codec", "actors/ports/event_log.hpp", "messages/codec/codec.hpp"},
      {"hedgerow_hedging", "runtime/supervision/supervisor.hpp", "actors/domain/hedging/position_book.hpp"},
      {"hedgerow_accumulator", "runtime/adapters/http/http_client.hpp", "actors/ports/clock.hpp"},
      {"hedgerow_config", "actors/ports/clock.hpp", "config/config.hpp"},
  };
  const auto known = libraries();
  for (const probe& p : probes) {
    const auto like = known.find(p.target);
    ASSERT_NE(like, known.end()) << p.target;
    const outcome wrong = compile(like->second, "#include \"" + std::string{p.wrong} + "\"\n", "-fsyntax-only");
    EXPECT_NE(wrong.code, 0) << p.target << " sees " << p.wrong;
    EXPECT_NE(wrong.output.find("No such file or directory"), std::string::npos) << wrong.output;
    const outcome right = compile(like->second, "#include \"" + std::string{p.right} + "\"\n", "-fsyntax-only");
    EXPECT_EQ(right.code, 0) << p.target << "\n" << right.output;
  }
}

}  // namespace
}  // namespace hedgerow::lint
