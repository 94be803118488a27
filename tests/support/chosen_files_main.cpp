// The main function of a program that holds the tests of several targets: `--files=a_test.cpp,b_test.cpp` runs those of
// these files and no others; without it the filters of GoogleTest decide.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view option = "--files=";

/// Whether `path` ends in one of the names in `list`, which commas separate.
bool is_named(std::string_view path, std::string_view list) {
  while (!list.empty()) {
    const std::string name = "/" + std::string{list.substr(0, list.find(','))};
    if (path.ends_with(name)) return true;
    list.remove_prefix(std::min(list.size(), name.size()));
  }
  return false;
}

/// A filter of GoogleTest's with the tests of the files in `list`; empty when there are none.
std::string filter_of(std::string_view list) {
  std::string filter;
  const auto& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const auto& suite = *all.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      const auto& test = *suite.GetTestInfo(k);
      if (is_named(test.file(), list)) filter += std::string{suite.name()} + "." + test.name() + ":";
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(option)) continue;
    const std::string filter = filter_of(argument.substr(option.size()));
    if (filter.empty()) {
      std::fprintf(stderr, "%s has no tests of these files: %s\n", argv[0], argv[i]);
      return 1;
    }
    GTEST_FLAG_SET(filter, filter);
  }
  return RUN_ALL_TESTS();
}
