// Rules about #include: what is included is used, and a source begins with its own header.
#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "rules.hpp"

namespace hedgerow::lint {
namespace {

struct include {
  std::string path;
  bool own = false;
  std::size_t line = 0;
};

std::vector<include> includes_of(const source_file& file) {
  static const std::regex directive{R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re"};
  std::vector<include> all;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file.lines[i], match, directive)) all.push_back({match[2], match[1] == "\"", i + 1});
  }
  return all;
}

std::set<std::string> distinct_words(const source_file& file) {
  std::set<std::string> words;
  for (const std::string& line : file.code) {
    if (line.find("#include") != std::string::npos) continue;
    std::string word;
    for (const char c : line + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
        word += c;
      } else if (!word.empty()) {
        words.insert(word);
        word.clear();
      }
    }
  }
  return words;
}

/// Names that a header gives to those who include it: types, functions, constants, enumerators, macros. Members are
/// among them, so that a header whose type is only used through `auto` counts as used.
std::set<std::string> names_declared_in(const source_file& header) {
  static const std::regex names[] = {
      std::regex{R"(\b(?:struct|class|enum|union|concept|namespace)\s+(\w+))"},
      std::regex{R"(\benum\s+class\s+(\w+))"},
      std::regex{R"(\busing\s+(\w+)\s*=)"},
      std::regex{R"(\busing\s+(?:\w+::)+(\w+)\s*;)"},
      std::regex{R"(#\s*define\s+(\w+))"},
      std::regex{R"(\b(\w+)\s*\()"},
      std::regex{R"(\b(\w+)\s*(?:\{[^;]*\}|=[^;]*)?;)"},
      std::regex{R"(^\s*(\w+)\s*(?:=[^,]*)?,)"},
      std::regex{R"(\boperator\s*\"\"\s*_?(\w+))"},
      std::regex{R"(\bconstexpr\s+[\w:<>, *]+\s+(\w+)\s*(?:\[\w*\])?\s*[={])"},
  };
  static const std::set<std::string> not_names{"hedgerow", "domain", "protocol", "ports",  "return", "if",
                                               "for",      "while",  "switch",   "sizeof", "const",  "default",
                                               "override", "final",  "noexcept", "delete", "true",   "false"};
  std::set<std::string> found;
  for (const std::string& line : header.code) {
    for (const auto& name : names)
      for (std::sregex_iterator it{line.begin(), line.end(), name}; it != std::sregex_iterator{}; ++it)
        if (!not_names.contains((*it)[1])) found.insert((*it)[1]);
  }
  return found;
}

