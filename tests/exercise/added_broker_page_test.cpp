// The page itself: how many files a broker costs, that the table of them is true, and that none but the registry is a
// list of brokers.
#include <gtest/gtest.h>

#include "page.hpp"

namespace hedgerow::test {
namespace {

TEST(AddABroker, TouchesAtMostFifteenFiles) {
  EXPECT_LE(files_to_touch().size(), 15U);
  expect_true_table();
}

TEST(AddABroker, ChangesNoCodeButTheRegistry) {
  auto changed = files_with("diff");
  std::erase_if(changed, [](const auto& file) { return file.ends_with("CMakeLists.txt"); });
  EXPECT_EQ(changed, (names{"runtime/world/brokers/registry.cpp"}));
}

}  // namespace
}  // namespace hedgerow::test
