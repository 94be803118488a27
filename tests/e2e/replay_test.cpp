// `hedgerow replay` and `hedgerow log` as their user runs them: beside a running node, and from one log to another.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <iterator>
#include <regex>

#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "runtime/transfer/import.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::test {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string body(std::uint16_t port, const std::string& path, const ports::clock& clock) {
  http::client_options options;
  options.origin = "http://127.0.0.1:" + std::to_string(port);
  const auto client = http::make_client(options, clock);
  const auto answer = cli::call(**client, {"GET", path, {}, ""});
  return answer ? answer->body : "no answer: " + answer.error().detail;
}

/// A folder with a log that the test has written, and a configuration that shows it.
class Replay : public ::testing::Test {
 protected:
  Replay() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "one");
  }
  ~Replay() override { fs::remove_all(folder_); }

  std::string config(const std::string& name, const std::string& more = "") {
    const auto file = folder_ / (name + ".toml");
    std::ofstream{file} << "[node]\nactors = [\"api\"]\ndata_dir = \"" << (folder_ / name).string() << "\"\n[hedging]\n"
                        << "freeze_after_failures = 4\n[api]\nport = " << api_port_
                        << "\n[admin]\nport = " << admin_port_ << "\n"
                        << more;
    return "--config '" + file.string() + "'";
  }
  std::shared_ptr<ports::event_log> open(const std::string& name) {
    adapters::sqlite_log_options options;
    options.path = (folder_ / name / "events.db").string();
    options.durability = adapters::log_durability::normal;
    auto log = adapters::open_sqlite_log(options, clock_);
    EXPECT_TRUE(log) << log.error().detail;
    return *log;
  }
  outcome hedgerow(const std::string& arguments) { return run_program(folder_, arguments); }

  fs::path folder_ = fs::temp_directory_path() / ("hedgerow-replay-" + std::to_string(::getpid()));
  adapters::system_clock clock_;
  std::uint16_t api_port_ = demo::free_port(0);
  std::uint16_t admin_port_ = demo::free_port(0);
};

TEST_F(Replay, ShowsWhatTheApiShowsByteForByteAndDoesNotDisturbTheNode) {
  {
    const auto log = open("one");
    simulated_history history{*log, 1};
    history.steps(2000);
    history.settle();
  }
  const auto one = config("one");
  process node{{test::build_folder() + "/hedgerow", "node", "--config", (folder_ / "one.toml").string()},
               folder_ / "node.log"};
  ASSERT_TRUE(node.printed(" ready: API")) << node.output();
  for (const char* name : {"trades", "executions", "dead-letters"})
    EXPECT_EQ(hedgerow("replay projection " + std::string{name} + " --limit 1000 " + one).out,
              body(api_port_, "/" + std::string{name} + "?limit=1000", clock_))
        << name;
  // The only thing that is counted from now.
  const std::regex age{R"("unhedged_ms":\d+)"};
  const auto positions = hedgerow("replay projection positions " + one).out;
  EXPECT_EQ(std::regex_replace(positions, age, ""), std::regex_replace(body(api_port_, "/positions", clock_), age, ""));
  EXPECT_NE(positions.find("AAPL"), std::string::npos);

  const auto table = hedgerow("replay positions " + one);
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("position-updates/"), std::string::npos);
  EXPECT_NE(table.err.find("records in"), std::string::npos);
  const auto verified = hedgerow("replay verify " + one);
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_NE(verified.out.find("all agree"), std::string::npos);
  EXPECT_EQ(hedgerow("replay positions --at 2020-01-01T00:00:00Z --format json " + one).out, R"({"positions":[]})");
  EXPECT_NE(body(api_port_, "/health", clock_).find(R"("aggregator":"running")"), std::string::npos);
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0) << node.output();
}

TEST_F(Replay, ADifferenceIsExitCodeOneAndNamesThePlace) {
  {
    const auto log = open("one");
    simulated_history history{*log, 2};
    history.steps(500);
    history.settle();
    history.append({{topic::position_updates, 0}, "GME", "nonsense"});
  }
  const auto verified = hedgerow("replay verify " + config("one"));
  EXPECT_EQ(verified.code, 1);
  EXPECT_TRUE(verified.out.starts_with("GME: position-updates/0@")) << verified.out;
}

