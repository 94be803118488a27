// The page itself: how many files a service costs, that the table of them is true, and that none but the registry is a
// list.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "rules.hpp"

namespace hedgerow::test {
namespace {

namespace fs = std::filesystem;
using names = std::set<std::string>;

const fs::path root = HEDGEROW_SOURCE_DIR;
const fs::path exercise = EXERCISE_TREE;

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string page() { return text_of(root / "docs/contributing/add-a-service.md"); }

/// File -> new, changed or made, as the page's table says.
std::map<std::string, std::string> files_to_touch() {
  static const std::regex row{R"(\n\| `([^`]+)` \| (new|changed|made) \|)"};
  const std::string text = page();
  std::map<std::string, std::string> out;
  for (std::sregex_iterator it{text.begin(), text.end(), row}; it != std::sregex_iterator{}; ++it)
    out[(*it)[1]] = (*it)[2];
  return out;
}

/// What the page has code for.
names files_with(const std::string& kinds) {
  const std::regex block{"\n```(?:" + kinds + ") ([^\n]+)\n"};
  const std::string text = page();
  names out;
  for (std::sregex_iterator it{text.begin(), text.end(), block}; it != std::sregex_iterator{}; ++it)
    out.insert((*it)[1]);
  return out;
}

/// The repository as it is after the exercise.
lint::tree tree_afterwards() {
  auto files = lint::read_tree(root);
  for (const auto& name : files_with("cpp|cmake|diff")) {
    std::erase_if(files, [&](const auto& file) { return file.path == name; });
    files.push_back(lint::make_file(name, text_of(exercise / name)));
  }
  return files;
}

TEST(AddAService, TouchesAtMostTwelveFiles) {
  const auto files = files_to_touch();
  EXPECT_LE(files.size(), 12U);
  names fresh, changed;
  for (const auto& [file, how] : files) {
    EXPECT_EQ(fs::exists(root / file), how != "new") << file;
    if (how == "new") fresh.insert(file);
    if (how == "changed") changed.insert(file);
  }
  EXPECT_EQ(files_with("cpp|cmake"), fresh);
  changed.erase("CHANGELOG.md");
  EXPECT_EQ(files_with("diff"), changed);
}

TEST(AddAService, ChangesNoListButTheRegistry) {
  EXPECT_EQ(files_with("diff"), (names{"runtime/node/registry.cpp"}));
  const auto files = tree_afterwards();
  EXPECT_TRUE(lint::lists_of_services(files).empty()) << to_string(lint::lists_of_services(files));
  EXPECT_TRUE(lint::services_not_listed(files).empty()) << to_string(lint::services_not_listed(files));
  auto strays = lint::service_names_elsewhere(files);
  std::erase_if(strays, [](const auto& v) { return v.what.find("\"tally\"") == std::string::npos; });
  EXPECT_TRUE(strays.empty()) << to_string(strays);
}

/// What the rules would say if the row were forgotten.
TEST(AddAService, ForgettingTheRowIsFound) {
  auto files = tree_afterwards();
  std::erase_if(files, [](const auto& file) { return file.path == "runtime/node/registry.cpp"; });
  files.push_back(lint::make_file("runtime/node/registry.cpp", text_of(root / "runtime/node/registry.cpp")));
  const auto missing = lint::services_not_listed(files);
  ASSERT_EQ(missing.size(), 1U) << to_string(missing);
  EXPECT_EQ(missing[0].path, "actors/tally/tally_service.hpp");
}

}  // namespace
}  // namespace hedgerow::test
