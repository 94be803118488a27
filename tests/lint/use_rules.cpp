// Rules about what is used: a rule of the domain has a caller, an actor has a test.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <utility>

#include "rules.hpp"

namespace hedgerow::lint {
namespace {

using word_counts = std::map<std::string, std::size_t>;

word_counts words_of(const source_file& file) {
  word_counts counts;
  for (const std::string& line : file.code) {
    std::string word;
    for (const char c : line + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
        word += c;
      } else if (!word.empty()) {
        ++counts[std::exchange(word, {})];
      }
    }
  }
  return counts;
}

bool is_program(const source_file& file) {
  return file.is_cpp() && (file.in("messages/") || file.in("actors/") || file.in("config/") || file.in("runtime/"));
}

/// The header that a .cpp implements: what it includes first.
std::string implemented_header(const source_file& file) {
  static const std::regex include{R"re(^#include "([^"]+)")re"};
  if (!file.path.ends_with(".cpp")) return {};
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) return match[1];
  }
  return {};
}

std::size_t count(const word_counts& words, const std::string& word) {
  const auto found = words.find(word);
  return found == words.end() ? 0 : found->second;
}

/// What only tests look at, and one that waits for its caller. This list does not grow; it shrinks.
const std::set<std::string>& without_caller() {
  static const std::set<std::string> known{"lots", "lots_side", "merge_records"};
  return known;
}

struct declared_function {
  std::string name;
  std::size_t line = 0;
  std::size_t times = 0;
};

/// Whether a name is a member or a namespace's, which is called and not declared after this part of a line.
bool is_qualified_after(const std::string& before) {
  return before.ends_with("::") || before.ends_with(".") || before.ends_with("->");
}

/// Names in front of a parenthesis. A line with `// allow: reason` is let through.
std::vector<declared_function> functions_of(const source_file& header) {
  static const std::regex call{R"(\b([a-z_][a-z0-9_]*)\()"};
  static const std::set<std::string> keywords{"if",     "for",           "while",    "switch",   "return",
                                              "sizeof", "noexcept",      "decltype", "explicit", "requires",
                                              "assert", "static_assert", "defined",  "alignas"};
  std::vector<declared_function> all;
  for (std::size_t i = 0; i < header.code.size(); ++i) {
    if (header.lines[i].find("// allow: ") != std::string::npos) continue;
    for (std::sregex_iterator it{header.code[i].begin(), header.code[i].end(), call}; it != std::sregex_iterator{};
         ++it) {
      const std::string name = (*it)[1];
      if (keywords.contains(name) || without_caller().contains(name)) continue;
      if (is_qualified_after(header.code[i].substr(0, static_cast<std::size_t>(it->position())))) continue;
      const auto known = std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.name == name; });
      if (known != all.end()) {
        ++known->times;
      } else {
        all.push_back({name, i + 1, 1});
      }
    }
  }
  return all;
}

}  // namespace

violations uncalled_rules(const tree& files) {
  std::vector<word_counts> words;
  std::vector<std::string> implements;
  for (const source_file& file : files) {
    words.push_back(is_program(file) ? words_of(file) : word_counts{});
    implements.push_back(is_program(file) ? implemented_header(file) : std::string{});
  }
  violations found;
  for (std::size_t h = 0; h < files.size(); ++h) {
    const source_file& header = files[h];
    if (!header.in("actors/domain/") || !header.path.ends_with(".hpp")) continue;
    for (const declared_function& function : functions_of(header)) {
      std::size_t elsewhere = 0;
      std::size_t own = 0;
      for (std::size_t f = 0; f < files.size(); ++f) {
        if (f == h) continue;
        (implements[f] == header.path ? own : elsewhere) += count(words[f], function.name);
      }
      // Each declaration has one definition; what is more is a use.
      const bool used = elsewhere > 0 || own > function.times || count(words[h], function.name) > function.times;
      if (!used) found.push_back({header.path, function.line, function.name + "() has no caller outside tests"});
    }
  }
  return found;
}

violations untested_actors(const tree& files) {
  violations found;
  for (const source_file& file : files) {
    if (!is_program(file) || !file.path.ends_with("_actor.hpp")) continue;
    const std::string include = "#include \"" + file.path + "\"";
    const bool tested = std::any_of(files.begin(), files.end(), [&](const source_file& test) {
      return test.in("tests/") && std::find(test.lines.begin(), test.lines.end(), include) != test.lines.end();
    });
    if (!tested) found.push_back({file.path, 1, "no test includes this actor"});
  }
  return found;
}

}  // namespace hedgerow::lint
