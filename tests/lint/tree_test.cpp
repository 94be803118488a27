// Each rule is tried on planted breaches first, then on the repository itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "repository.hpp"

namespace hedgerow::lint {
namespace {

TEST(Tree, IsReadAsAWhole) {
  std::size_t sources = 0;
  for (const source_file& file : repository()) sources += file.is_cpp() ? 1 : 0;
  EXPECT_GT(sources, 100U);
}

TEST(Headers, PlantedBreachesAreFound) {
  const std::string text =
      "#include <caf/actor.hpp>\n#include <string>\n# include \"rapidjson/document.h\"\n#include <thread>\n";
  EXPECT_EQ(lines_of(headers_in_wrong_folders({make_file("actors/domain/a.cpp", text)})), (expected_lines{1, 3, 4}));
  EXPECT_EQ(lines_of(headers_in_wrong_folders({make_file("actors/api/a.cpp", text)})), (expected_lines{3}));
  EXPECT_EQ(lines_of(headers_in_wrong_folders({make_file("tests/a.cpp", text)})), expected_lines{});
  EXPECT_EQ(lines_of(headers_in_wrong_folders({make_file("runtime/world.cpp", "#include <spdlog/spdlog.h>\n")})),
            (expected_lines{1}));
}

TEST(Headers, AreWhereTheyMayBe) {
  const violations found = headers_in_wrong_folders(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(BannedWords, PlantedBreachesAreFound) {
  const std::string text =
      "auto t = std::chrono::system_clock::now();\n"
      "// system_clock::now in a comment, \"double\"\n"
      "auto s = \"steady_clock::now double\"; /* float\n"
      "double */ double x = 0;\n"
      "std::this_thread::sleep_for(1s);\n"
      "auto q = f(caf::infinite);\n"
      "double y = 0;  // allow: a ratio for people\n"
      "int redouble = 1'000'000; auto c = '\"'; double z;\n"
      "auto r = R\"(double\nfloat)\"; getenv(\"A\");\n";
  EXPECT_EQ(lines_of(banned_words({make_file("actors/x/a.cpp", text)})), (expected_lines{1, 4, 5, 6, 8, 10}));
  EXPECT_EQ(lines_of(banned_words({make_file("runtime/adapters/system/a.cpp", text)})), (expected_lines{5, 6, 10}));
  EXPECT_EQ(lines_of(banned_words({make_file("docs/a.md", std::string{"fine\nTO"} + "DO: write\n")})),
            (expected_lines{2}));
}

TEST(BannedWords, AreNotUsed) {
  const violations found = banned_words(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Names, PlantedBreachesAreFound) {
  EXPECT_EQ(catch_all_names({make_file("runtime/utils/a.cpp", ""), make_file("runtime/common.hpp", ""),
                             make_file("runtime/string_helpers.hpp", ""), make_file("runtime/commonwealth.hpp", "")})
                .size(),
            3U);
}

TEST(Names, SayWhatIsInside) {
  const violations found = catch_all_names(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

std::string function_of(std::size_t lines) {
  std::string body = "namespace a {\nstruct s {\n  int f(int x)\n      const {\n";
  for (std::size_t i = 3; i < lines; ++i) body += "    if (x) { ++x; }\n";
  return body + "  }\n};\n}\n";
}

TEST(Length, PlantedBreachesAreFound) {
  EXPECT_TRUE(too_long({make_file("runtime/a.cpp", function_of(70))}).empty());
  EXPECT_EQ(lines_of(too_long({make_file("runtime/a.cpp", function_of(71))})), (expected_lines{3}));
  std::string many;
  for (int i = 0; i < 401; ++i) many += "int x;\n";
  EXPECT_EQ(lines_of(too_long({make_file("runtime/a.hpp", many)})), (expected_lines{401}));
}

TEST(Length, FitsAScreen) {
  const violations found = too_long(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Coverage, PlantedBreachesAreFound) {
  const source_file rule = make_file("actors/domain/fills/a.cpp", "#include \"actors/domain/fills/a.hpp\"\n");
  const source_file part = make_file("actors/domain/fills/a_part.cpp", "#include \"actors/domain/fills/a.hpp\"\n");
  const source_file test = make_file("tests/unit/a_test.cpp", "#include \"actors/domain/fills/a.hpp\"\n");
  EXPECT_EQ(untested_rules({rule, part}).size(), 2U);
  EXPECT_TRUE(untested_rules({rule, part, test}).empty());
}

TEST(Coverage, EveryRuleHasATest) {
  const violations found = untested_rules(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Callers, PlantedBreachesAreFound) {
  const source_file header =
      make_file("actors/domain/a.hpp", "int used(int x);\nint dead(int x);\nint kept();  // allow: why\n");
  const source_file rule =
      make_file("actors/domain/a.cpp", "#include \"actors/domain/a.hpp\"\nint used(int x) {}\nint dead(int x) {}\n");
  const source_file test = make_file("tests/a_test.cpp", "auto a = dead(1);\n");
  const source_file actor = make_file("actors/b.cpp", "auto a = used(1);  // dead(1)\n");
  EXPECT_EQ(lines_of(uncalled_rules({header, rule, test, actor})), (expected_lines{2}));
  const source_file caller = make_file("actors/c.cpp", "auto a = dead(1);\n");
  EXPECT_TRUE(uncalled_rules({header, rule, actor, caller}).empty());
  const source_file whole = make_file("actors/domain/w.hpp",
                                      "struct w {\n  void shown() { std::swap(a, b); v.size(); hidden(1); }\n"
                                      "  int hidden(int x) { return x; }  // allow: called by shown()\n"
                                      "  int dead(int n) { return n ? dead(n - 1) : 0; }\n};\n");
  const source_file user = make_file("actors/d.cpp", "w{}.shown();\n");
  EXPECT_EQ(lines_of(uncalled_rules({whole, user})), (expected_lines{4}));
}

TEST(Callers, EveryRuleHasOne) {
  const violations found = uncalled_rules(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Actors, PlantedBreachesAreFound) {
  const source_file actor = make_file("actors/x/x_actor.hpp", "");
  const source_file test = make_file("tests/actors/x_test.cpp", "#include \"actors/x/x_actor.hpp\"\n");
  EXPECT_EQ(untested_actors({actor}).size(), 1U);
  EXPECT_TRUE(untested_actors({actor, test}).empty());
}

TEST(Actors, EachHasATest) {
  const violations found = untested_actors(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Links, PlantedBreachesAreFound) {
  const std::string text =
      "[a](../Makefile) [b](nowhere.md#x) [c](https://example.com/x) [d](#here)\n[e](/Makefile)\n[f](/no)\n";
  EXPECT_EQ(lines_of(dead_links({make_file("docs/a.md", text)}, root)), (expected_lines{1, 3}));
}

TEST(Links, LeadSomewhere) {
  const violations found = dead_links(repository(), root);
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(Citations, PlantedBreachesAreFound) {
  const tree pages{make_file("docs/domain/a.md", "## 5. Broker\n\n### 5.6 State\n#### 1.6.1 Example\n"),
                   make_file("docs/domain/order-protocol.md", "1. **Intent first.**\n7. **Late evidence wins.**\n")};
  const auto breaches = [&](const std::string& text) {
    tree files = pages;
    files.push_back(make_file("actors/a.hpp", text));
    return lines_of(unresolved_citations(files));
  };
  EXPECT_EQ(breaches("// Why (facts, 5.6).\n// (facts, section 5), (facts, 5 and 1.6.1), (facts, 5.6 no. 12)\n"),
            expected_lines{});
  EXPECT_EQ(breaches("// (facts, 5.7)\n// (facts, 5.6 to 5.9)\n// (facts, 5.6, L37)\n"), (expected_lines{1, 2, 3}));
  EXPECT_EQ(breaches("// (order-protocol, 1 and 7)\n// (order-protocol, 1-8)\n"), (expected_lines{2}));
  EXPECT_EQ(breaches("// (architecture, section 3)\n// (architecture, 4)\n"), (expected_lines{1, 2}));
}

TEST(Citations, Resolve) {
  const violations found = unresolved_citations(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

/// A vector that no test reads proves nothing. Those of Pyth wait for the service that reads prices.
TEST(Vectors, AreReadByATest) {
  const std::set<std::string> waiting{"pyth.json", "pyth_price_feed_update.json"};
  for (const auto& entry : std::filesystem::directory_iterator{root / "tests/data/vectors"}) {
    const std::string name = entry.path().filename().string();
    const std::string stem = entry.path().stem().string();
    const bool read = std::any_of(repository().begin(), repository().end(), [&](const source_file& file) {
      return file.in("tests/") && file.is_cpp() && !file.in("tests/lint/") &&
             std::any_of(file.lines.begin(), file.lines.end(), [&](const std::string& line) {
               return line.find("\"" + name + "\"") != std::string::npos ||
                      line.find("\"" + stem + "\"") != std::string::npos;
             });
    });
    EXPECT_NE(read, waiting.contains(name)) << name;
  }
}

TEST(Services, PlantedBreachesAreFound) {
  const source_file own =
      make_file("actors/prices/prices_service.hpp", "inline constexpr const char* service_name = \"prices\";\n");
  const source_file elsewhere = make_file("runtime/node/a.cpp",
                                          "// \"prices\"\nif (name == \"prices\") return;\n"
                                          "auto x = \"the prices\";\nf(\"prices\");  // allow: a field\n");
  EXPECT_EQ(lines_of(service_names_elsewhere({own, elsewhere})), (expected_lines{2}));
}

TEST(Services, AreNamedInTheirOwnFoldersOnly) {
  const violations found = service_names_elsewhere(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
}

TEST(ListsOfServices, PlantedBreachesAreFound) {
  tree files;
  for (const std::string name : {"prices", "quotes", "fills"})
    files.push_back(make_file("actors/" + name + "/" + name + "_service.hpp",
                              "inline constexpr const char* service_name = \"" + name + "\";\n"));
  files.push_back(make_file("runtime/node/registry.cpp",
                            "#include \"actors/prices/prices_service.hpp\"\n"
                            "#include \"actors/quotes/quotes_service.hpp\"\n"
                            "all = {&prices::descriptor};\n"));
  EXPECT_EQ(lines_of(services_not_listed(files)), (expected_lines{1}));
  EXPECT_EQ(lines_of(lists_of_services(files)), expected_lines{});
  files = {files[0], files[1], files[2]};
  files.push_back(make_file("runtime/a.cpp",
                            "f(\"fills,prices\");\nf({\"fills\", \"prices\", \"quotes\"});\n"
                            "// \"fills\", \"prices\", \"quotes\"\nf(&prices::descriptor);\n"
                            "f(\"of fills, prices and quotes\");\n"));
  EXPECT_EQ(lines_of(lists_of_services(files)), (expected_lines{2, 4, 5}));
  files.back() = make_file("runtime/CMakeLists.txt",
                           "LINK hedgerow_fills hedgerow_codec hedgerow_prices\n"
                           "LINK hedgerow_fills hedgerow_prices hedgerow_quotes\n");
  EXPECT_EQ(lines_of(lists_of_services(files)), (expected_lines{2}));
  files.back() = make_file("setup/run.sh", "for s in prices quotes fills; do\n");
  EXPECT_EQ(lines_of(lists_of_services(files)), (expected_lines{1}));
}

TEST(ListsOfServices, IsTheRegistryAlone) {
  const violations found = lists_of_services(repository());
  EXPECT_TRUE(found.empty()) << to_string(found);
  const violations missing = services_not_listed(repository());
  EXPECT_TRUE(missing.empty()) << to_string(missing);
}

}  // namespace
}  // namespace hedgerow::lint
