#include "tests/support/produce_refuser.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "messages/types/check.hpp"
#include "tests/support/loopback.hpp"

namespace hedgerow::test {

namespace {

constexpr int patience_ms = 300;

// Kafka's protocol guide, https://kafka.apache.org/protocol: Produce is request 0; from version 9 on its header is of
// version 2 and all lengths are varints, from 13 on topics have ids in place of names.
constexpr std::int16_t produce = 0;
constexpr std::int16_t not_leader_or_follower = 6;

int tcp_socket() {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  HEDGEROW_CHECK(made >= 0, "no socket");
  return made;
}

bool receive_all(int from, char* to, std::size_t size) {
  return size == 0 || ::recv(from, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

template <class T>
void put(std::string& to, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
    to += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
}

/// A request or an answer with its length before it; none when the connection has ended.
std::optional<std::string> receive_frame(int from) {
  std::string frame(4, '\0');
  if (!receive_all(from, frame.data(), 4)) return std::nullopt;
  std::uint32_t size = 0;
  for (const char c : frame) size = size << 8 | static_cast<unsigned char>(c);
  frame.resize(4 + size);
  if (!receive_all(from, frame.data() + 4, size)) return std::nullopt;
  return frame;
}

class frame_reader {
 public:
  explicit frame_reader(std::string_view frame) : left_{frame} {}

  std::int64_t integer(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : bytes(size)) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  std::size_t varint() {
    std::size_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto c = static_cast<unsigned char>(bytes(1)[0]);
      value |= static_cast<std::size_t>(c & 0x7f) << shift;
      if (c < 0x80) return value;
    }
  }
  /// Its length plus one stands before it, 0 for null.
  std::string_view compact_string() {
    const auto size = varint();
    return size == 0 ? std::string_view{} : bytes(size - 1);
  }
  std::string_view bytes(std::size_t size) {
    HEDGEROW_CHECK(size <= left_.size(), "a Kafka request is shorter than it says");
    const auto some = left_.substr(0, size);
    left_.remove_prefix(size);
    return some;
  }

 private:
  std::string_view left_;
};

}  // namespace

struct produce_request {
  std::int32_t correlation = 0;
  std::string topic;
  std::int32_t partition = 0;
};

namespace {

/// What librdkafka sends: one partition of one topic. None for any other request.
std::optional<produce_request> as_produce(const std::string& frame) {
  frame_reader in{frame};
  (void)in.bytes(4);
  if (in.integer(2) != produce) return std::nullopt;
  const auto version = in.integer(2);
  HEDGEROW_CHECK(version >= 9 && version <= 12, "a produce request of a version that this test cannot read");
  produce_request request;
  request.correlation = static_cast<std::int32_t>(in.integer(4));
  (void)in.bytes(static_cast<std::size_t>(in.integer(2)));  // client
  HEDGEROW_CHECK(in.varint() == 0, "tagged fields in a request's header");
  (void)in.compact_string();  // transactional id
  (void)in.bytes(6);          // acks, time limit
  HEDGEROW_CHECK(in.varint() == 2, "a produce request of several topics");
  request.topic = in.compact_string();
  HEDGEROW_CHECK(in.varint() == 2, "a produce request of several partitions");
  request.partition = static_cast<std::int32_t>(in.integer(4));
  return request;
}

std::string refusal_of(const produce_request& request) {
  std::string body;
  put(body, request.correlation);
  body += '\0';  // no tagged fields
  body += '\2';  // one topic
  body += static_cast<char>(request.topic.size() + 1);
  body += request.topic;
  body += '\2';  // one partition
  put(body, request.partition);
  put(body, not_leader_or_follower);
  for (int i = 0; i < 3; ++i) put(body, std::int64_t{-1});  // offset, time, first offset
  body += '\1';                                             // no records that are wrong
  body.append(3, '\0');                                     // no text; no tagged fields of partition and topic
  put(body, std::int32_t{0});                               // not throttled
  body += '\0';
  std::string frame;
  put(frame, static_cast<std::int32_t>(body.size()));
  return frame + body;
}

}  // namespace

/// A client's connection and ours to the broker.
class produce_refuser::connection {
 public:
  connection(produce_refuser& owner, int client) : owner_{owner}, client_{client}, broker_{tcp_socket()} {
    const auto where = loopback(owner.broker_port_);
    // A broker that is not there ends the connection, as it would without us.
    (void)::connect(broker_, generic(where), sizeof where);
    requests_ = std::thread{[this] { pass_requests(); }};
    answers_ = std::thread{[this] { pass_answers(); }};
  }
  ~connection() {
    end();
    requests_.join();
    answers_.join();
    ::close(client_);
    ::close(broker_);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

 private:
  void end() const {
    ::shutdown(client_, SHUT_RDWR);
    ::shutdown(broker_, SHUT_RDWR);
  }

  void pass_requests() {
    for (;;) {
      if (held_ && !comes_soon()) refuse_held();
      auto frame = receive_frame(client_);
      if (!frame) break;
      auto request = as_produce(*frame);
      if (request && owner_.is_to_be_refused(request->topic)) {
        held_ = std::move(request);
        continue;
      }
      // Until the refusal is out no answer of the broker is.
      const std::lock_guard lock{to_client_};
      if (!send_all(broker_, *frame)) break;
      if (held_ && request && request->topic == held_->topic) send_held();
    }
    end();
  }

  [[nodiscard]] bool comes_soon() const {
    pollfd readable{client_, POLLIN, 0};
    return ::poll(&readable, 1, patience_ms) > 0;
  }

  void refuse_held() {
    const std::lock_guard lock{to_client_};
    send_held();
  }

  void send_held() {
    (void)send_all(client_, refusal_of(*held_));
    held_.reset();
    owner_.refused_ = true;
  }

  void pass_answers() {
    while (auto frame = receive_frame(broker_)) {
      const std::lock_guard lock{to_client_};
      if (!send_all(client_, *frame)) break;
    }
    end();
  }

  produce_refuser& owner_;
  int client_;
  int broker_;
  std::mutex to_client_;
  std::optional<produce_request> held_;
  std::thread requests_;
  std::thread answers_;
};

produce_refuser::produce_refuser(std::uint16_t port, std::uint16_t broker_port)
    : broker_port_{broker_port}, listener_{tcp_socket()} {
  const auto where = loopback(port);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  HEDGEROW_CHECK(::bind(listener_, generic(where), sizeof where) == 0, std::strerror(errno));
  HEDGEROW_CHECK(::listen(listener_, 64) == 0, std::strerror(errno));
  acceptor_ = std::thread{[this] { accept_all(); }};
}

produce_refuser::~produce_refuser() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
}

void produce_refuser::accept_all() {
  for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
    connections_.push_back(std::make_unique<connection>(*this, client));
}

void produce_refuser::refuse_next(std::string topic) {
  const std::lock_guard lock{mutex_};
  wanted_ = std::move(topic);
  refused_ = false;
}

bool produce_refuser::is_to_be_refused(const std::string& topic) {
  const std::lock_guard lock{mutex_};
  if (wanted_ != topic) return false;
  wanted_.reset();
  return true;
}

}  // namespace hedgerow::test
