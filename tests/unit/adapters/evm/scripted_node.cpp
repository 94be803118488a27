#include "scripted_node.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "messages/types/check.hpp"

namespace hedgerow::test {
namespace {

std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> out{};
  const int length = EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(digest.size()));
  return {out.begin(), out.begin() + length};
}

std::string text_frame(const std::string& text) {
  std::string out{'\x81'};
  if (text.size() < 126) {
    out += static_cast<char>(text.size());
  } else {
    const bool wide = text.size() > 0xffff;
    out += static_cast<char>(wide ? 127 : 126);
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) out += static_cast<char>((text.size() >> shift) & 0xffU);
  }
  return out + text;
}

struct frame {
  unsigned opcode = 0;
  std::string payload;
  std::size_t used = 0;
};

/// The first whole frame of a client's bytes.
std::optional<frame> take_frame(const std::string& in) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in[i]); };
  if (in.size() < 2) return std::nullopt;
  std::size_t size = byte(1) & 0x7fU;
  std::size_t at = 2;
  if (size >= 126) {
    const std::size_t width = size == 126 ? 2 : 8;
    if (in.size() < at + width) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8U | byte(at + i);
    at += width;
  }
  if (in.size() < at + 4 + size) return std::nullopt;
  frame out{byte(0) & 0x0fU, {}, at + 4 + size};
  for (std::size_t i = 0; i < size; ++i) out.payload += static_cast<char>(byte(at + 4 + i) ^ byte(at + i % 4));
  return out;
}

}  // namespace

struct scripted_node::tls {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL* session = nullptr;
  explicit tls(const certificate& identity) {
    BIO* cert_text = BIO_new_mem_buf(identity.certificate_pem.c_str(), -1);
    BIO* key_text = BIO_new_mem_buf(identity.key_pem.c_str(), -1);
    X509* cert = PEM_read_bio_X509(cert_text, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    HEDGEROW_CHECK(SSL_CTX_use_certificate(context, cert) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1, "cert");
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(cert_text);
    BIO_free(key_text);
  }
  tls(const tls&) = delete;
  tls& operator=(const tls&) = delete;
  ~tls() {
    SSL_free(session);
    SSL_CTX_free(context);
  }
};

scripted_node::scripted_node(const std::optional<certificate>& identity)
    : tls_{identity ? std::make_unique<tls>(*identity) : nullptr} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* name = reinterpret_cast<sockaddr*>(&where);
  HEDGEROW_CHECK(::bind(listener_, name, size) == 0 && ::listen(listener_, 8) == 0, "cannot listen");
  HEDGEROW_CHECK(::getsockname(listener_, name, &size) == 0, "no port");
  port_ = ntohs(where.sin_port);
  on("eth_subscribe", [](const std::string& params) {
    return params.find("newHeads") != std::string::npos ? "\"result\":\"0xa1\"" : "\"result\":\"0xb2\"";
  });
  on("eth_blockNumber", [](const auto&) { return "\"result\":\"0x10\""; });
  thread_ = std::thread{[this] { serve(); }};
}

scripted_node::~scripted_node() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  drop();
  thread_.join();
  ::close(listener_);
}

std::string scripted_node::url(const std::string& path) const {
  return std::string{tls_ ? "wss://localhost:" : "ws://127.0.0.1:"} + std::to_string(port_) + path;
}

void scripted_node::on(const std::string& method, answer give) {
  const std::lock_guard lock{mutex_};
  answers_[method] = std::move(give);
}

int scripted_node::asked(const std::string& method) const {
  const std::lock_guard lock{mutex_};
  const auto found = requests_.find(method);
  return found == requests_.end() ? 0 : static_cast<int>(found->second.size());
}

std::string scripted_node::parameters(const std::string& method) const {
  const std::lock_guard lock{mutex_};
  const auto found = requests_.find(method);
  return found == requests_.end() ? std::string{} : found->second.back();
}

void scripted_node::push(const std::string& text) { push_bytes(text_frame(text)); }

void scripted_node::push_head(unsigned number) {
  std::array<char, 600> text{};
  std::snprintf(text.data(), text.size(),
                R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xa1","result":)"
                R"({"number":"0x%x","hash":"0x%064x","parentHash":"0x%064x","timestamp":"0x6553f100"}}})",
                number, number, number - 1);
  push(text.data());
}

void scripted_node::push_bytes(const std::string& raw) {
  const std::lock_guard lock{mutex_};
  if (current_ >= 0) write_all(current_, raw);
}

void scripted_node::push_close(unsigned short code, const std::string& reason) {
  std::string frame{"\x88"};
  frame.push_back(static_cast<char>(reason.size() + 2));
  frame.push_back(static_cast<char>(code >> 8U));
  frame.push_back(static_cast<char>(code & 0xffU));
  push_bytes(frame + reason);
}

