#include <gtest/gtest.h>

#include "repository.hpp"

namespace hedgerow::lint {
namespace {

TEST(Width, PlantedBreachesAreFound) {
  const std::string fits(120, 'x');
  EXPECT_TRUE(wide_lines({make_file("runtime/a.cpp", fits + "\n" + fits)}).empty());
  EXPECT_EQ(lines_of(wide_lines({make_file("runtime/a.hpp", "int x;\n" + fits + "y\n")})), (expected_lines{2}));
}

TEST(Width, IsThatOfTheFormat) {
  const violations found = wide_lines(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(TestNames, PlantedBreachesAreFound) {
  const std::string begin = "TEST(";
  EXPECT_TRUE(odd_test_names({make_file("tests/a.cpp", begin + "Desk, TwoOrdersAreOne) {}\n")}).empty());
  EXPECT_EQ(lines_of(odd_test_names({make_file("tests/a.cpp", "\n" + begin + "Desk, two_orders) {}\n")})),
            (expected_lines{2}));
  EXPECT_EQ(lines_of(odd_test_names({make_file("tests/a.cpp", begin + "order_desk, TwoOrders) {}\n")})),
            (expected_lines{1}));
}

TEST(TestNames, AreSpelledInOneWay) {
  const violations found = odd_test_names(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

}  // namespace
}  // namespace hedgerow::lint
