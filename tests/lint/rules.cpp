#include "rules.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace hedgerow::lint {
namespace {

using words = std::vector<std::string_view>;

bool in_any(const source_file& file, const words& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view f) { return file.in(f); });
}

/// Headers whose name begins so may only be included below `allowed`, except below `except`.
struct header_rule {
  std::string_view prefix;
  words allowed;
  words except;
};

const std::vector<header_rule>& header_rules() {
  static const std::vector<header_rule> rules{
      {"caf/",
       {"messages/protocol/", "actors/", "runtime/", "tests/"},
       {"actors/domain/", "actors/ports/", "runtime/adapters/"}},
      {"boost/beast", {"runtime/adapters/http/", "runtime/adapters/evm/"}, {}},
      {"boost/asio", {"runtime/adapters/http/", "runtime/adapters/evm/", "tests/"}, {}},
      {"SQLiteCpp/", {"runtime/adapters/sqlite", "runtime/adapters/paper/", "tests/"}, {}},
      {"sqlite3.h", {"runtime/adapters/sqlite", "runtime/adapters/paper/", "tests/"}, {}},
      {"librdkafka/", {"runtime/adapters/kafka", "tests/"}, {}},
      {"spdlog/", {"runtime/telemetry/", "tests/"}, {}},
      {"rapidjson/", {"messages/codec/", "runtime/", "tests/"}, {}},
      {"toml++/", {"config/"}, {}},
      {"cryptopp/", {"messages/types/"}, {}},
      {"CLI/", {"runtime/cli/"}, {}},
      {"openssl/", {"runtime/adapters/", "runtime/cluster/", "runtime/transfer/", "tests/"}, {}},
      {"unistd.h", {"config/", "runtime/", "tests/"}, {}},
      {"sys/", {"config/", "runtime/", "tests/"}, {}},
      {"iostream", {"runtime/cli/", "tests/"}, {}},
      {"fstream", {"config/", "runtime/", "tests/"}, {}},
      {"filesystem", {"config/", "runtime/", "tests/"}, {}},
      {"thread", {"actors/", "runtime/", "tests/"}, {"actors/domain/", "actors/ports/"}},
      {"mutex",
       {"messages/faults/", "messages/protocol/", "actors/", "runtime/", "tests/"},
       {"actors/domain/", "actors/ports/"}},
      {"condition_variable", {"runtime/", "tests/"}, {}},
      // The aggregator reads and decodes the next batch while it folds one (docs/performance.md).
      {"future", {"actors/aggregator/", "runtime/", "tests/"}, {}},
      {"random", {"runtime/", "tests/"}, {}},
      {"ctime", {"messages/types/", "runtime/", "tests/"}, {}},
  };
  return rules;
}

/// A C++ word that may only be used below `allowed`. Applies below `where`.
struct ban {
  std::regex word;
  std::string_view shown;
  words where;
  words allowed;
};

const std::vector<ban>& bans() {
  const words everywhere{""};
  const words program{"messages/", "actors/", "config/", "runtime/"};
  static const std::vector<ban> all{
      {std::regex{R"(\b(system|steady|high_resolution)_clock::now\b)"},
       "a clock read",
       program,
       {"runtime/adapters/system/"}},
      {std::regex{R"(\brandom_device\b)"}, "random_device", everywhere, {"runtime/adapters/system/"}},
      {std::regex{R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"}, "sleeping", everywhere, {"tests/support/wait."}},
      {std::regex{R"(\b(getenv|environ)\b)"}, "the environment", everywhere, {"config/"}},
      {std::regex{R"(\bstd::(cout|cerr)\b|\bprintf\b)"}, "terminal output", program, {"runtime/cli/"}},
      {std::regex{R"(\b(float|double)\b)"}, "binary floating point", {"messages/", "actors/"}, {}},
      {std::regex{R"(\bcaf::infinite\b)"}, "waiting without end", everywhere, {}},
  };
  return all;
}

std::string stem(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return std::string{name.substr(0, name.find('.'))};
}

std::string folder(std::string_view path) { return std::string{path.substr(0, path.rfind('/') + 1)}; }

}  // namespace

violations headers_in_wrong_folders(const tree& files) {
  static const std::regex include{R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])"};
  violations found;
  for (const source_file& file : files) {
    if (!file.is_cpp()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(file.lines[i], match, include)) continue;
      if (file.lines[i].find("// allow: ") != std::string::npos) continue;
      const std::string header = match[1];
      for (const header_rule& rule : header_rules()) {
        const bool meant = rule.prefix.find_first_of("/.") != std::string_view::npos ? header.starts_with(rule.prefix)
                                                                                     : header == rule.prefix;
        if (!meant || (in_any(file, rule.allowed) && !in_any(file, rule.except))) continue;
        found.push_back({file.path, i + 1, "<" + header + "> is not for this folder"});
      }
    }
  }
  return found;
}

