// The program as its user runs it: real processes, a real EVM node, a paper broker behind HTTP.
#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/demo_world.hpp"
#include "runtime/demo/kafka_process.hpp"

namespace hedgerow::test {

/// A child process with its output in a file. Killed and reaped by the destructor.
class process {
 public:
  process(std::vector<std::string> arguments, std::filesystem::path output);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// After SIGSTOP it stands still when this returns.
  void signal(int number);
  /// It has not ended.
  [[nodiscard]] bool alive();
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

/// What the program said, and its exit code.
struct outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs the program to its end; its outputs are files in the folder. `arguments` are as in a shell.
[[nodiscard]] outcome run_program(const std::filesystem::path& folder, const std::string& arguments);

struct stage_options {
  std::string name;
  /// The paper broker's plan.
  std::string faults = "[]";
  double fills_per_second = 0;
  /// Nodes share a Kafka broker of this stage and know each other; without it there is one node with an embedded log.
  bool kafka = false;
  std::size_t nodes = 1;
  /// More lines of the section [chain].
  std::string chain = {};
  /// Names and addresses of [[chain.endpoint]] sections, in place of chain.ws_url. An address that begins with `?` is
  /// that of the stage's node with this query.
  std::vector<std::pair<std::string, std::string>> endpoints = {};
  /// More sections of the configuration of all nodes.
  std::string sections = {};
  /// What all nodes but the first run, as `--actors` takes it; empty: everything.
  std::string others_run = {};
};

/// A chain with the demo's contracts, a paper broker in a process of its own, and nodes that can be killed.
class stage {
 public:
  explicit stage(stage_options options);
  ~stage();

  /// Starts a node and waits until it is ready; the first one also logs in, unless told not to.
  void start_node(bool log_in = true, std::size_t node = 0);
  /// What a person does in a browser at this node's API: empty, or what went wrong.
  [[nodiscard]] std::string log_in(std::size_t node);
  /// What the API says to GET: status, body and Location header; status 0 without an answer.
  struct page {
    int status = 0;
    std::string body;
    std::string location;
  };
  [[nodiscard]] page ask(std::size_t node, const std::string& path);
  void kill_node(std::size_t node = 0);
  /// SIGTERM; the exit code.
  int stop_node(std::size_t node = 0);
  void signal_node(int number, std::size_t node) { nodes_[node].running->signal(number); }
  [[nodiscard]] bool is_up(std::size_t node) { return nodes_[node].running && nodes_[node].running->alive(); }
  /// `--config` and the file of this node.
  [[nodiscard]] std::string config_option(std::size_t node = 0) const {
    return "--config '" + config_of(node).string() + "'";
  }
  [[nodiscard]] std::string output_of(std::size_t node) { return nodes_[node].running->output(); }
  [[nodiscard]] const std::string& node_output() const { return last_output_; }
  [[nodiscard]] demo::kafka_process& kafka() { return *kafka_; }

  /// GET from the API of the first node that is up (or of this one); an empty document when it does not answer.
  [[nodiscard]] rapidjson::Document api(const std::string& path);
  [[nodiscard]] rapidjson::Document api_of(std::size_t node, const std::string& path);
  /// GET from a node's admin endpoint.
  [[nodiscard]] rapidjson::Document admin_of(std::size_t node, const std::string& path);
  /// The same as text, with its headers, from the API or the admin endpoint; nothing without an answer.
  [[nodiscard]] std::optional<http::response> answer_of(std::size_t node, const std::string& path, bool admin = false);
  /// POST to the first node's admin endpoint; the HTTP status, 0 without an answer.
  [[nodiscard]] int admin_post(const std::string& path);
  /// What the paper broker has booked.
  [[nodiscard]] rapidjson::Document ledger();
  /// The owner of the chain sells (or buys) this much of a token, such as AAPL0x, on the V4 book.
  void trade(const std::string& token, bool sells, const std::string& amount);
  [[nodiscard]] demo::demo_world& world() { return *world_; }
  /// Books, chain and broker agree, nothing is under way, less than a share is open; else what is not so.
  [[nodiscard]] std::string disagreement();

  /// What the API says about positions and unfinished executions, for a test that failed.
  [[nodiscard]] std::string diagnosis();

  /// Kept after a failure when HEDGEROW_KEEP is set.
  std::filesystem::path folder;

 private:
  struct node_slot {
    std::uint16_t api_port = 0;
    std::uint16_t admin_port = 0;
    std::uint16_t cluster_port = 0;
    int starts = 0;
    std::unique_ptr<process> running;
    std::shared_ptr<http::client> api;
    std::shared_ptr<http::client> admin;
  };

  void write_config(std::size_t node);
  [[nodiscard]] std::filesystem::path config_of(std::size_t node) const;
  [[nodiscard]] rapidjson::Document get(http::client& from, const std::string& path);

  adapters::system_clock clock_;
  adapters::splitmix_random random_;
  stage_options options_;
  std::uint16_t paper_port_;
  std::unique_ptr<demo::kafka_process> kafka_;
  std::unique_ptr<demo::demo_world> world_;
  std::unique_ptr<process> paper_;
  std::vector<node_slot> nodes_;
  std::shared_ptr<http::client> broker_;
  bool logged_in_ = false;
  std::string last_output_;
};

}  // namespace hedgerow::test
