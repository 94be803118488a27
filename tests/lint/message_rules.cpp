// Rules about what actors say to each other: where interfaces stand, what a message may be.
#include <algorithm>
#include <regex>

#include "rules.hpp"

namespace hedgerow::lint {
namespace {

using prefixes = std::vector<std::string_view>;

/// Nothing in tests: they may talk to an actor as they like.
bool is_checked(const source_file& file, const prefixes& exempt) {
  return file.is_cpp() && !file.in("tests/") &&
         std::none_of(exempt.begin(), exempt.end(), [&](std::string_view path) { return file.in(path); });
}

bool is_allowed(const std::string& line) { return line.find("// allow: ") != std::string::npos; }

violations lines_with(const tree& files, const std::regex& word, const prefixes& exempt, const std::string& what) {
  violations found;
  for (const source_file& file : files) {
    if (!is_checked(file, exempt)) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i)
      if (std::regex_search(file.code[i], word) && !is_allowed(file.lines[i]))
        found.push_back({file.path, i + 1, what});
  }
  return found;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

struct definition {
  std::size_t line = 0;
  std::string text;
};

/// `using NAME = ...;` or `struct NAME {...};` of a file; line 0 when it defines no such type.
definition find_type(const source_file& file, const std::string& name) {
  const std::regex alias{R"(^\s*using )" + name + R"( =)"};
  const std::regex structure{R"(^\s*(?:struct|class) )" + name + R"(\b[^;]*\{)"};
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    const bool is_alias = std::regex_search(file.code[i], alias);
    if (!is_alias && !std::regex_search(file.code[i], structure)) continue;
    definition found{i + 1, {}};
    // An alias ends with its first semicolon, a structure with the brace that is as far left as its beginning.
    const auto margin = file.code[i].find_first_not_of(' ');
    for (std::size_t j = i; j < file.code.size(); ++j) {
      found.text += file.code[j] + "\n";
      const auto end = file.code[j].find(is_alias ? ";" : "};");
      if (end != std::string::npos && (is_alias || j == i || end == margin)) break;
    }
    return found;
  }
  return {};
}

}  // namespace

violations interfaces_elsewhere(const tree& files) {
  static const std::regex interface { R"(\btyped_actor<)" };
  static const prefixes exempt{"messages/protocol/interfaces.hpp"};
  return lines_with(files, interface, exempt,
                    "a public interface stands in messages/protocol/interfaces.hpp; extend it by private messages");
}

violations catch_all_verbs(const tree& files) {
  static const std::regex verb{R"(\b(ask|tell|call|request|message|task|run)_atom\b)"};
  return lines_with(files, verb, {}, "one atom for each verb: say what is asked");
}

violations closures_as_messages(const tree& files) {
  static const std::regex message{R"(\bCAF_ALLOW_UNSAFE_MESSAGE_TYPE\((?:\w+::)*(\w+)\))"};
  violations found;
  for (const source_file& file : files) {
    if (!is_checked(file, {})) continue;
    for (const std::string& line : file.code) {
      std::smatch match;
      if (!std::regex_search(line, match, message)) continue;
      for (const source_file& near : files) {
        if (!near.is_cpp() || folder_of(near.path) != folder_of(file.path)) continue;
        const auto type = find_type(near, match[1]);
        if (type.text.find("std::function") != std::string::npos)
          found.push_back({near.path, type.line, match[1].str() + " carries a function: a message is data"});
      }
    }
  }
  return found;
}

}  // namespace hedgerow::lint
