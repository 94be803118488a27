// Two node processes in a cluster: each answers for the other, and notices when it stands still, dies, or leaves.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "runtime/cli/http_call.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

struct answer {
  int status = 0;
  std::string body;
};

/// One `hedgerow node` process without chain and broker.
class cluster_node {
 public:
  cluster_node(std::filesystem::path folder, std::string name, std::string actors, std::uint16_t seed)
      : folder_{std::move(folder)}, name_{std::move(name)}, actors_{std::move(actors)}, seed_{seed} {
    start();
  }

  void start() {
    std::filesystem::create_directories(folder_);
    std::ofstream{file(".toml")} << "[node]\nname = \"" << name_ << "\"\nactors = [" << actors_
                                 << "]\n[log]\nkind = \"memory\"\n[broker]\nbase_url = \"http://127.0.0.1:9\"\n"
                                 << "app_key = \"key\"\napp_secret = \"secret\"\n[oauth]\nencryption_key = \""
                                 << std::string(64, '7') << "\"\n"
                                 << "[api]\nport = " << api_port << "\n[admin]\nport = " << admin_port
                                 << "\n[cluster]\nport = " << port << "\nseeds = [\"127.0.0.1:" << seed_
                                 << "\"]\nheartbeat_interval = \"100ms\"\nheartbeat_timeout = \"1s\"\n";
    process_ = std::make_unique<process>(
        std::vector<std::string>{test::build_folder() + "/hedgerow", "node", "--config", file(".toml").string()},
        file("-" + std::to_string(++starts_) + ".log"));
  }

  process& run() { return *process_; }
  bool ready() { return process_->printed(" ready: API"); }

  answer call(std::uint16_t to, const std::string& method, const std::string& path) {
    http::client_options options;
    options.origin = "http://127.0.0.1:" + std::to_string(to);
    const auto client = *http::make_client(options, clock_);
    const auto got = cli::call(*client, {method, path, {{"X-Hedgerow", "1"}}, ""});
    return got ? answer{got->status, got->body + http::find_header(got->headers, "Location").value_or("")} : answer{};
  }
  answer api(const std::string& path) { return call(api_port, "GET", path); }
  answer admin(const std::string& path) { return call(admin_port, "GET", path); }

  /// How this node sees another one; `absent` when it is no member.
  std::string sees(const std::string& name) {
    rapidjson::Document all;
    all.Parse(admin("/cluster").body.c_str());
    if (all.HasParseError() || !all.HasMember("members")) return "nothing";
    for (const auto& m : all["members"].GetArray())
      if (name == m["name"].GetString()) return m["state"].GetString();
    return "absent";
  }

  const std::uint16_t api_port = demo::free_port(0);
  const std::uint16_t admin_port = demo::free_port(0);
  const std::uint16_t port = demo::free_port(0);

 private:
  std::filesystem::path file(const std::string& ending) const { return folder_ / (name_ + ending); }

  adapters::system_clock clock_;
  std::filesystem::path folder_;
  std::string name_;
  std::string actors_;
  std::uint16_t seed_;
  int starts_ = 0;
  std::unique_ptr<process> process_;
};

class Cluster : public ::testing::Test {
 public:
  Cluster() {
    std::filesystem::create_directories(folder);
    one = std::make_unique<cluster_node>(folder, "one", R"("tokens", "api")", 1);
    constexpr const char* some = R"("accumulator", "execution", "api")";  // allow: what this node runs
    two = std::make_unique<cluster_node>(folder, "two", some, one->port);
    ready = one->ready() && two->ready();
  }
  ~Cluster() override {
    two.reset();
    one.reset();
    std::filesystem::remove_all(folder);
  }
  bool joined() {
    return eventually([&] { return one->sees("two") == "reachable" && two->sees("one") == "reachable"; });
  }

  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("hedgerow-cluster-" + std::to_string(getpid()));
  std::unique_ptr<cluster_node> one;
  std::unique_ptr<cluster_node> two;
  bool ready = false;
};

TEST_F(Cluster, EachNodeAnswersForTheOther) {
  ASSERT_TRUE(ready && joined()) << one->run().output() << two->run().output();
  const auto tree = two->admin("/actors?node=one&format=text");
  EXPECT_EQ(tree.status, 200);
  EXPECT_NE(tree.body.find("tokens"), std::string::npos) << tree.body;
  EXPECT_EQ(tree.body.find("execution"), std::string::npos) << tree.body;
  const auto all = one->admin("/actors?node=all");
  rapidjson::Document nodes;
  nodes.Parse(all.body.c_str());
  ASSERT_FALSE(nodes.HasParseError()) << all.body;
  ASSERT_EQ(nodes["nodes"].Size(), 2U);
  EXPECT_STREQ(nodes["nodes"][1]["node"].GetString(), "two");
  EXPECT_STREQ(nodes["nodes"][1]["actors"]["name"].GetString(), "two");
  EXPECT_EQ(one->admin("/actors?node=three").status, 503);
  EXPECT_EQ(two->call(two->admin_port, "POST", "/actors/api/restart?node=one&by=ana&reason=slow").status, 202);
  EXPECT_TRUE(
      eventually([&] { return two->admin("/actors?node=one").body.find("\"restarts\":1") != std::string::npos; }));
  EXPECT_TRUE(eventually([&] { return one->run().output().find("ana asked for it: slow") != std::string::npos; }));
  // The services that each node hosts.
  EXPECT_TRUE(eventually([&] {
    return one->admin("/cluster?format=text").body.find("accumulator  running") != std::string::npos;
  })) << one->admin("/cluster?format=text").body;
}

