// The layers hold: with the very flags that each library is built with, no header of a layer above can be found.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>

#include "probe.hpp"
#include "source_tree.hpp"

namespace hedgerow::lint {
namespace {

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
    return {"messages/events/", "messages/codec/", "messages/faults/", "messages/protocol/",
            "actors/",          "config/",         "runtime/"};
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
  static const std::regex target{R"( -o \S*CMakeFiles/(\w+)\.dir/)"};
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
      {"hedgerow_positions", "runtime/supervision/supervisor.hpp", "actors/domain/positions/position.hpp"},
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
