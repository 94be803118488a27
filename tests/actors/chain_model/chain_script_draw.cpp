// Random scripts.
#include <algorithm>
#include <random>

#include "chain_script.hpp"

namespace hedgerow::test {
namespace {

using step_kind = chain_step::kind;

/// Draws of one script.
class drawer {
 public:
  explicit drawer(std::uint64_t seed) : random_{seed} {
    out_.seed = seed;
    out_.window = 6 + below(20);
  }

  chain_script draw() {
    const auto steps = 10 + below(60);
    for (std::uint64_t i = 0; i < steps; ++i) one();
    end_well();
    return std::move(out_);
  }

 private:
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>{0, limit - 1}(random_);
  }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  chain_step& add(step_kind what) {
    auto& step = out_.steps.emplace_back();
    step.what = what;
    return step;
  }

  void one() {
    const auto choice = below(100);
    if (choice < 45) return grow();
    if (choice < 60) return fork();
    if (choice < 68) return cross();
    if (choice < 76) return change_mood();
    if (choice < 80) return void(add(step_kind::restart));
    if (choice < 86) return turn_connection();
    add(step_kind::wait).wait_ms = chance(20) ? below(30'000) : below(2500);
  }

  /// The lowest height at which the chain may still change.
  std::uint64_t lowest_fork() const { return highest_ < out_.window ? 0 : highest_ - out_.window + 1; }

  std::uint64_t new_block(std::uint64_t parent) {
    auto& step = add(step_kind::block);
    step.block = ++last_block_;
    step.parent = parent;
    const auto count = chance(45) ? 0 : 1 + below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto tx = transaction();
      if (!mined_before(tx, parent) && std::none_of(step.transactions.begin(), step.transactions.end(),
                                                    [&](const auto& t) { return t.number == tx.number; }))
        step.transactions.push_back(tx);
    }
    tree_.add(step.block, parent, step.transactions);
    mined_[step.block] = step.transactions;
    return step.block;
  }

  /// A new one, or one that another branch may have.
  tx_spec transaction() {
    if (!known_.empty() && chance(40)) return known_[below(known_.size())];
    const auto kind = below(10);
    known_.push_back({kind < 6   ? tx_spec::kind::take
                      : kind < 8 ? tx_spec::kind::clear
                                 : tx_spec::kind::pair,
                      known_.size() + 1});
    return known_.back();
  }

  /// A transaction is in a branch once.
  bool mined_before(const tx_spec& tx, std::uint64_t block) const {
    for (; block != 0; block = tree_.at(block).parent)
      for (const auto& t : mined_.at(block))
        if (t.number == tx.number) return true;
    return false;
  }

  void show(std::uint64_t block) {
    auto& step = add(step_kind::show);
    step.block = block;
    step.news = news();
    shown_ = block;
    highest_ = std::max(highest_, tree_.height(block));
  }

  node_news news() {
    using part = node_news::part;
    node_news out;
    if (chance(70)) out.parts = {part::removed};
    if (chance(75)) out.parts.push_back(part::logs);
    if (chance(80)) out.parts.push_back(chance(60) ? part::heads : part::head);
    if (chance(40)) std::shuffle(out.parts.begin(), out.parts.end(), random_);
    out.doubled = chance(10);
    out.shuffled = chance(10);
    return out;
  }

  void grow() {
    // Now and then more than are walked header by header.
    for (auto left = chance(2) ? 66 + below(20) : 1 + below(chance(10) ? 12 : 2); left > 0; --left) {
      const auto block = new_block(shown_);
      // Blocks that come at once are told of at once.
      if (left == 1 || (left < 66 && chance(50)))
        show(block);
      else
        shown_ = block;
    }
  }

  /// Other blocks instead of the newest ones; perhaps fewer, as in the middle of a reorg.
  void fork() {
    const auto height = tree_.height(shown_);
    if (height <= lowest_fork()) return grow();
    const auto deepest = height - lowest_fork();
    const auto depth = 1 + below(chance(30) ? deepest : std::min<std::uint64_t>(deepest, 3));
    auto block = tree_.ancestor(shown_, height - depth);
    const auto length = chance(15) ? below(depth) : depth + below(2);
    if (length == 0) return show(block);
    const bool slowly = chance(30);
    for (std::uint64_t i = 0; i < length; ++i) {
      block = new_block(block);
      if (!slowly) continue;
      show(block);
      if (chance(50)) add(step_kind::wait).wait_ms = below(1500);
    }
    if (!slowly) show(block);
  }

  /// Back to a branch that was left.
  void cross() {
    const auto block = last_block_ == 0 ? 0 : 1 + below(last_block_);
    if (tree_.height(tree_.common_ancestor(block, shown_)) < lowest_fork()) return grow();
    show(block);
  }

  void change_mood() {
    auto& mood = add(step_kind::mood).mood;
    if (chance(30)) return;
    if (chance(60)) mood.late_ms = below(chance(20) ? 8000 : 600);
    if (chance(40)) mood.stale = 50;
    if (chance(30)) mood.lost = below(50);
    if (chance(20)) mood.throttled = below(50);
    if (chance(20)) mood.failing = below(50);
    if (chance(20)) mood.narrow = 1 + below(6);
    if (chance(20)) mood.missing = below(60);
  }

  void turn_connection() {
    up_ = !up_;
    add(up_ ? step_kind::raise : step_kind::drop);
  }

  void end_well() {
    if (!up_) turn_connection();
    add(step_kind::mood);
    do grow();
    while (tree_.height(shown_) < highest_);
    // The node says at last where it stands.
    auto& last = out_.steps.back().news.parts;
    if (!tells_head(out_.steps.back().news)) last.push_back(node_news::part::head);
  }

  std::mt19937_64 random_;
  chain_script out_;
  block_tree tree_;
  std::map<std::uint64_t, std::vector<tx_spec>> mined_;
  std::vector<tx_spec> known_;
  std::uint64_t last_block_ = 0;
  std::uint64_t shown_ = 0;
  std::uint64_t highest_ = 0;
  bool up_ = true;
};

}  // namespace

chain_script draw_chain_script(std::uint64_t seed) { return drawer{seed}.draw(); }

}  // namespace hedgerow::test
