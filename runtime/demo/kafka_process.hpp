// A Kafka broker as a child process that is never left behind: one node (KRaft), on loopback. Its own listener asks for
// nothing; more listeners can ask for TLS and a login.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "messages/types/expected.hpp"

namespace hedgerow::demo {

class child_process;

/// A listener beside the broker's own.
struct kafka_listener {
  /// Capital letters, unique in its broker.
  std::string name;
  /// SSL, SASL_PLAINTEXT or SASL_SSL.
  std::string protocol;
  /// What holds for this listener only, by Kafka's names without the listener's: ssl.keystore.location and the like.
  std::map<std::string, std::string> settings;
  /// 0 takes a free one, and keeps it.
  std::uint16_t port = 0;
};

/// A login that the broker keeps in its storage.
struct scram_user {
  /// SCRAM-SHA-256 or SCRAM-SHA-512.
  std::string mechanism;
  std::string name;
  std::string password;
};

struct kafka_options {
  /// Holds log4j2.xml and libs/ with the jars; see default_kafka_home().
  std::filesystem::path home;
  /// Java 17 or newer; looked up in PATH when it has no slash.
  std::filesystem::path java = "java";
  /// Holds what a restart resumes from, the broker's settings, broker.log and format.log. Formatted on first use.
  std::filesystem::path data_dir;
  /// 0 takes a free one. Another free one is taken for the broker's talk with itself.
  std::uint16_t port = 0;
  unsigned heap_megabytes = 512;
  /// Starts in two thirds of the time and then is slower: for tests, not for measuring.
  bool quick_start = false;
  /// More broker settings, or other values for those of kafka_settings().
  std::map<std::string, std::string> settings;
  std::vector<kafka_listener> listeners;
  /// Made when the storage is formatted.
  std::vector<scram_user> users;
  /// How long a start may take, formatting aside. Recovery after kill_hard() reads what was written last.
  std::chrono::milliseconds start_limit{60'000};
};

/// What a source tree's setup/install.sh has fetched.
[[nodiscard]] std::filesystem::path default_kafka_home(const std::filesystem::path& source_dir);

/// Settings that fit one node whose clients are tests or a demo; where it listens and stores comes on top.
[[nodiscard]] const std::map<std::string, std::string>& kafka_settings();

class kafka_process {
 public:
  /// Returns when the broker serves, three to four seconds later. The error names what is wrong and what to do about
  /// it.
  [[nodiscard]] static expected<std::unique_ptr<kafka_process>, std::string> start(kafka_options options);
  /// Stops it.
  ~kafka_process();
  kafka_process(const kafka_process&) = delete;
  kafka_process& operator=(const kafka_process&) = delete;

  /// Asks it to end and waits; kills it after `grace`. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{15});
  /// Ends it at once, as a crash of the process would. What it had acknowledged is kept: the system writes it to disk.
  void kill_hard();
  /// Stops it when it still runs, and starts it on the same data and port. Returns when it serves.
  [[nodiscard]] expected<void, std::string> restart();
  [[nodiscard]] bool running() const;
  /// With the ports that were chosen.
  [[nodiscard]] const kafka_options& options() const { return options_; }
  [[nodiscard]] std::uint16_t port() const { return options_.port; }
  /// 127.0.0.1:port, what clients call bootstrap.servers
  [[nodiscard]] std::string bootstrap() const;
  /// The same of a listener of the options, by its name; "" when there is no such listener.
  [[nodiscard]] std::string bootstrap(const std::string& listener) const;

 private:
  explicit kafka_process(kafka_options options);
  [[nodiscard]] expected<void, std::string> prepare() const;
  bool choose_ports(const kafka_options& wanted);
  [[nodiscard]] expected<void, std::string> write_settings(std::uint16_t controller_port) const;
  [[nodiscard]] expected<void, std::string> format() const;
  [[nodiscard]] expected<void, std::string> launch();
  [[nodiscard]] std::string why_ended() const;

  kafka_options options_;
  std::unique_ptr<child_process> child_;
};

}  // namespace hedgerow::demo
