// A node over a tree of blocks: it stands at one block, moves when the script says so, and answers and tells late, not
// at all, or what was true a moment ago.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "block_tree.hpp"
#include "chain_script.hpp"

namespace hedgerow::test {

using std::chrono::milliseconds;

/// What happens later, in virtual time; what is due at the same moment happens in the order of its planning.
class model_time {
 public:
  void at(milliseconds when, std::function<void()> what) { due_.emplace(when, std::move(what)); }
  [[nodiscard]] milliseconds now() const { return now_; }
  [[nodiscard]] std::optional<milliseconds> next() const {
    return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
  }
  /// Does what is due until then.
  void pass_to(milliseconds when) {
    while (!due_.empty() && due_.begin()->first <= when) {
      now_ = std::max(now_, due_.begin()->first);
      const auto what = due_.extract(due_.begin());
      what.mapped()();
    }
    now_ = std::max(now_, when);
  }

 private:
  milliseconds now_{0};
  std::multimap<milliseconds, std::function<void()>> due_;
};

/// Outlives the processes that are connected to it, one after the other.
class model_node : public std::enable_shared_from_this<model_node> {
 public:
  model_node(std::shared_ptr<model_time> time, std::shared_ptr<const block_tree> tree, std::uint64_t seed)
      : time_{std::move(time)}, tree_{std::move(tree)}, random_{seed} {}

  void show(std::uint64_t block, const node_news& news);
  void set_mood(const node_mood& mood) { mood_ = mood; }
  void drop();
  void raise();
  [[nodiscard]] std::uint64_t tip() const { return tip_; }

  /// A client for one process, to be subscribed once.
  [[nodiscard]] std::shared_ptr<ports::chain_client> client();

 private:
  friend class model_client;

  [[nodiscard]] bool chance(std::uint64_t percent) {
    return percent != 0 && std::uniform_int_distribution<std::uint64_t>{0, 99}(random_) < percent;
  }
  [[nodiscard]] milliseconds delay();
  [[nodiscard]] std::optional<ports::chain_error> refusal();
  [[nodiscard]] bool misses() { return chance(mood_.missing); }
  /// Gives what `look` finds, or an error, in a while.
  template <class T>
  void answer(std::function<expected<T, ports::chain_error>()> look, ports::chain_callback<T> done);
  void tell(std::function<void(const ports::chain_listener&)> what);
  [[nodiscard]] std::vector<std::uint64_t> path_to_tip() const { return tree_->path(0, tip_); }

  std::shared_ptr<model_time> time_;
  std::shared_ptr<const block_tree> tree_;
  std::mt19937_64 random_;
  node_mood mood_;
  std::uint64_t tip_ = 0;
  bool connected_ = true;
  /// Counts connections: what was under way in an earlier one does not arrive.
  std::uint64_t connection_ = 1;
  milliseconds news_until_{0};
  std::optional<ports::chain_listener> listener_;
  std::uint64_t listeners_ = 0;
};

}  // namespace hedgerow::test
