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