violations banned_words(const tree& files) {
  static const std::regex note{
      "\\b(TO"
      "DO|FIX"
      "ME)\\b"};
  violations found;
  for (const source_file& file : files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], note)) found.push_back({file.path, i + 1, "a note to self"});
      if (!file.is_cpp() || file.lines[i].find("// allow: ") != std::string::npos) continue;
      for (const ban& b : bans()) {
        if (!in_any(file, b.where) || in_any(file, b.allowed) || !std::regex_search(file.code[i], b.word)) continue;
        found.push_back({file.path, i + 1, std::string{b.shown} + " is not for this folder"});
      }
    }
  }
  return found;
}

violations catch_all_names(const tree& files) {
  static const std::regex empty_name{R"((^|/|_)(utils?|helpers?|misc|common|stuff)(/|\.|_|$))"};
  violations found;
  for (const source_file& file : files) {
    if (std::regex_search(file.path, empty_name)) found.push_back({file.path, 1, "the name says nothing"});
  }
  return found;
}

namespace {

/// Walks the braces of one file; a function is a block after a `)` that is not inside another one.
void long_functions(const source_file& file, std::size_t limit, violations& found) {
  static const std::regex type_or_namespace{R"(\b(namespace|class|struct|enum|union|extern)\b)"};
  struct block {
    bool function = false;
    std::size_t line = 0;
  };
  std::vector<block> open;
  std::string before;
  std::size_t begun = 0;
  const auto inside = [&] { return std::any_of(open.begin(), open.end(), [](const block& b) { return b.function; }); };
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (file.lines[i].starts_with("#")) continue;
    for (const char c : file.code[i] + "\n") {
      if (c == '{') {
        const std::size_t paren = before.find('(');
        const bool type = std::regex_search(before.substr(0, paren), type_or_namespace) && paren == std::string::npos;
        open.push_back({!inside() && !type && paren != std::string::npos, begun});
      } else if (c == '}' && !open.empty()) {
        if (open.back().function && i + 1 - open.back().line > limit) {
          found.push_back({file.path, open.back().line + 1,
                           "a function of " + std::to_string(i + 1 - open.back().line) + " lines"});
        }
        open.pop_back();
      }
      if (c == '{' || c == '}' || c == ';') {
        before.clear();
      } else {
        if (before.empty()) {
          if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
          begun = i;
        }
        before += c;
      }
    }
  }
}

}  // namespace

violations too_long(const tree& files) {
  violations found;
  for (const source_file& file : files) {
    if (!file.is_cpp()) continue;
    if (file.lines.size() > 400) {
      found.push_back({file.path, file.lines.size(), std::to_string(file.lines.size()) + " lines"});
    }
    long_functions(file, 70, found);
  }
  return found;
}

violations untested_rules(const tree& files) {
  static const std::regex own_header{R"re(^#include "(actors/domain/[^"]+)\.hpp")re"};
  const auto tested = [&](const std::string& name) {
    return std::any_of(files.begin(), files.end(), [&](const source_file& test) {
      return test.in("tests/") && test.is_cpp() &&
             std::any_of(test.lines.begin(), test.lines.end(),
                         [&](const std::string& line) { return line.find(name) != std::string::npos; });
    });
  };
  violations found;
  for (const source_file& file : files) {
    if (!file.in("actors/domain/") || !file.path.ends_with(".cpp")) continue;
    bool covered = tested(folder(file.path) + stem(file.path));
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (covered || !std::regex_search(line, match, own_header)) continue;
      covered = folder(match[1].str()) == folder(file.path) && tested(match[1].str());
    }
    if (!covered) found.push_back({file.path, 1, "no test includes it"});
  }
  return found;
}

violations dead_links(const tree& files, const std::filesystem::path& root) {
  static const std::regex link{R"(\]\(([^)\s#]+)[^)]*\))"};
  violations found;
  for (const source_file& file : files) {
    if (!file.path.ends_with(".md")) continue;
    bool code = false;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      // A block of code holds no links.
      if (file.lines[i].starts_with("```")) code = !code;
      if (code) continue;
      const std::string& line = file.lines[i];
      for (std::sregex_iterator it{line.begin(), line.end(), link}; it != std::sregex_iterator{}; ++it) {
        const std::string target = (*it)[1];
        if (target.find(':') != std::string::npos) continue;
        const auto base = target.starts_with('/') ? root : root / folder(file.path);
        if (!std::filesystem::exists(base / target.substr(target.starts_with('/') ? 1 : 0))) {
          found.push_back({file.path, i + 1, "the link to " + target + " leads nowhere"});
        }
      }
    }
  }
  return found;
}

namespace {

/// Numbers that a citation can name: headings below docs/domain/, and the rules of the order protocol.
std::set<std::string> cited_sections(const tree& files, bool protocol) {
  static const std::regex heading{R"(^#+ (\d+(\.\d+)*)\.? )"};
  static const std::regex rule{R"(^(\d+)\. \*\*)"};
  std::set<std::string> sections;
  for (const source_file& file : files) {
    if (!file.in("docs/domain/") || file.path.ends_with("order-protocol.md") != protocol) continue;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, protocol ? rule : heading)) sections.insert(match[1]);
    }
  }
  return sections;
}

}  // namespace

