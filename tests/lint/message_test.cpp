#include <gtest/gtest.h>

#include "repository.hpp"

namespace hedgerow::lint {
namespace {

TEST(Interfaces, PlantedBreachesAreFound) {
  const std::string text =
      "using a = caf::typed_actor<x>;\nusing b = protocol::bridge_actor::extend<x>;\n"
      "// caf::typed_actor<x>\nusing c = caf::typed_actor<x>;  // allow: why\n";
  EXPECT_EQ(lines_of(interfaces_elsewhere({make_file("actors/x/a.hpp", text)})), (expected_lines{1}));
  EXPECT_TRUE(interfaces_elsewhere({make_file("messages/protocol/interfaces.hpp", text)}).empty());
  EXPECT_TRUE(interfaces_elsewhere({make_file("tests/a.cpp", text)}).empty());
}

TEST(Interfaces, StandOnTheMap) {
  const violations found = interfaces_elsewhere(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Verbs, PlantedBreachesAreFound) {
  const std::string text =
      "f(ask_atom::value);\nf(place_atom::value);\nf(protocol::tell_atom::value, x);\nf(task_atom{});\n";
  EXPECT_EQ(lines_of(catch_all_verbs({make_file("actors/x/a.cpp", text)})), (expected_lines{1, 3, 4}));
  EXPECT_TRUE(catch_all_verbs({make_file("tests/a.cpp", text)}).empty());
}

TEST(Verbs, SayWhatIsMeant) {
  const violations found = catch_all_verbs(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Messages, PlantedBreachesAreFound) {
  const std::string allow = "CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::x::";
  const auto breaches = [&](const std::string& text) {
    return lines_of(closures_as_messages({make_file("actors/x/a.hpp", text)}));
  };
  EXPECT_EQ(breaches("\nusing task = std::function<void()>;\n" + allow + "task)\n"), (expected_lines{2}));
  EXPECT_EQ(breaches("using task =\n    std::function<void()>;\n" + allow + "task)\n"), (expected_lines{1}));
  EXPECT_EQ(breaches("struct call {\n  int a;\n  std::function<void()> done;\n};\n" + allow + "call)\n"),
            (expected_lines{1}));
  EXPECT_EQ(breaches("struct call {\n  int a;\n};\nstd::function<void()> f;\n" + allow + "call)\n"), expected_lines{});
  EXPECT_EQ(breaches("struct call { int a; };\nstd::function<void()> f;\n" + allow + "call)\n"), expected_lines{});
  EXPECT_EQ(breaches("using task = std::function<void()>;\n"), expected_lines{});
  // The type may stand in another header of the folder.
  EXPECT_EQ(closures_as_messages({make_file("actors/x/a.hpp", allow + "task)\n"),
                                  make_file("actors/x/b.hpp", "using task = std::function<void()>;\n"),
                                  make_file("actors/y/c.hpp", "using task = std::function<void()>;\n")})
                .size(),
            1U);
}

TEST(Messages, AreData) {
  const violations found = closures_as_messages(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

}  // namespace
}  // namespace hedgerow::lint
