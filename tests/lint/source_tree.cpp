#include "source_tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace hedgerow::lint {
namespace {

namespace fs = std::filesystem;

/// Blanks comments and the insides of texts, keeps line breaks. Knows //, /* */, "", '' and R"x( )x".
std::string blank(std::string_view in) {
  std::string out{in};
  const auto erase = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, out.size()); ++i) {
      if (out[i] != '\n') out[i] = ' ';
    }
  };
  for (std::size_t i = 0; i < in.size();) {
    std::size_t end = i + 1;
    if (in.substr(i, 2) == "//") {
      end = std::min(in.find('\n', i), in.size());
      erase(i, end);
    } else if (in.substr(i, 2) == "/*") {
      end = std::min(in.find("*/", i + 2), in.size() - 2) + 2;
      erase(i, end);
    } else if (in.substr(i, 2) == "R\"") {
      const std::size_t open = in.find('(', i);
      const std::string close = ")" + std::string{in.substr(i + 2, open - i - 2)} + "\"";
      end = std::min(in.find(close, open), in.size() - close.size()) + close.size();
      erase(i + 2, end - 1);
    } else if (in[i] == '"' ||
               (in[i] == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(in[i - 1])) == 0))) {
      while (end < in.size() && in[end] != in[i] && in[end] != '\n') end += in[end] == '\\' ? 2 : 1;
      erase(i + 1, end);
      ++end;
    }
    i = end;
  }
  return out;
}

std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool belongs(const fs::path& path) {
  constexpr std::array endings{".cpp", ".hpp", ".md", ".cmake", ".sh", ".toml", ".txt"};
  return path.filename() == "Makefile" ||
         std::find(endings.begin(), endings.end(), path.extension().string()) != endings.end();
}

}  // namespace

source_file make_file(std::string path, std::string_view text) {
  source_file file{std::move(path), cut(text), {}};
  if (file.is_cpp()) file.code = cut(blank(text));
  return file;
}

std::vector<source_file> read_tree(const fs::path& root) {
  std::vector<source_file> files;
  for (auto it = fs::recursive_directory_iterator{root}; it != fs::recursive_directory_iterator{}; ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    if (it->is_directory()) {
      const std::string name = it->path().filename().string();
      const bool foreign = name == "node_modules" || path == "build" || path == "tests/data" || name.starts_with(".");
      if (foreign) it.disable_recursion_pending();
    } else if (it->is_regular_file() && belongs(it->path())) {
      std::ifstream in{it->path(), std::ios::binary};
      std::ostringstream text;
      text << in.rdbuf();
      files.push_back(make_file(path, text.str()));
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string to_string(const violations& found) {
  std::string out;
  for (const violation& v : found) out += v.path + ":" + std::to_string(v.line) + ": " + v.what + "\n";
  return out;
}

}  // namespace hedgerow::lint
