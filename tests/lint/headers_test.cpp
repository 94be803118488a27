// A header that no source of its own includes first compiles alone. Of the others the build shows it: a source begins
// with its own header (include_rules.cpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "probe.hpp"
#include "source_tree.hpp"

namespace hedgerow::lint {
namespace {

/// The command of a source in the header's own folder. A folder without sources has none: then any of the program's
/// that finds the header.
const compile_command* command_for(const std::vector<compile_command>& all, const std::string& header) {
  const std::string folder = header.substr(0, header.rfind('/') + 1);
  const auto own = std::find_if(all.begin(), all.end(), [&](const auto& c) {
    return c.file.starts_with(folder) && c.file.find('/', folder.size()) == std::string::npos;
  });
  if (own != all.end()) return &*own;
  const std::string probe = "#if !__has_include(\"" + header + "\")\n#error\n#endif\n";
  const auto other = std::find_if(all.begin(), all.end(), [&](const auto& c) {
    return !c.file.starts_with("tests/") && compile(c, probe, "-E").code == 0;
  });
  return other == all.end() ? nullptr : &*other;
}

TEST(Headers, CompileAlone) {
  const auto commands = compile_commands();
  ASSERT_FALSE(commands.empty());
  std::set<std::string> sources;
  std::vector<std::string> headers;
  for (const source_file& file : read_tree(source_dir)) {
    if (file.in("tests/")) continue;
    if (file.path.ends_with(".cpp")) sources.insert(file.path.substr(0, file.path.size() - 4));
    if (file.path.ends_with(".hpp")) headers.push_back(file.path);
  }
  std::erase_if(headers, [&](const auto& h) { return sources.contains(h.substr(0, h.size() - 4)); });
  ASSERT_GT(headers.size(), 30U);
  for (const std::string& header : headers) {
    const auto* like = command_for(commands, header);
    ASSERT_NE(like, nullptr) << header;
    const outcome alone = compile(*like, "#include \"" + header + "\"\n", "-fsyntax-only");
    EXPECT_EQ(alone.code, 0) << header << "\n" << alone.output;
  }
}

TEST(Headers, OneThatNeedsAnotherDoesNotCompileAlone) {
  const auto commands = compile_commands();
  ASSERT_FALSE(commands.empty());
  EXPECT_NE(compile(commands.front(), "inline std::string text;\n", "-fsyntax-only").code, 0);
}

}  // namespace
}  // namespace hedgerow::lint
