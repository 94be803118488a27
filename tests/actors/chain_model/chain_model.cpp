#include "chain_model.hpp"

#include <algorithm>
#include <map>

#include "../ingestion_fixture.hpp"
#include "model_node.hpp"

namespace hedgerow::test {
namespace {

using step_kind = chain_step::kind;

/// Longest time between two steps of the clocks.
constexpr milliseconds longest_stride{1000};
/// How far the checkpoint may be behind a chain whose every head is a doubt.
constexpr std::uint64_t most_behind = 24;
/// What was lost before is asked for again by then, and a rescan is over.
constexpr milliseconds to_recover{60'000};
/// Names of the blocks that come after a script.
constexpr std::uint64_t first_of_the_end = 1'000'000;
/// The chain stands still for so long at the end: reads that failed are tried again, and everything is read once more.
constexpr milliseconds end_wait{240'000};

/// The process and the chain of one script.
class model_run : public actor_fixture {
 public:
  explicit model_run(const chain_script& script) : script_{script} {
    order.seed(script.seed);
    config_.books = {{model_book(), orderbook_version::v4}};
    config_.owner = model_owner();
    config_.hedge_history = true;
    config_.reorg_window_blocks = script.window;
    config_.backfill.max_batch = 8;
    config_.backfill.rescan_blocks = script.window;
    config_.backfill.rescan_interval = milliseconds{15'000};
    start();
  }

  void TestBody() override {}

  std::optional<std::string> judge() {
    for (const auto& step : script_.steps) {
      take(step);
      if (!check_events()) return failure_;
    }
    pass(to_recover);
    go_on();
    if (check_events()) check_progress();
    if (!failure_) pass(end_wait);
    if (!failure_ && check_events()) check_end();
    return failure_;
  }

 private:
  void take(const chain_step& step) {
    switch (step.what) {
      case step_kind::block: tree_->add(step.block, step.parent, step.transactions); break;
      case step_kind::show: node_->show(step.block, step.news); break;
      case step_kind::mood: node_->set_mood(step.mood); break;
      case step_kind::drop: node_->drop(); break;
      case step_kind::raise: node_->raise(); break;
      case step_kind::restart:
        caf::anon_send_exit(running_, caf::exit_reason::kill);
        run();
        start();
        break;
      case step_kind::wait: pass(milliseconds{step.wait_ms}); break;
    }
    pass(milliseconds{0});
  }

  /// A chain that a node with a long way to it never tells whole: there is a doubt all the time.
  void go_on() {
    node_->set_mood({.late_ms = 300});
    for (std::uint64_t i = 0; i < script_.window + most_behind; ++i) {
      tree_->add(first_of_the_end + i, node_->tip(), {});
      node_->show(first_of_the_end + i,
                  {i % 2 == 0 ? std::vector{node_news::part::head} : std::vector<node_news::part>{}});
      pass(milliseconds{250});
    }
    node_->set_mood({});
  }

  void check_progress() {
    const auto tree = ask<protocol::actor_status>(running_, protocol::status_atom::value);
    if (tree.children.empty()) return void(fail("ingestion does not run: " + tree.last_error));
    const auto& entity = tree.children.front();
    const auto head = tree_->height(node_->tip());
    const auto checkpoint = static_cast<std::uint64_t>(*entity.field<std::int64_t>("checkpoint"));
    if (checkpoint + most_behind < head)
      return void(
          fail("the checkpoint stays at " + std::to_string(checkpoint) + ", the chain is at " + std::to_string(head)));
    for (const auto& problem : entity.problems) fail("a problem on a healthy chain: " + problem);
  }

  void start() {
    auto make = [this] { return node_->client(); };
    running_ = protocol::spawn_class<bridges::bridge>(
        system, log_, ingestion::ingestion_service(config_, make, &clock_, &notices_, nullptr, &jitter_),
        bridges::bridge_config{}, &clock_);
    own(running_);
    run();
  }

  void pass(milliseconds length) {
    const auto end = time_->now() + length;
    while (true) {
      run();
      auto next = std::min(end, time_->now() + longest_stride);
      if (const auto due = time_->next()) next = std::min(next, std::max(*due, time_->now()));
      if (const auto& timers = scheduler.clock().schedule(); !timers.empty()) {
        const auto left = timers.begin()->first - scheduler.clock().current_time;
        const auto ms = std::chrono::ceil<milliseconds>(left);
        next = std::min(next, time_->now() + std::max(ms, milliseconds{0}));
      }
      const auto stride = next - time_->now();
      clock_.advance(stride);
      scheduler.clock().advance_time(stride);
      time_->pass_to(next);
      run();
      const auto due = time_->next();
      if (time_->now() >= end && !(due && *due <= end)) return;
    }
  }

  bool fail(const std::string& why) {
    failure_ = why + "\nnotices:\n" + notices_.all();
    return false;
  }

  static std::string shown(const blockchain_event& e) {
    return "event " + std::to_string(e.sequence) + " of block " + std::to_string(e.log.ref.block_number) + ", log " +
           std::to_string(e.log.ref.log_index);
  }

  /// The new events, one by one.
  bool check_events() {
    const auto records = log_->read({topic::blockchain_events, 0}, checked_, 1'000'000);
    for (const auto& r : *records) {
      ++checked_;
      if (!check_event(codec::decode<blockchain_event>(*r.value)->data)) return false;
    }
    return true;
  }

  bool check_event(const blockchain_event& e) {
    if (e.sequence != checked_) return fail(shown(e) + ": the sequence has a gap");
    const std::pair key{e.log.ref.block_hash, e.log.ref.log_index};
    if (e.change == evm_log_change::reverted) {
      const auto it = applied_.find(key);
      if (it == applied_.end()) return fail(shown(e) + ": reverted, but not applied");
      if (it->second.sequence != e.reverts) return fail(shown(e) + ": reverts another event");
      applied_.erase(it);
      return true;
    }
    const auto* block = tree_->find(e.log.ref.block_hash);
    if (block == nullptr || e.log.ref.log_index >= block->logs.size() || block->logs[e.log.ref.log_index] != e.log)
      return fail(shown(e) + ": no block has this log");
    if (!applied_.emplace(key, e).second) return fail(shown(e) + ": applied twice");
    for (const auto& [other, event] : applied_)
      if (event.log.ref.block_number == e.log.ref.block_number && other.first != key.first)
        return fail(shown(e) + ": another block of this height is applied");
    if (e.after_clear && e.after_clear->ref.log_index != e.log.ref.log_index + 1)
      return fail(shown(e) + ": the AfterClear of another Clear");
    return true;
  }

  void check_end() {
    std::map<std::pair<hash32, std::uint64_t>, const raw_evm_log*> wanted;
    for (const auto name : tree_->path(0, node_->tip()))
      for (const auto& log : tree_->at(name).logs)
        if (domain::is_take(orderbook_version::v4, log) || domain::is_clear(orderbook_version::v4, log))
          wanted.emplace(std::pair{log.ref.block_hash, log.ref.log_index}, &log);
    for (const auto& [key, log] : wanted)
      if (!applied_.contains(key)) {
        fail("missing: log " + std::to_string(key.second) + " of block " + std::to_string(log->ref.block_number));
        return;
      }
    for (const auto& [key, e] : applied_) {
      if (!wanted.contains(key)) return void(fail(shown(e) + ": its block is no longer in the chain"));
      if (domain::is_clear(orderbook_version::v4, e.log) && !e.after_clear)
        return void(fail(shown(e) + ": a Clear without its AfterClear"));
    }
  }

  const chain_script& script_;
  fake_clock clock_;
  heard_notices notices_;
  ingestion::fixed_random jitter_;
  std::shared_ptr<model_time> time_ = std::make_shared<model_time>();
  std::shared_ptr<block_tree> tree_ = std::make_shared<block_tree>();
  std::shared_ptr<model_node> node_ = std::make_shared<model_node>(time_, tree_, script_.seed);
  std::shared_ptr<ports::event_log> log_ = adapters::make_memory_log(clock_, 4);
  ingestion::ingestion_config config_;
  protocol::bridge_actor running_;
  std::uint64_t checked_ = 0;
  std::map<std::pair<hash32, std::uint64_t>, blockchain_event> applied_;
  std::optional<std::string> failure_;
};

bool still_fails(chain_script& script) { return make_consistent(script) && run_chain_script(script).has_value(); }

/// Takes the change over when the script still fails with it.
template <class Change>
bool try_change(chain_script& failing, Change change) {
  auto tried = failing;
  change(tried.steps);
  if (tried == failing || !still_fails(tried)) return false;
  failing = std::move(tried);
  return true;
}

/// The children of the block become children of its parent.
void take_out_block(std::vector<chain_step>& steps, std::size_t at) {
  const auto block = steps[at].block;
  const auto parent = steps[at].parent;
  steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(at));
  for (auto& step : steps) {
    if (step.what == step_kind::block && step.parent == block) step.parent = parent;
    if (step.what == step_kind::show && step.block == block) step.block = parent;
  }
}

void take_out_steps(chain_script& failing) {
  for (auto length = std::max<std::size_t>(failing.steps.size() / 2, 1); length > 0; length /= 2)
    for (std::size_t at = 0; at < failing.steps.size();)
      if (!try_change(failing, [&](auto& steps) {
            const auto from = steps.begin() + static_cast<std::ptrdiff_t>(at);
            steps.erase(from, from + static_cast<std::ptrdiff_t>(std::min(length, steps.size() - at)));
          }))
        at += length;
}

void simplify_steps(chain_script& failing) {
  for (std::size_t at = 0; at < failing.steps.size(); ++at) {
    try_change(failing, [&](auto& steps) { steps[at].transactions.clear(); });
    try_change(failing, [&](auto& steps) { steps[at].news.doubled = steps[at].news.shuffled = false; });
    for (const auto part : {node_news::part::removed, node_news::part::logs})
      try_change(failing, [&](auto& steps) { std::erase(steps[at].news.parts, part); });
    while (at < failing.steps.size() && failing.steps[at].what == step_kind::block &&
           try_change(failing, [&](auto& steps) { take_out_block(steps, at); })) {
    }
  }
}

}  // namespace

std::optional<std::string> run_chain_script(const chain_script& script) { return model_run{script}.judge(); }

chain_script shorten(chain_script failing) {
  for (std::size_t before = 0; before != failing.steps.size();) {
    before = failing.steps.size();
    take_out_steps(failing);
    simplify_steps(failing);
  }
  return failing;
}

}  // namespace hedgerow::test