void scripted_node::decline_with(int status, std::string headers, std::string body) {
  const std::lock_guard lock{mutex_};
  decline_headers_ = std::move(headers);
  decline_body_ = std::move(body);
  decline_ = status;
}

void scripted_node::drop() {
  const std::lock_guard lock{mutex_};
  if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
}

void scripted_node::serve() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    // As real nodes do: a frame must not wait for the acknowledgement of the one before.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    {
      const std::lock_guard lock{mutex_};
      current_ = fd;
    }
    if (!stopping_ && handshake(fd)) serve_connection(fd);
    const std::lock_guard lock{mutex_};
    current_ = -1;
    ::close(fd);
  }
}

long scripted_node::read_some(int fd, char* out, std::size_t size) {
  return tls_ ? SSL_read(tls_->session, out, static_cast<int>(size)) : ::recv(fd, out, size, 0);
}

void scripted_node::write_all(int fd, const std::string& data) {
  if (tls_) {
    SSL_write(tls_->session, data.data(), static_cast<int>(data.size()));
    return;
  }
  std::size_t sent = 0;
  while (sent < data.size()) {
    const auto n = ::send(fd, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

bool scripted_node::handshake(int fd) {
  if (tls_) {
    SSL_free(tls_->session);
    tls_->session = SSL_new(tls_->context);
    SSL_set_fd(tls_->session, fd);
    if (SSL_accept(tls_->session) != 1) {
      ++declined_;
      return false;
    }
  }
  std::string in;
  std::array<char, 4096> part{};
  while (in.find("\r\n\r\n") == std::string::npos) {
    const auto n = read_some(fd, part.data(), part.size());
    if (n <= 0) return false;
    in.append(part.data(), static_cast<std::size_t>(n));
  }
  if (decline_ != 0) {
    const std::lock_guard lock{mutex_};
    write_all(fd, "HTTP/1.1 " + std::to_string(decline_) + " No\r\n" + decline_headers_ + "Content-Length: " +
                      std::to_string(decline_body_.size()) + "\r\nConnection: close\r\n\r\n" + decline_body_);
    ++declined_;
    return false;
  }
  const std::string header = "Sec-WebSocket-Key: ";
  const auto at = in.find(header) + header.size();
  write_all(fd,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
                accept_key(in.substr(at, in.find("\r\n", at) - at)) + "\r\n\r\n");
  ++connections_;
  return true;
}

void scripted_node::serve_connection(int fd) {
  std::string in;
  std::array<char, 65536> part{};
  for (;;) {
    while (auto next = take_frame(in)) {
      in.erase(0, next->used);
      if (next->opcode == 8) return;
      if (next->opcode == 1) reply(fd, next->payload);
    }
    const auto n = read_some(fd, part.data(), part.size());
    if (n <= 0) return;
    in.append(part.data(), static_cast<std::size_t>(n));
  }
}

void scripted_node::reply(int fd, const std::string& request) {
  rapidjson::Document json;
  json.Parse(request.data(), request.size());
  HEDGEROW_CHECK(!json.HasParseError() && json.HasMember("id"), "the client sent something that is no request");
  const std::string method = json["method"].GetString();
  rapidjson::StringBuffer params;
  rapidjson::Writer<rapidjson::StringBuffer> writer{params};
  json["params"].Accept(writer);
  answer give;
  {
    const std::lock_guard lock{mutex_};
    requests_[method].emplace_back(params.GetString());
    if (const auto found = answers_.find(method); found != answers_.end()) give = found->second;
  }
  const auto member = give ? give(params.GetString()) : R"("error":{"code":-32601,"message":"no such method"})";
  if (!member) return;
  const auto text =
      text_frame(R"({"jsonrpc":"2.0","id":)" + std::to_string(json["id"].GetUint64()) + "," + *member + "}");
  const std::lock_guard lock{mutex_};
  write_all(fd, text);
}

certificate make_certificate(const std::string& host) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* cert = X509_new();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
  X509_set_pubkey(cert, key);
  X509_NAME* name = X509_get_subject_name(cert);
  const std::string common = "scripted node";
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.data()),
                             -1, -1, 0);
  X509_set_issuer_name(cert, name);
  const std::string alternative = "DNS:" + host;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str());
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
  HEDGEROW_CHECK(X509_sign(cert, key, EVP_sha256()) > 0, "cannot sign");
  const auto pem = [](auto write) {
    BIO* out = BIO_new(BIO_s_mem());
    write(out);
    char* data = nullptr;
    const auto size = BIO_ctrl(out, BIO_CTRL_INFO, 0, &data);
    std::string text{data, static_cast<std::size_t>(size)};
    BIO_free(out);
    return text;
  };
  certificate result{pem([&](BIO* out) { PEM_write_bio_X509(out, cert); }),
                     pem([&](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); })};
  X509_free(cert);
  EVP_PKEY_free(key);
  return result;
}

}  // namespace hedgerow::test
