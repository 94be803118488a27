// Each rule is tried on planted breaches first, then on the repository itself.
#include <gtest/gtest.h>

#include "repository.hpp"

namespace hedgerow::lint {
namespace {

TEST(Includes, PlantedUnusedOnesAreFound) {
  const auto header = make_file("a/part.hpp", "#pragma once\nstruct part { int size; };\nint weight(part p);\n");
  const auto found = [&](const char* text) { return lines_of(unused_includes({header, make_file("b/x.cpp", text)})); };
  EXPECT_EQ(found("#include \"a/part.hpp\"\npart p;\n"), expected_lines{});
  EXPECT_EQ(found("#include \"a/part.hpp\"\nauto w = weight(made());\n"), expected_lines{});
  EXPECT_EQ(found("#include \"a/part.hpp\"\n// part\nconst char* t = \"weight\";\n"), (expected_lines{1}));
  EXPECT_EQ(found("#include \"a/part.hpp\"  // allow: its users\n"), expected_lines{});
  EXPECT_EQ(found("#include <map>\n#include <set>\nstd::set<int> s;\n"), (expected_lines{1}));
  EXPECT_EQ(found("#include <caf/all.hpp>\n"), expected_lines{}) << "what it gives is not known";
}

TEST(Includes, AreUsed) {
  const violations found = unused_includes(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Includes, PlantedMissingOnesAreFound) {
  const auto base = make_file("a/base.hpp", "#include <map>\n");
  const auto middle = make_file("a/middle.hpp", "#include \"a/base.hpp\"\n#include \"a/middle.hpp\"\n");
  const auto found = [&](const char* text) {
    return lines_of(missing_includes({base, middle, make_file("a/part.hpp", text)}));
  };
  EXPECT_EQ(found("#include <map>\nstd::map<int, int> m;\n"), expected_lines{});
  EXPECT_EQ(found("#include \"a/middle.hpp\"\nstd::map<int, int> m;\n"), expected_lines{});
  EXPECT_EQ(found("#include <string>\nstd::map<int, int> m;\nstd::map<int, int> n;\n"), (expected_lines{2}));
  EXPECT_EQ(found("#include <vector>\nstd::vector<std::optional<int>> v;\n"), (expected_lines{2}));
  EXPECT_EQ(found("// std::map\nconst char* t = \"std::map\";\n"), expected_lines{});
}

TEST(Includes, AreThere) {
  const violations found = missing_includes(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Includes, APlantedSourceThatDoesNotBeginWithItsHeaderIsFound) {
  const auto header = make_file("a/part.hpp", "");
  const auto found = [&](const char* text) {
    return lines_of(own_header_not_first({header, make_file("a/part.cpp", text)}));
  };
  EXPECT_EQ(found("// What it is.\n#include \"a/part.hpp\"\n#include <map>\n"), expected_lines{});
  EXPECT_EQ(found("#include <map>\n#include \"a/part.hpp\"\n"), (expected_lines{1}));
}

TEST(Includes, BeginWithTheSourcesOwnHeader) {
  const violations found = own_header_not_first(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

}  // namespace
}  // namespace hedgerow::lint
