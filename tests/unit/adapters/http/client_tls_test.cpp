// TLS: who is trusted, and that data survive it. The authority is made here.
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "certificates.hpp"
#include "client_fixture.hpp"

namespace hedgerow::http {
namespace {

using namespace hedgerow::test;

/// Reads one request and sends `answer`, over TLS; remembers what server name was asked for.
class tls_script {
 public:
  tls_script(const identity& who, std::string answer)
      : context_{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free}, answer_{std::move(answer)} {
    use(who);
  }

  void operator()(raw_connection& c) {
    std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(context_.get()), &SSL_free};
    SSL_set_fd(session.get(), c.descriptor());
    if (SSL_accept(session.get()) != 1) return;
    if (const char* name = SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name)) server_name = name;
    for (;;) {
      std::string request;
      char chunk[1024];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const int n = SSL_read(session.get(), chunk, sizeof chunk);
        if (n <= 0) return;
        request.append(chunk, static_cast<std::size_t>(n));
      }
      ++requests;
      SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
      if (cut_after_answer) return;
    }
  }

  /// The connection ends without TLS having been ended.
  bool cut_after_answer = false;
  std::string server_name;
  std::atomic<int> requests{0};

 private:
  void use(const identity& who) {
    if (SSL_CTX_use_certificate(context_.get(), who.certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context_.get(), who.key.get()) != 1)
      throw std::runtime_error{"the test's certificate cannot be used"};
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::string answer_;
};

class ClientTlsTest : public client_test {
 protected:
  ClientTlsTest() {
    // OpenSSL writes to sockets that the client has closed.
    std::signal(SIGPIPE, SIG_IGN);
    file_ = std::filesystem::temp_directory_path() / ("hedgerow-ca-" + std::to_string(::getpid()) + ".pem");
    std::ofstream{file_} << authority_.pem();
  }
  ~ClientTlsTest() override { std::filesystem::remove(file_); }

  void trust_own_authority() { options.ca_file = file_.string(); }

  /// One exchange with a server that shows `who`.
  outcome talk(tls_script& script, const std::string& host = "localhost") {
    scripted_server s{{[&](raw_connection& c) { script(c); }}};
    const auto client = connect_to("https://" + host + ":" + std::to_string(s.port()));
    auto first = ask(*client, get());
    if (first) first = ask(*client, get());
    return first;
  }

  authority authority_{"Hedgerow test authority"};
  std::filesystem::path file_;
};

TEST_F(ClientTlsTest, ATrustedServerIsTalkedToAndItsConnectionKept) {
  trust_own_authority();
  const std::string large(300'000, 'x');
  tls_script script{authority_.issue("DNS:localhost"), "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + large};
  const auto o = talk(script);
  ASSERT_TRUE(o) << o.error().detail;
  EXPECT_EQ(o->body, large);
  EXPECT_EQ(script.server_name, "localhost");
  EXPECT_EQ(script.requests, 2);
}

TEST_F(ClientTlsTest, AddressesAreVerifiedTooButAreNoServerName) {
  trust_own_authority();
  tls_script script{authority_.issue("IP:127.0.0.1"), ok_answer};
  const auto o = talk(script, "127.0.0.1");
  ASSERT_TRUE(o) << o.error().detail;
  EXPECT_EQ(script.server_name, "");
}

TEST_F(ClientTlsTest, AnUnknownAuthorityIsNotSent) {
  tls_script script{authority_.issue("DNS:localhost"), ok_answer};
  const auto o = talk(script);
  EXPECT_TRUE(failed_as(o, client_failure::not_sent));
  EXPECT_NE(o.error().detail.find("certificate"), std::string::npos) << o.error().detail;
  EXPECT_EQ(script.requests, 0);
}

TEST_F(ClientTlsTest, AnotherHostsCertificateIsNotSent) {
  trust_own_authority();
  for (const char* name : {"DNS:example.com", "IP:127.0.0.1", "DNS:localhost.example.com"}) {
    tls_script script{authority_.issue(name), ok_answer};
    EXPECT_TRUE(failed_as(talk(script), client_failure::not_sent)) << name;
    EXPECT_EQ(script.requests, 0);
  }
}

TEST_F(ClientTlsTest, AnExpiredCertificateIsNotSent) {
  trust_own_authority();
  tls_script script{authority_.issue("DNS:localhost", -3600), ok_answer};
  const auto o = talk(script);
  EXPECT_TRUE(failed_as(o, client_failure::not_sent));
  EXPECT_NE(o.error().detail.find("expired"), std::string::npos) << o.error().detail;
}

TEST_F(ClientTlsTest, APlainServerIsNotSent) {
  trust_own_authority();
  scripted_server s{{[](raw_connection& c) {
    (void)c.read_until("\x03");
    c.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  }}};
  EXPECT_TRUE(
      failed_as(ask(*connect_to("https://localhost:" + std::to_string(s.port())), get()), client_failure::not_sent));
}

TEST_F(ClientTlsTest, AnAnswerCutByAnAttackerIsNoAnswer) {
  trust_own_authority();
  // Without Content-Length only the orderly end of TLS tells that the answer is whole.
  const auto who = authority_.issue("DNS:localhost");
  tls_script script{who, "HTTP/1.1 200 OK\r\n\r\nhalf"};
  script.cut_after_answer = true;
  EXPECT_TRUE(failed_as(talk(script), client_failure::no_answer));
  EXPECT_EQ(script.requests, 1);
}

}  // namespace
}  // namespace hedgerow::http
