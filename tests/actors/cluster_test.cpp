// Several actor systems in one process, joined over real sockets on loopback.
#include "runtime/cluster/cluster.hpp"
#include "actors/domain/cluster/member_record.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <caf/all.hpp>
#include <filesystem>
#include <fstream>

#include "../unit/adapters/http/certificates.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/cluster/name_check.hpp"
#include "runtime/cluster/network.hpp"
#include "runtime/cluster/tcp_probe.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::cluster {
namespace {

using namespace protocol;
using namespace std::chrono_literals;
using domain::member_state;
using test::eventually;
using test::heard_notices;

struct machine {
  adapters::system_clock clock;
  adapters::splitmix_random random;
};

machine& here() {
  static machine one;
  return one;
}

struct network_config : caf::actor_system_config {
  explicit network_config(const tls_files& tls) {
    set("scheduler.max-threads", std::size_t{2});
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
    add_message_types<caf::id_block::hedgerow_cluster>();
    problem = load_network(*this, tls);
  }
  std::string problem;
};

/// A node that is nothing but a member.
class member_node {
 public:
  member_node(const std::string& name, std::uint16_t port, std::vector<std::string> seeds, const tls_files& tls = {},
              std::uint64_t incarnation = 0, std::uint32_t protocol = domain::cluster_protocol)
      : config_{tls}, system_{config_} {
    EXPECT_EQ(config_.problem, "");
    static std::uint64_t starts = 1'000;
    options.self = {name,          incarnation == 0 ? ++starts : incarnation,
                    "127.0.0.1",   port,
                    "0.1.0",       protocol,
                    {"execution"}, 8080,
                    8081,          false};
    options.seeds = std::move(seeds);
    options.policy = {{30ms, 300ms, 1'500ms}, {"execution"}};
    start();
  }

  ~member_node() {
    vanish();
    quiesce_network(system_, options.self.port);
  }

  void start() {
    cluster_ports outside;
    outside.clock = &here().clock;
    outside.random = &here().random;
    outside.notices = &notices;
    outside.members = members;
    outside.share = [this](std::uint32_t n) { callers = n; };
    outside.name_taken = [this](const std::string&) { name_taken = true; };
    actor_ = spawn_class<hedgerow::cluster::cluster>(system_, options, outside);
  }

  /// Ends without a word.
  void vanish() {
    if (!actor_) return;
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
    actor_ = nullptr;
    system_.await_all_actors_done();
  }

  void leave() {
    {
      caf::scoped_actor self{system_};
      self->request(actor_, 5s, drain_atom::value).receive([](ok_atom) {}, [](const caf::error&) { ADD_FAILURE(); });
    }
    vanish();
  }

  void restart() {
    vanish();
    ++options.self.incarnation;
    start();
  }

  remote_answer ask(const std::string& member, question_kind kind) {
    remote_answer answer;
    caf::scoped_actor self{system_};
    self->request(actor_, 10s, relay_atom::value, member, remote_question{0, "", kind, "", {}})
        .receive([&](remote_answer& a) { answer = std::move(a); },
                 [&](const caf::error& e) { answer.error = "no answer at all: " + system_.render(e); });
    return answer;
  }

  /// How this node sees another one.
  std::string sees(const std::string& name) const {
    const auto now = members->get();
    if (!now) return "nothing";
    for (const auto& m : now->members)
      if (m.info.name == name) return std::string{domain::to_string(m.state)};
    return "absent";
  }

  /// Which run of another node this one knows.
  std::uint64_t run_of(const std::string& name) const {
    for (const auto& m : members->get()->members)
      if (m.info.name == name) return m.info.incarnation;
    return 0;
  }

  caf::actor_system& system() { return system_; }

  cluster_options options;
  heard_notices notices;
  std::shared_ptr<directory> members = std::make_shared<directory>();
  std::atomic<std::uint32_t> callers{0};
  std::atomic<bool> name_taken{false};

 private:
  network_config config_;
  caf::actor_system system_;
  protocol::cluster_actor actor_;
};

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

class ClusterTest : public ::testing::Test {
 public:
  std::uint16_t a_port = demo::free_port(0);
  std::uint16_t b_port = demo::free_port(0);
  std::uint16_t c_port = demo::free_port(0);
};

#define EXPECT_SEES(who, whom, state)                                                              \
  EXPECT_TRUE(eventually([&] { return (who).sees(whom) == (state); })) << (who).sees(whom) << "\n" \
                                                                       << (who).notices.all()

TEST_F(ClusterTest, JoinedThroughOneSeedAllSeeAll) {
  // `a` is everybody's seed, its own included: the same configuration may stand on every node.
  member_node a{"a", a_port, {at(a_port)}};
  member_node b{"b", b_port, {at(a_port)}};
  member_node c{"c", c_port, {at(a_port)}};
  for (auto* node : {&a, &b, &c})
    for (const char* name : {"a", "b", "c"}) EXPECT_SEES(*node, name, "reachable");
  for (auto* node : {&a, &b, &c}) EXPECT_TRUE(eventually([&] { return node->callers == 3; }));
}

TEST_F(ClusterTest, NodesThatAllStartAtOnceWithAllSeedsFindEachOther) {
  for (int round = 0; round < 5; ++round) {
    const std::vector<std::string> seeds{at(a_port), at(b_port), at(c_port)};
    member_node a{"a", a_port, seeds};
    member_node b{"b", b_port, seeds};
    member_node c{"c", c_port, seeds};
    for (auto* node : {&a, &b, &c})
      for (const char* name : {"a", "b", "c"}) EXPECT_SEES(*node, name, "reachable");
    // Questions go both ways, over either connection.
    EXPECT_EQ(a.ask("b", question_kind::actors).error, "starting or stopping");
    EXPECT_EQ(b.ask("a", question_kind::actors).error, "starting or stopping");
    EXPECT_EQ(c.ask("a", question_kind::actors).error, "starting or stopping");
    EXPECT_EQ(a.ask("c", question_kind::actors).error, "starting or stopping");
  }
}

TEST_F(ClusterTest, WhoVanishesIsUnreachableThenRemovedAndComesBackAsANewRun) {
  member_node a{"a", a_port, {}};
  member_node b{"b", b_port, {at(a_port)}};
  member_node c{"c", c_port, {at(a_port)}};
  EXPECT_SEES(b, "c", "reachable");
  EXPECT_SEES(a, "c", "reachable");
  c.vanish();
  EXPECT_SEES(a, "c", "unreachable");
  EXPECT_SEES(b, "c", "unreachable");
  EXPECT_EQ(a.callers, 3U) << "it may still be calling";
  EXPECT_EQ(a.ask("c", question_kind::actors).error, "node c is not a reachable member of the cluster");
  EXPECT_SEES(a, "c", "absent");
  EXPECT_SEES(b, "c", "absent");
  EXPECT_TRUE(eventually([&] { return a.callers == 2; }));
  c.restart();
  EXPECT_SEES(a, "c", "reachable");
  EXPECT_SEES(b, "c", "reachable");
  EXPECT_SEES(c, "b", "reachable");
}

TEST_F(ClusterTest, ASeedThatStartsLaterIsFoundAndOneThatRestartsIsFoundAgain) {
  member_node b{"b", b_port, {at(a_port)}};
  EXPECT_TRUE(eventually([&] { return b.notices.has("cannot_connect"); }));
  member_node a{"a", a_port, {}};
  EXPECT_SEES(b, "a", "reachable");
  EXPECT_SEES(a, "b", "reachable");
  a.restart();
  EXPECT_TRUE(eventually([&] { return b.run_of("a") == a.options.self.incarnation; })) << b.notices.all();
  EXPECT_SEES(b, "a", "reachable");
  EXPECT_SEES(a, "b", "reachable");
}

TEST_F(ClusterTest, WhoSaysGoodbyeIsGoneAtOnce) {
  member_node a{"a", a_port, {}};
  member_node b{"b", b_port, {at(a_port)}};
  EXPECT_SEES(a, "b", "reachable");
  b.leave();
  EXPECT_SEES(a, "b", "absent");
  EXPECT_FALSE(a.notices.has("member_unreachable")) << a.notices.all();
  EXPECT_TRUE(eventually([&] { return a.callers == 1; }));
}

TEST_F(ClusterTest, ASecondNodeOfTheSameNameIsRefusedAndToldTheRemedy) {
  member_node a{"a", a_port, {}};
  member_node first{"twin", b_port, {at(a_port)}};
  EXPECT_SEES(a, "twin", "reachable");
  member_node second{"twin", c_port, {at(a_port)}};
  EXPECT_TRUE(eventually([&] { return second.name_taken.load(); })) << second.notices.all();
  EXPECT_TRUE(second.notices.has("give each node a name of its own")) << second.notices.all();
  EXPECT_TRUE(a.notices.has("name_refused")) << a.notices.all();
  EXPECT_FALSE(first.name_taken);
  EXPECT_EQ(a.sees("twin"), "reachable");
  const auto checked = check_name(second.system(), second.options, here().clock);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().find("node.name = \"twin\": the node at " + at(b_port)), std::string::npos)
      << checked.error();
}

TEST_F(ClusterTest, AFreeNameIsFreeAlsoWhenASeedDoesNotAnswer) {
  member_node a{"a", a_port, {}};
  member_node b{"b", b_port, {}};
  b.options.seeds = {at(a_port), at(c_port)};
  EXPECT_TRUE(check_name(b.system(), b.options, here().clock));
}

TEST_F(ClusterTest, AnotherProtocolIsRefusedWithAClearErrorOnBothSides) {
  member_node a{"a", a_port, {}};
  member_node b{"b", b_port, {at(a_port)}, {}, 0, domain::cluster_protocol + 1};
  EXPECT_TRUE(eventually([&] { return a.notices.has("version_refused") && b.notices.has("does not go together"); }))
      << a.notices.all() << b.notices.all();
  EXPECT_EQ(a.sees("b"), "absent");
  EXPECT_EQ(b.sees("a"), "absent");
}

TEST_F(ClusterTest, AMessageThatThisVersionDoesNotKnowIsDropped) {
  member_node a{"a", a_port, {}};
  member_node b{"b", b_port, {at(a_port)}};
  EXPECT_SEES(b, "a", "reachable");
  {
    caf::scoped_actor self{b.system()};
    self->request(gate(b.system()), handshake_limit, caf::connect_atom::value, "127.0.0.1", a_port)
        .receive(
            [&](const caf::node_id&, const caf::strong_actor_ptr& found, const std::set<std::string>&) {
              self->send(caf::actor_cast<caf::actor>(found), caf::atom("later"), std::string{"news"});
            },
            [&](const caf::error& why) { ADD_FAILURE() << b.system().render(why); });
  }
  // It came over the same connection as this question does.
  EXPECT_EQ(b.ask("a", question_kind::actors).error, "starting or stopping");
}

TEST_F(ClusterTest, ANodeThatHasHardlyBegunEndsToo) {
  for (int round = 0; round < 50; ++round) member_node a{"a", a_port, {at(b_port)}};
}

// -- TLS -------------------------------------------------------------------------------------------------------------

/// A certificate of `by`, its key and the authority, as files.
tls_files write_tls(const std::filesystem::path& folder, const std::string& name, const test::authority& by) {
  const auto identity = by.issue("IP:127.0.0.1");
  const tls_files files{folder / (name + ".pem"), folder / (name + ".key"), folder / (name + ".ca")};
  const std::unique_ptr<FILE, decltype(&fclose)> certificate{fopen(files.certificate.c_str(), "w"), &fclose};
  const std::unique_ptr<FILE, decltype(&fclose)> key{fopen(files.key.c_str(), "w"), &fclose};
  PEM_write_X509(certificate.get(), identity.certificate.get());
  PEM_write_PrivateKey(key.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::ofstream{files.ca_file} << by.pem();
  return files;
}

class ClusterTlsTest : public ClusterTest {
 public:
  ClusterTlsTest() { std::filesystem::create_directories(folder); }
  ~ClusterTlsTest() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("hedgerow-tls-" + std::to_string(getpid()));
  test::authority ours{"ours"};
  test::authority foreign{"foreign"};
};

TEST_F(ClusterTlsTest, NodesWithCertificatesOfOneAuthorityMeet) {
  member_node a{"a", a_port, {}, write_tls(folder, "a", ours)};
  member_node b{"b", b_port, {at(a_port)}, write_tls(folder, "b", ours)};
  EXPECT_SEES(a, "b", "reachable");
  EXPECT_SEES(b, "a", "reachable");
  EXPECT_EQ(a.ask("b", question_kind::actors).error, "starting or stopping");
}

TEST_F(ClusterTlsTest, WithoutOrWithAForeignCertificateNobodyGetsIn) {
  member_node a{"a", a_port, {}, write_tls(folder, "a", ours)};
  member_node plain{"plain", b_port, {at(a_port)}};
  auto files = write_tls(folder, "c", foreign);
  member_node stranger{"stranger", c_port, {at(a_port)}, files};
  EXPECT_TRUE(eventually([&] { return plain.notices.has("cannot_connect"); }));
  EXPECT_TRUE(eventually([&] { return stranger.notices.has("cannot_connect"); }));
  EXPECT_EQ(a.sees("plain"), "absent");
  EXPECT_EQ(a.sees("stranger"), "absent");
  EXPECT_EQ(plain.sees("a"), "absent");
  EXPECT_EQ(stranger.sees("a"), "absent");
}

TEST_F(ClusterTlsTest, FilesThatCannotBeUsedAreNamedWithTheRemedy) {
  const auto good = write_tls(folder, "a", ours);
  const auto other = write_tls(folder, "b", foreign);
  EXPECT_EQ(tls_problem(good), "");
  EXPECT_NE(tls_problem({good.certificate, other.key, good.ca_file}).find("cluster.key"), std::string::npos);
  EXPECT_NE(tls_problem({good.certificate, good.key, other.ca_file}).find("cluster.certificate"), std::string::npos);
  EXPECT_NE(tls_problem({good.key, good.key, good.ca_file}).find("cluster.certificate"), std::string::npos);
  EXPECT_NE(tls_problem({good.certificate, good.key, good.key}).find("cluster.ca_file"), std::string::npos);
}

// -- small things ----------------------------------------------------------------------------------------------------

TEST(TcpProbe, SaysWhyAndDoesNotWaitLong) {
  EXPECT_NE(probe_tcp("127.0.0.1", demo::free_port(0), 1s).problem, "");
  // An address of a network for documentation: packets vanish or have no route.
  const auto begin = here().clock.monotonic();
  EXPECT_NE(probe_tcp("192.0.2.1", 9, 200ms).problem, "");
  EXPECT_LT(here().clock.monotonic() - begin, 2s);
  EXPECT_NE(probe_tcp("no.such.host.invalid", 9, 200ms).problem, "");
}

TEST(LoginCode, IsNotShownAsText) {
  const remote_question q{1, "a", question_kind::end_login, "", {"the-code", "the-state"}};
  EXPECT_EQ(caf::deep_to_string(q).find("the-"), std::string::npos) << caf::deep_to_string(q);
}

TEST(Messages, CrossTheWireUnchanged) {
  caf::actor_system_config config;
  config.add_message_types<caf::id_block::hedgerow_cluster>();
  caf::actor_system system{config};
  remote_answer answer{7, "e", make_status("root", "supervisor", run_state::parked), "t", {"l"}};
  answer.tree.problems = {"p"};
  answer.tree.hosts = {true, "onchain-trades/0", 3};
  answer.tree.show("text", std::string{"v"});
  answer.tree.show("number", 5);
  answer.tree.show("flag", true);
  answer.tree.show("span", std::chrono::seconds{2});
  answer.tree.show("time", timestamp{7});
  answer.tree.children.push_back(answer.tree);
  const remote_question question{1, "a", question_kind::end_login, "s", {"code", "state"}, "ana asked for it"};
  caf::binary_serializer::container_type buffer;
  caf::binary_serializer out{system, buffer};
  ASSERT_FALSE(out(answer, question));
  remote_answer got;
  remote_question asked;
  caf::binary_deserializer in{system, buffer};
  ASSERT_FALSE(in(got, asked));
  const auto& child = got.tree.children.at(0);
  EXPECT_EQ(child.state, run_state::parked);
  EXPECT_EQ(child.problems, answer.tree.problems);
  EXPECT_EQ(child.hosts.partitions, "onchain-trades/0");
  EXPECT_EQ(child.hosts.live, 3U);
  EXPECT_EQ(*child.field<std::string>("text"), "v");
  EXPECT_EQ(*child.field<std::int64_t>("number"), 5);
  EXPECT_TRUE(*child.field<bool>("flag"));
  EXPECT_EQ(*child.field<std::chrono::milliseconds>("span"), std::chrono::seconds{2});
  EXPECT_EQ(*child.field<timestamp>("time"), timestamp{7});
  EXPECT_EQ(child.field<bool>("number"), nullptr) << "another type";
  EXPECT_EQ(asked.login.code, "code");
  EXPECT_EQ(asked.kind, question_kind::end_login);
  EXPECT_EQ(asked.because, "ana asked for it");
}

}  // namespace
}  // namespace hedgerow::cluster
