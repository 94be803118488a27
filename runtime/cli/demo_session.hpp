// The demo world around one node: chain, market, paper broker, login; from start to audited end.
#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/cli/demo_audit.hpp"
#include "runtime/demo/demo_world.hpp"
#include "runtime/demo/kafka_process.hpp"
#include "runtime/node/node.hpp"
#include "runtime/world/world.hpp"

namespace hedgerow::cli {

struct demo_options {
  std::string data_dir = ".hedgerow/demo";
  /// sqlite, kafka or memory.
  std::string log = "sqlite";
  double fills_per_second = 2;
  std::uint64_t seed = 1;
  std::uint16_t api_port = 8080;
  std::uint16_t admin_port = 8081;
  /// Empty: the one that setup installs.
  std::string anvil;
  /// JSON plan for the paper broker; empty for none.
  std::string faults;
};

class demo_session {
 public:
  demo_session(demo_options options, ports::notices& notices);
  ~demo_session();
  demo_session(const demo_session&) = delete;
  demo_session& operator=(const demo_session&) = delete;

  /// Progress goes to standard output, a line per step. Empty, or why it cannot start.
  [[nodiscard]] std::string start();
  [[nodiscard]] node::node& running() { return *node_; }
  [[nodiscard]] const config::settings& settings() const { return settings_; }
  [[nodiscard]] timestamp started_at() const { return started_at_; }
  [[nodiscard]] timestamp now() const { return machine_.clock.now(); }

  /// Stops the market, and waits until everything that happened on chain is hedged, at most `limit`; then compares.
  [[nodiscard]] audit_result finish(std::chrono::milliseconds limit);
  /// Drains the node and stops the world. Names services that did not end in time.
  std::vector<std::string> stop();

 private:
  [[nodiscard]] std::string start_chain();
  [[nodiscard]] std::string start_broker();
  [[nodiscard]] std::string start_kafka();
  [[nodiscard]] std::string start_node();
  [[nodiscard]] std::string log_in();
  void say(const std::string& line) const;
  /// Whether the node has read the chain up to `block` and every service has done what there was to do.
  [[nodiscard]] bool caught_up(std::uint64_t block);

  demo_options options_;
  ports::notices& notices_;
  world::machine machine_;
  config::settings settings_;
  timestamp started_at_;
  std::unique_ptr<demo::demo_world> world_;
  std::unique_ptr<paper::paper_broker> broker_;
  std::unique_ptr<demo::kafka_process> kafka_;
  std::unique_ptr<node::node> node_;
};

}  // namespace hedgerow::cli
