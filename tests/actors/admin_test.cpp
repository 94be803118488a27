// The admin endpoint: what a person decides reaches the log, or the person is told that it did not.
#include "edge_fixture.hpp"

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::test {
namespace {

class Admin : public edge_fixture {
 public:
  Admin() { start_admin(); }

  /// The control events of AAPL with their authors, in the order of the log.
  std::string written() {
    std::string all;
    for (std::uint32_t p = 0; p < log->partitions(topic::control_events); ++p) {
      const auto records = log->read({topic::control_events, p}, 0, 100);
      for (const auto& r : *records) {
        const auto event = codec::decode<control_event>(*r.value);
        all += event->data.by + " " + std::string{to_string(event->data.action)} + " " + event->data.scope + "\n";
      }
    }
    return all;
  }
};

constexpr const char* halt = "/symbols/AAPL/halt?reason=looks+wrong&by=ann";

TEST_F(Admin, ADecisionIsAnsweredWhenItIsDurable) {
  EXPECT_EQ(post(halt).status, 202);
  EXPECT_EQ(post("/symbols/AAPL/resume?reason=checked&by=bob").status, 202);
  EXPECT_EQ(written(), "ann halt AAPL\nbob resume AAPL\n");
}

TEST_F(Admin, ADecisionIsWrittenAfterTheWriterDied) {
  faults->fail_next_commit({ports::log_errc::timed_out, "database is locked"});
  EXPECT_EQ(post(halt).status, 202);
  EXPECT_EQ(written(), "ann halt AAPL\n");
  EXPECT_TRUE(heard.has("WARNING control_retried halt AAPL database is locked")) << heard.all();
}

TEST_F(Admin, TheNextDecisionWorksAfterOneThatCouldNotBeWritten) {
  faults->fail_next_commit({ports::log_errc::timed_out, "database is locked"});
  faults->fail_next_commit({ports::log_errc::timed_out, "database is locked"});
  const auto refused = post(halt);
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("database is locked")) << refused.text;
  EXPECT_TRUE(heard.has("ALARM control_not_written halt AAPL")) << heard.all();
  EXPECT_EQ(written(), "");
  EXPECT_EQ(post(halt).status, 202);
  EXPECT_EQ(written(), "ann halt AAPL\n");
}

TEST_F(Admin, ADecisionWithoutNameOrReasonIsRefused) {
  for (const char* target : {"/symbols/AAPL/halt?by=ann", "/symbols/AAPL/halt?reason=x",
                             "/symbols/a%20b/halt?reason=x&by=y", "/symbols/AAPL/adopt_order?reason=x&by=y"})
    EXPECT_EQ(post(target).status, 400) << target;
  EXPECT_EQ(written(), "");
}

TEST_F(Admin, AWebPageCanNeitherDecideNorRestartNorRead) {
  const std::string person = "X-Hedgerow: 1\r\n";
  for (const std::string& sent :
       {"Host: evil.example:18981\r\n" + person, host() + "Origin: https://evil.example\r\n" + person,
        host() + "Sec-Fetch-Site: cross-site\r\n" + person, host()}) {
    EXPECT_EQ(ask("POST", halt, sent).status, 403) << sent;
    EXPECT_EQ(ask("POST", "/symbols/AAPL/declare_absent?reason=x&by=y", sent).status, 403) << sent;
    EXPECT_EQ(ask("POST", "/actors/accumulator/restart", sent).status, 403) << sent;
    EXPECT_EQ(ask("GET", "/actors", sent).status, sent == host() ? 200 : 403) << sent;
  }
  EXPECT_EQ(written(), "");
  EXPECT_EQ(get("/actors").status, 200);
  EXPECT_EQ(ask("GET", "/actors", "Host: node.example\r\n").status, 200);
}

}  // namespace
}  // namespace hedgerow::test
