// Which of a client's reports says why it does not get through. The reports are librdkafka's own, as they came from it.
#include "runtime/adapters/kafka/connection_trouble.hpp"

#include <gmock/gmock.h>

namespace hedgerow::adapters {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr const char* hung_up =
    "ssl://127.0.0.1:23445/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? "
    "(after 1ms in state SSL_HANDSHAKE)";
constexpr const char* disconnected = "ssl://127.0.0.1:23445/bootstrap: Disconnected (after 1ms in state SSL_HANDSHAKE)";
constexpr const char* timed_out =
    "TxnCoordinator: 127.0.0.1:30220: 1 request(s) timed out: disconnect (after 0ms in state APIVERSION_QUERY)";
constexpr const char* login_refused =
    "sasl_ssl://127.0.0.1:17007/bootstrap: SASL authentication error: Authentication failed: Invalid username or "
    "password "
    "(after 309ms in state AUTH_REQ)";
constexpr const char* no_logins_here =
    "sasl_ssl://127.0.0.1:20546/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Request not valid in current "
    "SASL "
    "state: broker's supported mechanisms:  (after 1ms in state AUTH_HANDSHAKE, 1 identical error(s) suppressed)";
constexpr const char* nobody_there =
    "127.0.0.1:30220/1: Connect to ipv4#127.0.0.1:30220 failed: Connection refused (after 0ms in state CONNECT)";

class ConnectionTrouble : public ::testing::Test {
 protected:
  void told(rd_kafka_resp_err_t code, const char* reason) {
    const auto callbacks = trouble_.callbacks();
    callbacks.error(nullptr, code, reason, callbacks.context);
  }
  void all_are_down() { told(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down"); }

  static kafka_options options() {
    kafka_options out;
    out.properties = {{"security.protocol", "ssl"}, {"sasl.username", "hedgerow"}, {"sasl.mechanism", "PLAIN"}};
    return out;
  }

  const kafka_options options_ = options();
  connection_trouble trouble_;
};

TEST_F(ConnectionTrouble, IsSilentBeforeAnythingWasTold) {
  EXPECT_EQ(trouble_.explain(options_), "");
  EXPECT_FALSE(trouble_.hopeless(1h));
}

/// librdkafka may notice the same hang-up in two ways, and tells either.
TEST_F(ConnectionTrouble, ABareDisconnectionDoesNotHideTheWrongProtocol) {
  told(RD_KAFKA_RESP_ERR__TRANSPORT, disconnected);
  all_are_down();
  EXPECT_FALSE(trouble_.hopeless(1h)) << "it says nothing about why";
  told(RD_KAFKA_RESP_ERR__TRANSPORT, hung_up);
  told(RD_KAFKA_RESP_ERR__TRANSPORT, disconnected);
  EXPECT_FALSE(trouble_.hopeless(1400ms)) << "a broker that ends hangs up, too";
  EXPECT_TRUE(trouble_.hopeless(1500ms));
  EXPECT_THAT(trouble_.explain(options_), AllOf(HasSubstr("kafka.security = \"ssl\""), Not(HasSubstr(disconnected))));
}

TEST_F(ConnectionTrouble, ATimeOutDoesNotHideARefusedLoginAndIsToldBesideIt) {
  told(RD_KAFKA_RESP_ERR__AUTHENTICATION, login_refused);
  told(RD_KAFKA_RESP_ERR__TIMED_OUT, timed_out);
  EXPECT_THAT(trouble_.explain(options_),
              AllOf(HasSubstr("kafka.sasl_password"), HasSubstr("\"hedgerow\""), HasSubstr(timed_out)));
  all_are_down();
  EXPECT_TRUE(trouble_.hopeless(0ms));
}

TEST_F(ConnectionTrouble, AListenerWithoutLoginsIsNoWrongPassword) {
  auto asks = options_;
  asks.bootstrap = "broker:9092";
  asks.properties["security.protocol"] = "sasl_ssl";
  told(RD_KAFKA_RESP_ERR__AUTHENTICATION, no_logins_here);
  EXPECT_THAT(trouble_.explain(asks), AllOf(HasSubstr("takes no logins"), HasSubstr("set kafka.security = \"ssl\""),
                                            HasSubstr("kafka.bootstrap = \"broker:9092\""),
                                            HasSubstr("current SASL state)"), Not(HasSubstr("sasl_password"))));
}

TEST_F(ConnectionTrouble, ABrokerThatIsNotThereIsNewsAndMayComeBack) {
  all_are_down();
  told(RD_KAFKA_RESP_ERR__TRANSPORT, hung_up);
  told(RD_KAFKA_RESP_ERR__TRANSPORT, nobody_there);
  EXPECT_EQ(trouble_.explain(options_), nobody_there);
  EXPECT_FALSE(trouble_.hopeless(1h));
}

TEST_F(ConnectionTrouble, IsForgottenAsAWhole) {
  told(RD_KAFKA_RESP_ERR__AUTHENTICATION, login_refused);
  told(RD_KAFKA_RESP_ERR__TIMED_OUT, timed_out);
  all_are_down();
  trouble_.forget();
  EXPECT_EQ(trouble_.explain(options_), "");
  told(RD_KAFKA_RESP_ERR__TIMED_OUT, timed_out);
  EXPECT_EQ(trouble_.explain(options_), timed_out);
  EXPECT_FALSE(trouble_.hopeless(1h));
}

}  // namespace
}  // namespace hedgerow::adapters