violations unresolved_citations(const tree& files) {
  static const std::regex citation{
      R"(\((facts|order-protocol|architecture), (?:section )?((?:L?\d+(?:\.\d+)*|no\. \d+| and | to |, | |-)+))"};
  static const std::regex number{R"((no\. )?(L?\d+(?:\.\d+)*))"};
  const std::set<std::string> facts = cited_sections(files, false);
  const std::set<std::string> protocol = cited_sections(files, true);
  violations found;
  for (const source_file& file : files) {
    if (!file.is_cpp() || file.in("tests/lint/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      for (std::sregex_iterator it{line.begin(), line.end(), citation}; it != std::sregex_iterator{}; ++it) {
        const std::string page = (*it)[1];
        const std::string sections = (*it)[2];
        for (std::sregex_iterator n{sections.begin(), sections.end(), number}; n != std::sregex_iterator{}; ++n) {
          const bool known =
              page == "facts" ? facts.contains((*n)[2]) : page == "order-protocol" && protocol.contains((*n)[2]);
          if ((*n)[1].matched || known) continue;
          found.push_back({file.path, i + 1, page + ", " + std::string{(*n)[2]} + " is cited and does not exist"});
        }
      }
    }
  }
  return found;
}

namespace {

struct service {
  std::string name;
  std::string folder;
  std::string header;
};

/// Those that define `service_name` in a `*_service.hpp`.
std::vector<service> services_of(const tree& files) {
  static const std::regex definition{R"re(service_name = "(\w+)";)re"};
  std::vector<service> out;
  for (const source_file& file : files) {
    if (!file.path.ends_with("_service.hpp") || file.in("tests/")) continue;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, definition)) out.push_back({match[1], folder(file.path), file.path});
    }
  }
  return out;
}

/// The insides of the texts of a C++ line. In a comment the quotes are blanked, too.
std::string texts_of(const source_file& file, std::size_t i) {
  std::string out;
  const std::string& code = file.code[i];
  for (std::size_t open = code.find('"'); open != std::string::npos;) {
    const std::size_t close = code.find('"', open + 1);
    if (close == std::string::npos) break;
    out += file.lines[i].substr(open + 1, close - open - 1) + "\n";
    open = code.find('"', close + 1);
  }
  return out;
}

constexpr std::string_view registry_file = "runtime/node/registry.cpp";

}  // namespace

violations service_names_elsewhere(const tree& files) {
  violations found;
  const auto services = services_of(files);
  for (const source_file& file : files) {
    // Sections of the configuration bear the name of their service; events have fields of such names.
    if (!file.is_cpp() || file.in("tests/") || file.in("messages/") || file.in("config/keys_")) continue;
    for (const service& s : services) {
      if (file.in(s.folder)) continue;
      const std::string literal = "\"" + s.name + "\"";
      for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::size_t at = file.lines[i].find(literal);
        if (at == std::string::npos || file.code[i][at] != '"') continue;
        if (file.lines[i].find("// allow: ") != std::string::npos) continue;
        found.push_back(
            {file.path, i + 1,
             literal + " stands outside of " + s.folder + ": use its service_name, or derive it from the registry"});
      }
    }
  }
  return found;
}

violations lists_of_services(const tree& files) {
  static const std::regex word{R"(\w+)"};
  static const std::regex taken{R"(\b\w+::descriptor\b)"};
  violations found;
  std::set<std::string, std::less<>> names;
  for (const service& s : services_of(files)) names.insert(s.name);
  for (const source_file& file : files) {
    const bool build_file = file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake");
    const bool script = file.path.ends_with(".sh") || file.path.ends_with(".toml");
    if (file.path == registry_file || !(file.is_cpp() || build_file || script)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (file.lines[i].find("// allow: ") != std::string::npos) continue;
      const std::string text = file.is_cpp() ? texts_of(file, i) : file.lines[i];
      std::set<std::string> here;
      for (std::sregex_iterator it{text.begin(), text.end(), word}; it != std::sregex_iterator{}; ++it) {
        std::string name = it->str();
        if (build_file && name.starts_with("hedgerow_")) name = name.substr(std::string_view{"hedgerow_"}.size());
        if (names.contains(name)) here.insert(name);
      }
      if (here.size() >= 3) found.push_back({file.path, i + 1, "a list of services: derive it from the registry"});
      if (!file.is_cpp() || file.in("tests/") || !std::regex_search(file.code[i], taken)) continue;
      if (file.code[i].find("services::descriptor") != std::string::npos) continue;
      found.push_back({file.path, i + 1, "only the registry names descriptors"});
    }
  }
  return found;
}

violations services_not_listed(const tree& files) {
  violations found;
  const auto registry = std::find_if(files.begin(), files.end(), [](const auto& f) { return f.path == registry_file; });
  for (const service& s : services_of(files)) {
    const std::string include = "#include \"" + s.header + "\"";
    const auto has = [&](const auto& lines) { return std::find(lines.begin(), lines.end(), include) != lines.end(); };
    if (registry == files.end() || !has(registry->lines))
      found.push_back({s.header, 1, "the registry does not list " + s.name});
  }
  return found;
}

}  // namespace hedgerow::lint