/// Standard headers and the names that only they give. One that is not listed is not judged.
const std::map<std::string, const char*> words_of_standard_headers{
    {"algorithm",
     "std::(ranges::)?(all_of|any_of|none_of|find|find_if|find_if_not|count|count_if|copy|copy_n|copy_if|move|"
     "transform|fill|fill_n|remove|remove_if|reverse|rotate|shuffle|sort|stable_sort|is_sorted|unique|lower_bound|"
     "upper_bound|equal_range|binary_search|partition_point|partition|stable_partition|merge|includes|"
     "set_difference|set_union|set_intersection|max|min|max_element|min_element|minmax|minmax_element|clamp|equal|"
     "mismatch|search|adjacent_find|for_each|generate|nth_element|partial_sort|lexicographical_compare|replace|"
     "replace_if|starts_with|ends_with|contains|adjacent_find|swap_ranges|push_heap|pop_heap|make_heap)\\b"},
    {"any", "std::any"},
    {"array", "std::(array|to_array)\\b"},
    {"atomic", "std::(atomic|memory_order)"},
    {"bit", "std::(bit_|has_single|countl|countr|popcount|endian|rot[lr])"},
    {"charconv", "std::(from_chars|to_chars)"},
    {"chrono", "std::chrono|chrono_literals|\\b(milli|micro|nano)?seconds\\b"},
    {"cmath", "std::(abs|pow|sqrt|floor|ceil|round|isfinite|isnan|log|exp)\\b"},
    {"compare", "<=>|std::(strong|weak|partial)_ordering"},
    {"concepts",
     "std::(same_as|integral|signed_integral|unsigned_integral|invocable|convertible_to|derived_from|"
     "constructible_from|floating_point|predicate|regular|copyable|movable)\\b"},
    {"condition_variable", "std::condition_variable"},
    {"csignal", "SIG[A-Z]+|signal|raise\\("},
    {"cstdio",
     "(std::)?(printf|fprintf|snprintf|fopen|fclose|fread|fwrite|fputs|puts|remove|rename|fflush|popen|"
     "pclose|stdout|stderr|stdin|FILE|perror|fileno|fputc|fgets|putchar|fseek|ftell)\\b"},
    {"cstring", "(std::)?(mem(cpy|cmp|set|chr|move)|str(len|error|cmp|ncmp|chr|rchr|signal))\\b"},
    {"deque", "std::deque"},
    {"exception", "std::(exception|current_exception|terminate|rethrow_exception|uncaught|exception_ptr)"},
    {"filesystem", "filesystem"},
    {"format", "std::format"},
    {"fstream", "std::(basic_)?[io]?f(stream|ilebuf)"},
    {"functional",
     "std::(function|hash|bind|ref|cref|less|greater|plus|minus|invoke|equal_to|not_fn|reference_"
     "wrapper|multiplies|identity|mem_fn)\\b"},
    {"future", "std::(future|promise|async|launch|packaged_task|shared_future|future_status)\\b"},
    {"initializer_list", "initializer_list"},
    {"iomanip", "std::(set(w|fill|precision)|hex|put_time|get_time|quoted)"},
    {"iostream", "std::(cout|cerr|cin|clog)\\b"},
    {"iterator",
     "std::(back_inserter|inserter|front_inserter|next|prev|advance|distance|begin|end|cbegin|cend|"
     "istreambuf_iterator|ostreambuf_iterator|istream_iterator|size|ssize|data|make_move_iterator|"
     "reverse_iterator|make_reverse_iterator|forward_iterator_tag|input_iterator_tag|empty|rbegin|"
     "random_access_iterator_tag|iterator_traits|ranges)\\b"},
    {"limits", "numeric_limits"},
    {"list", "std::list\\b"},
    {"map", "std::(multi)?map\\b"},
    {"memory",
     "std::(unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared|addressof|"
     "static_pointer|dynamic_pointer|construct_at|destroy|default_delete|allocator|assume_aligned|owner_"
     "less|const_pointer_cast|pointer_traits)"},
    {"mutex", "std::((recursive_|timed_)?mutex|scoped_lock|lock_guard|unique_lock|call_once|once_flag|lock)\\b"},
    {"numeric", "std::(accumulate|iota|reduce|inner_product|partial_sum|gcd|lcm|exclusive_scan|inclusive_scan)\\b"},
    {"optional", "std::(optional|nullopt|make_optional)"},
    {"ostream", "ostream|std::(endl|flush)"},
    {"queue", "std::(priority_)?queue"},
    {"random",
     "std::(mt19937|random_device|uniform_|normal_|bernoulli|discrete|minstd|seed_seq|exponential_|"
     "poisson|geometric|independent_bits)"},
    {"regex", "std::(regex|smatch|cmatch|sregex|cregex|ssub)"},
    {"set", "std::(multi)?set\\b"},
    {"shared_mutex", "std::shared_(mutex|lock)"},
    {"span", "std::(span|as_bytes|dynamic_extent)"},
    {"sstream", "std::[io]?stringstream|std::stringbuf|std::istringstream|std::ostringstream"},
    {"stdexcept",
     "std::(runtime|logic)_error|std::(invalid_argument|out_of_range|length_error|domain_error|"
     "overflow_error)"},
    {"string", "std::(w?string\\b|to_string|getline|sto[a-z]+|basic_string|char_traits)|\"s\\b|string_literals"},
    {"string_view", "string_view|\"sv\\b"},
    {"system_error",
     "std::(error_code|system_error|errc|error_category|make_error_code|generic_category|system_"
     "category)"},
    {"thread", "std::(thread|jthread|this_thread)"},
    {"tuple", "std::(tuple|tie|make_tuple|get|apply|forward_as_tuple|tuple_size|ignore)\\b"},
    {"type_traits",
     "std::(is_|decay|remove_|conditional|enable_if|void_t|invoke_result|true_type|false_type|"
     "common_type|underlying_type|make_(un)?signed|add_|integral_constant|has_|type_identity|bool_"
     "constant|extent|rank|disjunction|conjunction|negation)"},
    {"typeindex", "std::type_index"},
    {"unordered_map", "std::unordered_(multi)?map"},
    {"unordered_set", "std::unordered_(multi)?set"},
    {"utility",
     "std::(move|forward|pair|swap|exchange|make_pair|declval|as_const|in_place|index_sequence|make_"
     "index|integer_sequence|cmp_|to_underlying|get|unreachable|tuple_size)"},
    {"variant", "std::(variant|visit|get|get_if|holds_alternative|monostate|in_place)\\b"},
    {"vector", "std::(vector|erase|erase_if)\\b"},
};

const std::map<std::string, std::regex>& names_of_standard_headers() {
  static const std::map<std::string, std::regex> known = [] {
    std::map<std::string, std::regex> compiled;
    for (const auto& [header, pattern] : words_of_standard_headers) compiled.emplace(header, std::regex{pattern});
    return compiled;
  }();
  return known;
}

