// The page itself: how many files a service costs, that the table of them is true, and that none but the registry is a
// list.
#include <gtest/gtest.h>

#include "page.hpp"
#include "rules.hpp"

namespace hedgerow::test {
namespace {

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
  EXPECT_LE(files_to_touch().size(), 12U);
  expect_true_table();
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
