// A header that no source of its own includes first compiles alone. Of the others the build shows it: a source begins
// with its own header (include_rules.cpp). What a precompiled header has (cmake/HedgerowTargets.cmake) `make dev`
// shows.
//
// A header compiles in the same way after anything that it includes itself: that would be there all the same. So a
// translation unit takes several headers, each of which includes the one before, and libraries that all of them include
// are compiled once and for all.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "probe.hpp"
#include "source_tree.hpp"

namespace hedgerow::lint {
namespace {

using names = std::set<std::string>;
using headers = std::map<std::string, source_file>;

/// What is compiled beforehand, most first. A header takes the first of them that it includes all of.
const std::vector<names> preambles{{"<boost/multiprecision/cpp_int.hpp>", "<chrono>", "<optional>", "<string>",
                                    "<string_view>", "<tl/expected.hpp>", "<vector>"},
                                   {"<chrono>", "<optional>", "<string>", "<string_view>", "<vector>"},
                                   {"<chrono>", "<string>"},
                                   {"<string>"}};

std::string directive(const std::string& name) {
  return "#include " + (name.front() == '<' ? name : '"' + name + '"') + "\n";
}

/// What a header includes, by itself and by others of ours: `<vector>`, `messages/types/time.hpp`.
names included_by(const headers& all, const std::string& path) {
  static const std::regex include{R"re(^\s*#\s*include\s*(?:"([^"]+)"|(<[^>]+>)))re"};
  names out;
  const auto file = all.find(path);
  if (file == all.end()) return out;
  std::smatch match;
  for (const std::string& line : file->second.lines) {
    if (!std::regex_search(line, match, include)) continue;
    out.insert(match[1].matched ? match[1] : match[2]);
    if (match[1].matched) out.merge(included_by(all, match[1]));
  }
  return out;
}

bool holds(const names& all, const names& some) { return std::ranges::includes(all, some); }

/// Which of the preambles, or none of them: their number.
std::size_t preamble_of(const names& included) {
  const auto fits = [&](const names& p) { return holds(included, p); };
  return static_cast<std::size_t>(std::ranges::find_if(preambles, fits) - preambles.begin());
}

/// Headers of one preamble, each of which includes those before it.
using chain = std::vector<std::string>;

std::vector<chain> chains_of(const headers& all, std::vector<std::string> paths) {
  std::map<std::string, names> included;
  for (const std::string& path : paths) included[path] = included_by(all, path);
  std::ranges::stable_sort(paths, std::ranges::greater{}, [&](const auto& p) { return included[p].size(); });
  std::vector<chain> out;
  while (!paths.empty()) {
    chain found{paths.front()};
    for (const std::string& path : paths) {
      const bool next = included[found.back()].contains(path);
      if (next && preamble_of(included[path]) == preamble_of(included[found.back()])) found.push_back(path);
    }
    std::erase_if(paths, [&](const auto& p) { return std::ranges::find(found, p) != found.end(); });
    std::ranges::reverse(found);
    out.push_back(found);
  }
  return out;
}

/// The command of a source in the header's own folder. A folder without sources has none: then any of the program's
/// that finds the header.
const compile_command* command_for(const std::vector<compile_command>& all, const std::string& header) {
  const std::string folder = header.substr(0, header.rfind('/') + 1);
  const auto own = std::ranges::find_if(all, [&](const auto& c) {
    return c.file.starts_with(folder) && c.file.find('/', folder.size()) == std::string::npos;
  });
  if (own != all.end()) return &*own;
  const auto other =
      std::ranges::find_if(all, [&](const auto& c) { return !c.file.starts_with("tests/") && finds(c, header); });
  return other == all.end() ? nullptr : &*other;
}

/// The preambles as precompiled headers, for as long as it lives.
class precompiled {
 public:
  explicit precompiled(const compile_command& like) {
    for (const names& preamble : preambles) {
      std::string text;
      for (const std::string& name : preamble) text += directive(name);
      files_.push_back(::testing::TempDir() + "lint_preamble_" + std::to_string(::getpid()) + "_" +
                       std::to_string(files_.size()) + ".hpp");
      std::ofstream{files_.back()} << text;
      made_.push_back(compile(like, text, "-g0 -o '" + files_.back() + ".gch' -x c++-header"));
    }
  }
  ~precompiled() {
    for (const std::string& file : files_) {
      std::filesystem::remove(file);
      std::filesystem::remove(file + ".gch");
    }
  }
  precompiled(const precompiled&) = delete;
  precompiled& operator=(const precompiled&) = delete;

  [[nodiscard]] const std::vector<outcome>& made() const { return made_; }

  /// Compiles the headers, which have the preamble of number `preamble`.
  [[nodiscard]] outcome compiled(const compile_command& like, std::size_t preamble, const chain& some) const {
    std::string text;
    for (const std::string& header : some) text += directive(header);
    const std::string before = preamble < files_.size() ? " -Winvalid-pch -include '" + files_[preamble] + "'" : "";
    return compile(like, text, "-g0 -fsyntax-only" + before);
  }

 private:
  std::vector<std::string> files_;
  std::vector<outcome> made_;
};

/// Made once for all tests: that takes seconds.
const precompiled& precompiled_for(const compile_command& like) {
  static const precompiled made{like};
  return made;
}

headers headers_of_the_program() {
  headers out;
  for (source_file& file : read_tree(source_dir))
    if (file.path.ends_with(".hpp") && !file.in("tests/")) out.emplace(file.path, std::move(file));
  return out;
}

TEST(Headers, CompileAlone) {
  const auto commands = compile_commands();
  ASSERT_FALSE(commands.empty());
  const headers all = headers_of_the_program();
  std::vector<std::string> paths;
  for (const auto& [path, file] : all)
    if (!std::filesystem::exists(source_dir + "/" + path.substr(0, path.size() - 4) + ".cpp")) paths.push_back(path);
  ASSERT_GT(paths.size(), 30U);
  const precompiled& before = precompiled_for(commands.front());
  for (const outcome& made : before.made()) ASSERT_EQ(made.code, 0) << made.output;
  std::size_t compiled = 0;
  for (const chain& some : chains_of(all, paths)) {
    const auto* like = command_for(commands, some.back());
    ASSERT_NE(like, nullptr) << some.back();
    const outcome alone = before.compiled(*like, preamble_of(included_by(all, some.front())), some);
    EXPECT_EQ(alone.code, 0) << ::testing::PrintToString(some) << "\n" << alone.output;
    compiled += some.size();
  }
  EXPECT_EQ(compiled, paths.size());
}

/// `#include` is the first code of a header: only then does what others include make no difference to it.
TEST(Headers, BeginWithWhatTheyInclude) {
  static const std::regex include{R"(^\s*#\s*include\b)"};
  static const std::regex code{R"(^\s*[^\s#])"};
  for (const auto& [path, file] : headers_of_the_program()) {
    bool begun = false;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      if (std::regex_search(file.code[i], include)) {
        EXPECT_FALSE(begun) << path << ":" << i + 1;
      } else if (std::regex_search(file.code[i], code)) {
        begun = true;
      }
    }
  }
}

headers planted() {
  headers out;
  const auto plant = [&](const auto& path, const auto& text) { out.emplace(path, make_file(path, text)); };
  plant("a.hpp", "#include <string>\ninline std::string a;\n");
  plant("b.hpp", "#include <string>\n#include \"a.hpp\"\ninline std::string b = a;\n");
  plant("c.hpp", "#include <chrono>\n#include \"b.hpp\"\n");
  plant("d.hpp", "#include <string>\n");
  return out;
}

TEST(Headers, StandInAChainAfterWhatTheyInclude) {
  const headers all = planted();
  EXPECT_EQ(included_by(all, "c.hpp"), (names{"<chrono>", "<string>", "a.hpp", "b.hpp"}));
  // c.hpp has a preamble with <chrono>, which a.hpp does not include; d.hpp and b.hpp do not include each other.
  EXPECT_EQ(chains_of(all, {"a.hpp", "b.hpp", "c.hpp", "d.hpp"}),
            (std::vector<chain>{{"c.hpp"}, {"a.hpp", "b.hpp"}, {"d.hpp"}}));
}

TEST(Headers, TakeOnlyAPreambleThatTheyInclude) {
  for (std::size_t i = 0; i < preambles.size(); ++i) {
    EXPECT_EQ(preamble_of(preambles[i]), i);
    for (const std::string& name : preambles[i]) {
      names less = preambles[i];
      less.erase(name);
      const std::size_t taken = preamble_of(less);
      EXPECT_TRUE(taken == preambles.size() || holds(less, preambles[taken])) << name;
    }
  }
  EXPECT_EQ(preamble_of({"<map>"}), preambles.size());
}

/// The text of a header that uses what it does not include, for each preamble that it may have.
TEST(Headers, OneThatNeedsAnotherDoesNotCompileAlone) {
  const auto commands = compile_commands();
  ASSERT_FALSE(commands.empty());
  const precompiled& before = precompiled_for(commands.front());
  for (std::size_t i = 0; i <= preambles.size(); ++i) {
    std::string text;
    if (i < preambles.size())
      for (const std::string& name : preambles[i]) text += directive(name);
    const std::string header = ::testing::TempDir() + "lint_header_" + std::to_string(::getpid()) + ".hpp";
    std::ofstream{header} << "#pragma once\n" << text << "inline std::stack<int> needy;\n";
    EXPECT_NE(before.compiled(commands.front(), i, {header}).code, 0) << i;
    std::ofstream{header} << "#pragma once\n#include <stack>\n" << text << "inline std::stack<int> fed;\n";
    const outcome fed = before.compiled(commands.front(), i, {header});
    EXPECT_EQ(fed.code, 0) << i << fed.output;
    std::filesystem::remove(header);
  }
}

}  // namespace
}  // namespace hedgerow::lint
