// The desk with everything around it on virtual time: a log with atomic commits, an owner that crashes between any two
// steps and starts again, a poller, and the broker model.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/domain/orders/desk.hpp"
#include "actors/domain/orders/order_progress.hpp"
#include "tests/unit/domain/orders/broker_model.hpp"

namespace hedgerow::test {

struct world_options {
  std::uint64_t seed = 1;
  /// Only the first faults happen.
  std::uint32_t fault_limit = 1'000'000;
  int crash_percent = 3;
  model_faults broker;
  /// Foreign orders are placed on the same account.
  bool foreign_orders = false;
};

class desk_world {
 public:
  explicit desk_world(world_options options);

  /// Runs to the end of time. Returns what is wrong afterwards; empty when nothing is.
  std::string run();
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] std::uint32_t faults() const { return luck_.faults(); }
  [[nodiscard]] bool saw(const std::string& what) const { return seen_.contains(what); }

 private:
  struct durable {
    execution_desk desk;
    std::vector<schwab_command> commands;
    std::size_t next_command = 0;
    std::vector<schwab_execution> executions;
    std::size_t next_execution = 0;
  };

  [[nodiscard]] domain::desk_context context() const;
  void at(timestamp when, std::function<void()> action);
  /// As at(), but forgotten when the owner crashes first.
  void owned(timestamp when, std::function<void()> action);
  void plan_commands();
  bool feed();
  void take(domain::desk_step step, std::size_t commands = 0, std::size_t executions = 0);
  bool crash();
  void restart();
  void append(const schwab_execution& event);
  void note(const std::string& line);

  void perform(const domain::desk_effect& effect);
  void perform_place(const domain::place_order& effect);
  void perform_reads(const domain::desk_effect& effect);

  void poll(const execution_id& execution, int looks);

  [[nodiscard]] std::string verdict() const;
  [[nodiscard]] std::string check_executions(std::map<order_id, schwab_execution>& by_order) const;

  world_options options_;
  chance luck_;
  broker_model broker_;
  durable durable_;
  std::optional<domain::desk> desk_;
  std::map<execution_id, pending_order> pollers_;
  std::multimap<timestamp, std::function<void()>> agenda_;
  std::uint64_t life_ = 0;
  timestamp now_{1'700'000'000'000'000};
  timestamp end_;
  std::uint64_t wake_ = 0;
  std::string wrong_;
  std::map<std::string, int> seen_;
  std::vector<std::string> trace_;
};

}  // namespace hedgerow::test
