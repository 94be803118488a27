// The form of the text: how wide a line is, how a test is named.
#include <algorithm>
#include <regex>

#include "rules.hpp"

namespace hedgerow::lint {
namespace {

constexpr std::size_t widest = 120;

/// Columns of a line: a character of UTF-8 is one, however many bytes it has.
std::size_t columns(std::string_view line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

}  // namespace

violations wide_lines(const tree& files) {
  violations found;
  for (const source_file& file : files) {
    if (!file.is_cpp()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (const auto width = columns(file.lines[i]); width > widest)
        found.push_back({file.path, i + 1, std::to_string(width) + " columns"});
  }
  return found;
}

violations odd_test_names(const tree& files) {
  static const std::regex test{R"(\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+))"};
  static const std::regex words_with_capitals{"[A-Z][A-Za-z0-9]*"};
  violations found;
  for (const source_file& file : files) {
    if (!file.in("tests/") || !file.is_cpp()) continue;
    std::string code;
    for (const auto& line : file.code) code += line + "\n";
    for (auto it = std::sregex_iterator{code.begin(), code.end(), test}; it != std::sregex_iterator{}; ++it) {
      const auto line = 1 + std::count(code.begin(), code.begin() + it->position(), '\n');
      for (const std::size_t group : {1U, 2U})
        if (!std::regex_match((*it)[group].str(), words_with_capitals))
          found.push_back({file.path, static_cast<std::size_t>(line), "write " + (*it)[group].str() + " LikeThis"});
    }
  }
  return found;
}

}  // namespace hedgerow::lint