TEST_F(Replay, MistakesAreNamedWithTheirRemedy) {
  open("one").reset();
  const auto one = config("one");
  const auto says = [&](const std::string& arguments, int code, const std::string& text) {
    const auto done = hedgerow(arguments);
    EXPECT_EQ(done.code, code) << arguments;
    EXPECT_NE((done.out + done.err).find(text), std::string::npos) << arguments << ": " << done.err;
  };
  says("replay positions --at soon " + one, 2, "--at \"soon\"");
  says("replay positions --offset trades=1 " + one, 2, "TOPIC/PARTITION=OFFSET");
  says("replay positions --offset onchain-trades/9=1 " + one, 2, "has 4 partitions");
  says("replay positions --symbol NONE " + one, 1, "--symbol NONE");
  says("replay projection nothing " + one, 2, "nothing");
  says("replay verify " + one, 0, "nothing to verify");
  says("replay verify", 2, "--config");
  says("replay verify " + config("missing"), 1, "there is no events.db");
  says("replay verify " + config("one", "[log]\nsymbol_partitions = 8\n"), 1, "4 symbol partitions, not 8");
  says("replay verify " + config("one", "[log]\nkind = \"memory\"\n"), 1, "nothing of it is kept");
  says("log export '" + (folder_ / "x").string() + "' " + config("missing"), 1, "there is no events.db");
  EXPECT_FALSE(fs::exists(folder_ / "missing"));
  says("log import no-such-file " + config("two"), 1, "there is no such file");
}

TEST_F(Replay, AHistoryMovesToAnotherLogAndIsVerifiedThere) {
  {
    const auto log = open("one");
    simulated_history history{*log, 3};
    history.steps(2000);
  }
  const auto one = config("one");
  const auto two = config("two");
  const auto file = (folder_ / "history.jsonl.gz").string();
  const auto exported = hedgerow("log export '" + file + "' " + one);
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(hedgerow("log export '" + file + "' " + one).code, 1) << "the file is there already";
  EXPECT_EQ(hedgerow("log import --dry-run '" + file + "' " + two).code, 0);
  const auto imported = hedgerow("log import '" + file + "' " + two);
  ASSERT_EQ(imported.code, 0) << imported.err;
  // The same hashes, line by line.
  const auto hashes = exported.out.substr(0, exported.out.find("/history") - folder_.string().size());
  EXPECT_TRUE(imported.out.starts_with(hashes)) << imported.out;
  EXPECT_NE(imported.out.find("accumulator  goes on at onchain-trades/"), std::string::npos);
  EXPECT_EQ(hedgerow("log verify '" + file + "' " + two).code, 0);
  EXPECT_EQ(hedgerow("replay verify " + two).code, 0);
  EXPECT_EQ(hedgerow("replay projection trades " + two).out, hedgerow("replay projection trades " + one).out);
  EXPECT_EQ(hedgerow("log import '" + file + "' " + two).code, 1) << "it is not empty any more";

  auto damaged = content(file);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  std::ofstream{folder_ / "damaged.gz", std::ios::binary} << damaged;
  const auto refused = hedgerow("log import '" + (folder_ / "damaged.gz").string() + "' " + config("three"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("line "), std::string::npos) << refused.err;
}

TEST_F(Replay, NoNodeStartsOnAHalfImportedLog) {
  const auto one = config("one");
  {
    const auto log = open("one");
    auto member = *log->join({"log-import", "test", {topic::ingestion_changelog}});
    ASSERT_TRUE(member->poll(1));
    std::promise<bool> done;
    member->commit({{}, {{{topic::ingestion_changelog, 0}, 0}}}, [&](const auto& o) { done.set_value(o.has_value()); });
    ASSERT_TRUE(done.get_future().get());
  }
  const auto started = hedgerow("node " + one);
  EXPECT_EQ(started.code, 1);
  EXPECT_NE(started.err.find(transfer::unfinished_import), std::string::npos) << started.err;
}

TEST(ReplayOfAMarket, IsWhatTheNodeShowsAndEveryPositionIsRecomputed) {
  stage s{{"replay", "[]", 12}};
  s.start_node();
  s.world().start_market();
  const auto config = s.config_option();
  // Beside a node at work.
  for (const auto goal : {5U, 20U, 40U}) {
    ASSERT_TRUE(eventually([&] { return s.world().stats().sent >= goal; }, std::chrono::minutes{1}));
    const auto verified = run_program(s.folder, "replay verify " + config);
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }
  ASSERT_TRUE(s.world().stop_market());
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{2})) << s.disagreement();
  const auto toml = content(s.folder / "node-0.toml");
  std::smatch port;
  ASSERT_TRUE(std::regex_search(toml, port, std::regex{R"(\[api\]\nport = (\d+))"}));
  const adapters::system_clock clock;
  for (const char* name : {"trades", "executions", "dead-letters", "positions"})
    EXPECT_EQ(run_program(s.folder, "replay projection " + std::string{name} + " " + config).out,
              body(static_cast<std::uint16_t>(std::stoi(port[1])), "/" + std::string{name}, clock))
        << name;
  const auto verified = run_program(s.folder, "replay verify " + config);
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_EQ(s.stop_node(), 0) << s.node_output();
}

}  // namespace
}  // namespace hedgerow::test