/// Standard headers that are precompiled (cmake/HedgerowTargets.cmake), and names that show beyond doubt that a header
/// needs one: fewer than words_of_standard_headers, which has what may be a use.
const std::map<std::string, std::regex>& names_of_precompiled_headers() {
  static const std::map<std::string, std::regex> known{
      {"algorithm",
       std::regex{"std::(ranges::)?(all_of|any_of|none_of|find_if|sort|min|max|lower_bound|upper_bound)\\b"}},
      {"chrono", std::regex{"std::chrono"}},
      {"cstdint", std::regex{"std::u?int(8|16|32|64)_t"}},
      {"deque", std::regex{"std::deque"}},
      {"functional", std::regex{"std::(function|less|greater|invoke|reference_wrapper)\\b"}},
      {"map", std::regex{"std::(multi)?map\\b"}},
      {"memory", std::regex{"std::(unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared)"}},
      {"optional", std::regex{"std::(optional|nullopt)"}},
      {"set", std::regex{"std::(multi)?set\\b"}},
      {"string", std::regex{"std::(string|to_string)\\b"}},
      {"string_view", std::regex{"std::string_view"}},
      {"unordered_map", std::regex{"std::unordered_(multi)?map"}},
      {"utility", std::regex{"std::(pair|exchange|swap|forward|declval)\\b"}},
      {"variant", std::regex{"std::(variant|visit|get_if|holds_alternative|monostate)\\b"}},
      {"vector", std::regex{"std::vector"}},
  };
  return known;
}

/// What a header includes, itself and by others of ours.
std::set<std::string> included_by(const std::map<std::string, const source_file*>& headers, const std::string& path) {
  std::set<std::string> out;
  std::vector<std::string> open{path};
  while (!open.empty()) {
    const auto header = headers.find(open.back());
    open.pop_back();
    if (header == headers.end()) continue;
    for (const include& one : includes_of(*header->second))
      if (out.insert(one.path).second && one.own) open.push_back(one.path);
  }
  return out;
}

bool uses(const source_file& file, const std::regex& names) {
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    // A macro's text and a literal's suffix stand in the line, not in the code.
    if (file.lines[i].find("#include") != std::string::npos) continue;
    if (std::regex_search(file.code[i], names)) return true;
  }
  return false;
}

/// The own header of a source: foo.cpp has foo.hpp, foo_test.cpp what it tests.
bool is_own_header(const source_file& file, const std::string& header) {
  if (!file.path.ends_with(".cpp")) return false;
  const std::string stem = file.path.substr(0, file.path.size() - 4);
  return header == stem + ".hpp" || (stem + ".hpp").ends_with("/" + header);
}

}  // namespace

violations unused_includes(const tree& files) {
  std::map<std::string, const source_file*> headers;
  for (const source_file& file : files)
    if (file.path.ends_with(".hpp")) headers.emplace(file.path, &file);
  std::map<std::string, std::set<std::string>> declared;
  violations found;
  for (const source_file& file : files) {
    if (!file.is_cpp()) continue;
    const auto words = distinct_words(file);
    for (const include& one : includes_of(file)) {
      if (file.lines[one.line - 1].find("// allow: ") != std::string::npos) continue;
      if (!one.own) {
        const auto names = names_of_standard_headers().find(one.path);
        if (names != names_of_standard_headers().end() && !uses(file, names->second))
          found.push_back({file.path, one.line, "<" + one.path + "> is not used"});
        continue;
      }
      std::string path = one.path;
      if (!headers.contains(path)) path = file.path.substr(0, file.path.rfind('/') + 1) + one.path;
      const auto header = headers.find(path);
      if (header == headers.end() || is_own_header(file, path)) continue;
      auto [names, fresh] = declared.try_emplace(path);
      if (fresh) names->second = names_declared_in(*header->second);
      const bool used = std::any_of(names->second.begin(), names->second.end(),
                                    [&](const std::string& name) { return words.contains(name); });
      if (!used) found.push_back({file.path, one.line, "\"" + one.path + "\" is not used"});
    }
  }
  return found;
}

violations missing_includes(const tree& files) {
  std::map<std::string, const source_file*> headers;
  for (const source_file& file : files)
    if (file.path.ends_with(".hpp") && !file.in("tests/")) headers.emplace(file.path, &file);
  violations found;
  for (const auto& [path, file] : headers) {
    const auto included = included_by(headers, path);
    for (const auto& [header, names] : names_of_precompiled_headers()) {
      if (included.contains(header)) continue;
      const auto use =
          std::ranges::find_if(file->code, [&](const auto& line) { return std::regex_search(line, names); });
      if (use != file->code.end())
        found.push_back({path, static_cast<std::size_t>(use - file->code.begin()) + 1, "needs <" + header + ">"});
    }
  }
  return found;
}

violations own_header_not_first(const tree& files) {
  std::set<std::string> headers;
  for (const source_file& file : files)
    if (file.path.ends_with(".hpp")) headers.insert(file.path);
  violations found;
  for (const source_file& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    const std::string own = file.path.substr(0, file.path.size() - 4) + ".hpp";
    const auto all = includes_of(file);
    if (!headers.contains(own)) continue;
    if (all.empty() || !is_own_header(file, all.front().own ? all.front().path : ""))
      found.push_back({file.path, all.empty() ? 1 : all.front().line, "its own header is not included first"});
  }
  return found;
}

}  // namespace hedgerow::lint
