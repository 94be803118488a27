// Random chains, nodes and restarts: see README.md in this folder.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chain_model.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::test {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);  // allow: which seeds
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(ChainModelTest, EveryChainEndsWithItsOwnFills) {
  const auto first = number_from("HEDGEROW_CHAIN_SEED", 1);
  const auto count = number_from("HEDGEROW_CHAIN_SEEDS", 2000);
  std::size_t failures = 0;
  for (auto seed = first; seed < first + count && failures < 3; ++seed) {
    const auto script = draw_chain_script(seed);
    const auto failure = run_chain_script(script);
    if (!failure) continue;
    ++failures;
    const auto shorter = shorten(script);
    ADD_FAILURE() << "seed " << seed << ": " << *failure
                  << "\nIts shortest form, for a file in scripts/: " << run_chain_script(shorter).value_or("(passes)")
                  << "\n"
                  << to_text(shorter);
  }
}

TEST(ChainModelTest, ScriptsThatOnceFailedPass) {
  std::size_t found = 0;
  for (const auto& file : std::filesystem::directory_iterator{source_folder() + "/tests/actors/chain_model/scripts"}) {
    std::stringstream text;
    text << std::ifstream{file.path()}.rdbuf();
    auto script = parse_chain_script(text.str());
    ASSERT_TRUE(script) << file.path() << ": " << script.error();
    EXPECT_TRUE(make_consistent(*script)) << file.path();
    const auto failure = run_chain_script(*script);
    EXPECT_FALSE(failure) << file.path() << ": " << *failure;
    ++found;
  }
  EXPECT_GT(found, 0U);
}

TEST(ChainModelTest, AScriptIsReadAsItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto script = draw_chain_script(seed);
    const auto read = parse_chain_script(to_text(script));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(*read, script);
    const auto steps = script.steps.size();
    EXPECT_TRUE(make_consistent(script));
    EXPECT_EQ(script.steps.size(), steps) << "seed " << seed;
  }
  EXPECT_EQ(parse_chain_script("seed 1\nblock 3 under 2").error(), "line 2 is no step: block 3 under 2");
}

}  // namespace
}  // namespace hedgerow::test