TEST_F(Cluster, ALoginBeginsAndEndsAtAnyNode) {
  ASSERT_TRUE(ready && joined());
  ASSERT_TRUE(eventually([&] { return two->api("/auth/login").status == 302; })) << two->api("/auth/login").body;
  EXPECT_NE(two->api("/auth/login").body.find("http://127.0.0.1:9/v1/oauth/authorize"), std::string::npos);
  const auto ended = two->api("/auth/callback?code=very-secret-code&state=wrong");
  EXPECT_EQ(ended.status, 400);
  EXPECT_NE(ended.body.find("not begun here"), std::string::npos) << ended.body;
  for (auto* node : {one.get(), two.get()}) EXPECT_EQ(node->run().output().find("very-secret-code"), std::string::npos);
}

TEST_F(Cluster, ALoginThatNobodyTakesSaysWhoIsMissing) {
  ASSERT_TRUE(ready && joined());
  const auto refusal = [&](const std::string& path, const std::string& reason) {
    const auto got = two->api(path);
    EXPECT_EQ(got.status, 503) << path;
    EXPECT_NE(got.body.find(reason), std::string::npos) << path << got.body;
    EXPECT_EQ(got.body.find("a-code"), std::string::npos);
  };
  // A greeting does not tell what a node runs, the first heartbeats do.
  ASSERT_TRUE(eventually([&] { return two->admin("/cluster").body.find("token-updates/0") != std::string::npos; }));
  one->run().signal(SIGSTOP);
  refusal("/auth/login", "node one");
  refusal("/auth/callback?code=a-code&state=s", "node one");
  ASSERT_TRUE(eventually([&] { return two->sees("one") == "unreachable"; }, std::chrono::seconds{5}));
  refusal("/auth/login", "node one, which runs the tokens service, is unreachable");
  refusal("/auth/callback?code=a-code&state=s", "node one, which runs the tokens service, is unreachable");
  one->run().signal(SIGCONT);
  ASSERT_TRUE(joined());
  EXPECT_TRUE(eventually([&] { return two->api("/auth/login").status == 302; }));
  one->run().signal(SIGTERM);
  EXPECT_EQ(one->run().wait(), 0);
  ASSERT_TRUE(eventually([&] { return two->sees("one") == "absent"; }));
  refusal("/auth/login", "no node of the cluster runs the tokens service");
  refusal("/auth/callback?code=a-code&state=s", "no node of the cluster runs the tokens service");
}

TEST_F(Cluster, ACallbackUnderWayFailsAsSoonAsItsNodeIsUnreachable) {
  ASSERT_TRUE(ready && joined());
  ASSERT_TRUE(eventually([&] { return two->admin("/cluster").body.find("token-updates/0") != std::string::npos; }));
  one->run().signal(SIGSTOP);
  // The code may be used up, so nothing but the silence of its node ends this one.
  const auto got = two->api("/auth/callback?code=a-code&state=s");
  EXPECT_EQ(got.status, 503) << got.body;
  EXPECT_NE(got.body.find("node one is unreachable"), std::string::npos) << got.body;
  one->run().signal(SIGCONT);
}

TEST_F(Cluster, ANodeThatStandsStillIsNoticedAndComesBack) {
  ASSERT_TRUE(ready && joined());
  one->run().signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return two->sees("one") == "unreachable"; }, std::chrono::seconds{5}));
  const auto health = two->api("/health").body;
  EXPECT_NE(health.find("\"status\":\"degraded\""), std::string::npos) << health;
  EXPECT_NE(health.find("node one at 127.0.0.1:"), std::string::npos) << health;
  EXPECT_EQ(two->admin("/actors?node=one").status, 503);
  one->run().signal(SIGCONT);
  EXPECT_TRUE(joined()) << two->admin("/cluster?format=text").body << one->run().output() << two->run().output();
  EXPECT_EQ(two->api("/health").body.find("is unreachable"), std::string::npos);
  EXPECT_EQ(two->admin("/actors?node=one").status, 200);
}

TEST_F(Cluster, AKilledNodeComesBackUnderItsNameAndASecondOneIsRefused) {
  ASSERT_TRUE(ready && joined());
  one->run().signal(SIGKILL);
  one->run().wait();
  EXPECT_TRUE(eventually([&] { return two->sees("one") == "unreachable"; }, std::chrono::seconds{5}));
  one->start();
  ASSERT_TRUE(one->ready()) << one->run().output();
  EXPECT_TRUE(joined());
  cluster_node twin{folder / "twin", "one", R"("accumulator", "api")", two->port};
  EXPECT_EQ(twin.run().wait(), 1);
  EXPECT_NE(twin.run().output().find("give each node a name of its own"), std::string::npos) << twin.run().output();
  EXPECT_EQ(two->sees("one"), "reachable");
}

TEST_F(Cluster, ANodeThatIsStoppedLeavesAtOnceAndCleanly) {
  ASSERT_TRUE(ready && joined());
  one->run().signal(SIGTERM);
  EXPECT_EQ(one->run().wait(), 0) << one->run().output();
  EXPECT_TRUE(eventually([&] { return two->sees("one") == "absent"; }, std::chrono::seconds{2}));
  EXPECT_EQ(two->run().output().find("member_unreachable"), std::string::npos) << two->run().output();
  two->run().signal(SIGTERM);
  EXPECT_EQ(two->run().wait(), 0) << two->run().output();
}

}  // namespace
}  // namespace hedgerow::test
