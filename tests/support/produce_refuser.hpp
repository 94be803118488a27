// A way to a Kafka broker on which one produce request is refused, as a broker refuses it that does not lead the
// partition yet: just after the topic was made, or while its leader moves. The rest goes through untouched.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hedgerow::test {

class produce_refuser {
 public:
  /// Listens on `port` of 127.0.0.1 and passes on to `broker_port`.
  produce_refuser(std::uint16_t port, std::uint16_t broker_port);
  ~produce_refuser();
  produce_refuser(const produce_refuser&) = delete;
  produce_refuser& operator=(const produce_refuser&) = delete;

  /// The next produce request to `topic` will not reach the broker. Its refusal is answered as soon as a second request
  /// to the topic has been passed on, or after a moment when none comes.
  void refuse_next(std::string topic);
  /// Whether what refuse_next() asked for has happened.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  class connection;

  void accept_all();
  /// Takes the wish of refuse_next(), so that it is fulfilled once.
  [[nodiscard]] bool is_to_be_refused(const std::string& topic);

  std::uint16_t broker_port_;
  int listener_;
  std::mutex mutex_;
  std::optional<std::string> wanted_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::atomic<bool> refused_ = false;
  std::thread acceptor_;
};

}  // namespace hedgerow::test
