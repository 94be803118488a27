// The program as its user runs it: real processes, a real EVM node, a paper broker behind HTTP.
#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/demo_world.hpp"

namespace hedgerow::test {

/// A child process with its output in a file. Killed and reaped by the destructor.
class process {
 public:
  process(std::vector<std::string> arguments, std::filesystem::path output);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int number);
  /// Exit code, or minus the signal's number.
  int wait();
  /// Whether a line with this text was printed, within the limit.
  [[nodiscard]] bool printed(const std::string& text, std::chrono::milliseconds limit = std::chrono::seconds{40});
  [[nodiscard]] std::string output() const;

 private:
  std::filesystem::path output_;
  int pid_ = -1;
  int status_ = 0;
};

/// A port that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();

/// A chain with the demo's contracts, a paper broker in a process of its own, and a node that can be killed.
class stage {
 public:
  /// `faults` is the paper broker's plan.
  explicit stage(const std::string& name, const std::string& faults = "[]", double fills_per_second = 0);
  ~stage();

  /// Starts the node and waits until it is ready; the first time it also logs in, unless told not to.
  void start_node(bool log_in = true);
  void kill_node();
  /// SIGTERM; the exit code.
  int stop_node();
  [[nodiscard]] const std::string& node_output() const { return last_output_; }

  /// GET from the node's API; an empty document when it does not answer.
  [[nodiscard]] rapidjson::Document api(const std::string& path);
  /// POST to the admin endpoint; the HTTP status, 0 without an answer.
  [[nodiscard]] int admin_post(const std::string& path);
  /// What the paper broker has booked.
  [[nodiscard]] rapidjson::Document ledger();
  /// The owner of the chain sells (or buys) this much of a token, such as AAPL0x, on the V4 book.
  void trade(const std::string& token, bool sells, const std::string& amount);
  [[nodiscard]] demo::demo_world& world() { return *world_; }
  /// Books, chain and broker agree, nothing is under way, less than a share is open; else what is not so.
  [[nodiscard]] std::string disagreement();

  std::filesystem::path folder;

 private:
  void write_config();
  [[nodiscard]] rapidjson::Document get(http::client& from, const std::string& path);

  adapters::system_clock clock_;
  adapters::splitmix_random random_;
  std::string faults_;
  std::uint16_t paper_port_;
  std::uint16_t api_port_;
  std::uint16_t admin_port_;
  std::unique_ptr<demo::demo_world> world_;
  std::unique_ptr<process> paper_;
  std::unique_ptr<process> node_;
  std::shared_ptr<http::client> api_;
  std::shared_ptr<http::client> broker_;
  bool logged_in_ = false;
  int starts_ = 0;
  std::string last_output_;
};

}  // namespace hedgerow::test
