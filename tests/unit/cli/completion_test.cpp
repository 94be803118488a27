// What a real bash offers after a TAB, compared with what the command line itself takes: an option, a command or a
// choice that is added and not completed fails here.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "runtime/cli/commands.hpp"
#include "runtime/node/registry.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::cli {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;
using words = std::vector<std::string>;

words and_then(words line, const std::string& word) {
  line.push_back(word);
  return line;
}

std::string text_of(const words& line) {
  std::string text = "hedgerow";
  for (const auto& word : line) text += " '" + word + "'";
  return text;
}

std::vector<const CLI::App*> subcommands_of(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App*) { return true; });
}

words long_options_of(const CLI::App& command) {
  words all;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames()) all.push_back("--" + name);
  return all;
}

/// What --help shows as {a,b}: the only words that the option takes. Empty when it takes others.
words choices_of(const CLI::Option& option) {
  const std::string shown = option.get_type_name();
  const auto open = shown.find('{');
  if (open == std::string::npos) return {};
  std::istringstream list{shown.substr(open + 1, shown.find('}') - open - 1)};
  words all;
  for (std::string one; std::getline(list, one, ',');) all.push_back(one);
  return all;
}

using visitor = std::function<void(const CLI::App& command, const words& line)>;

void walk(const CLI::App& command, const words& line, const visitor& look) {
  look(command, line);
  for (const auto* sub : subcommands_of(command)) walk(*sub, and_then(line, sub->get_name()), look);
}

class Completion : public ::testing::Test {
 public:
  Completion() {
    add_commands(app_, run_);
    std::filesystem::create_directory(folder_.file("here"));
    std::ofstream{folder_.file("here/node.toml")};
    ::testing::internal::CaptureStdout();
    app_.parse(words{"bash", "completion"});  // as CLI11 takes them: the last one first
    run_();
    script_ = ::testing::internal::GetCapturedStdout();
  }

  /// The last word of `line` is the one that is being typed. There is one file in the folder, node.toml.
  words offered(const words& line) const {
    const auto asked = folder_.file("asked.sh");
    std::ofstream{asked} << script_ << "COMP_WORDS=(" << text_of(line) << ")\nCOMP_CWORD=" << line.size() << "\n"
                         << "[[ $(complete -p hedgerow) == *'-F _hedgerow '* ]] && _hedgerow\n"
                         << "for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done\n";
    const auto command = "cd '" + folder_.file("here") + "' && bash --norc ../asked.sh 2>&1";
    std::string said;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {"no shell"};
    std::array<char, 4096> buffer{};
    for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) said.append(buffer.data(), n);
    if (pclose(pipe) != 0) return {"bash failed: " + said};
    std::istringstream lines{said};
    words all;
    for (std::string one; std::getline(lines, one);) all.push_back(one);
    return all;
  }

  /// Every command of the program, with the words that name it.
  void for_each_command(const visitor& look) const { walk(app_, {}, look); }

 private:
  CLI::App app_{"hedgerow"};
  chosen run_;
  std::string script_;
  test::temporary_directory folder_;
};

TEST_F(Completion, OffersEverySubcommandAndLongOption) {
  int commands = 0;
  for_each_command([&](const CLI::App& command, const words& line) {
    auto all = long_options_of(command);
    for (const auto* sub : subcommands_of(command)) all.push_back(sub->get_name());
    EXPECT_THAT(offered(and_then(line, "")), IsSupersetOf(all)) << text_of(line);
    ++commands;
  });
  EXPECT_GT(commands, 15);
  EXPECT_THAT(offered({""}), IsSupersetOf({"node", "demo", "topics", "log", "replay"}));
  EXPECT_THAT(offered({"log", ""}), IsSupersetOf({"export", "import", "verify", "--dry-run"}));
}

TEST_F(Completion, OffersNoOptionThatTheCommandLineDoesNotTake) {
  for_each_command([&](const CLI::App& command, const words& line) {
    if (line.size() > 1) return;
    words known;
    walk(command, {}, [&](const CLI::App& below, const words&) {
      for (const auto& option : long_options_of(below)) known.push_back(option);
    });
    for (const auto& word : offered(and_then(line, "--"))) EXPECT_THAT(known, Contains(word)) << text_of(line);
  });
}

TEST_F(Completion, WhatIsTypedAlreadyNarrowsWhatIsOffered) {
  EXPECT_THAT(offered({"node", "--a"}), UnorderedElementsAre("--actors"));
  EXPECT_THAT(offered({"demo", "--a"}), UnorderedElementsAre("--anvil", "--api-port", "--admin-port"));
  EXPECT_THAT(offered({"to"}), UnorderedElementsAre("topics"));
  EXPECT_THAT(offered({"demo", "--log", "k"}), UnorderedElementsAre("kafka"));
}

TEST_F(Completion, OffersTheChoicesOfEveryOptionThatHasThem) {
  int options = 0;
  for_each_command([&](const CLI::App& command, const words& line) {
    for (const auto* option : command.get_options()) {
      const auto choices = choices_of(*option);
      if (choices.empty()) continue;
      ++options;
      if (option->get_positional()) {
        EXPECT_THAT(offered(and_then(line, "")), IsSupersetOf(choices)) << text_of(line);
      }
      for (const auto& name : option->get_lnames())
        EXPECT_THAT(offered(and_then(and_then(line, "--" + name), "")), UnorderedElementsAreArray(choices))
            << text_of(line) << " --" << name;
    }
  });
  EXPECT_GE(options, 5) << "the choices are found in what --help shows";
  EXPECT_THAT(offered({"demo", "--log", ""}), UnorderedElementsAre("memory", "sqlite", "kafka"));
  EXPECT_THAT(offered({"replay", "projection", ""}), IsSupersetOf({"positions", "dead-letters"}));
}

TEST_F(Completion, OffersServicesAndFiles) {
  const auto actors = offered({"node", "--actors", ""});
  for (const auto& service : node::all_services()) EXPECT_THAT(actors, Contains(std::string{service.name}));
  EXPECT_THAT(offered({"node", "--config", ""}), UnorderedElementsAre("node.toml"));
  EXPECT_THAT(offered({"log", "export", "no"}), UnorderedElementsAre("node.toml"));
}

}  // namespace
}  // namespace hedgerow::cli
