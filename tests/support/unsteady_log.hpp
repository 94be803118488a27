// A log in front of another one, for tests: commits wait until they are let through, polls may say that partitions are
// moving, and reads may fail, as those of a log of several machines do. One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "actors/ports/event_log.hpp"

namespace hedgerow::test {

class unsteady_log final : public ports::event_log {
 public:
  /// What the log and its members share.
  struct weather {
    std::mt19937_64* random = nullptr;
    /// One of so many polls says that partitions are moving; 0: none.
    std::uint64_t moves_one_in = 0;
    /// Every poll says that partitions are moving, and nobody is called before the next record.
    bool all_move = false;
    /// The number of reads that will fail.
    int reads_fail = 0;
    /// Listeners are not called before the first read: the port promises no more.
    bool was_read = false;
    /// Commits that wait, of all members.
    std::deque<std::pair<const void*, std::function<void()>>> waiting;

    void let_one_through() {
      if (waiting.empty()) return;
      auto next = std::move(waiting.front().second);
      waiting.pop_front();
      next();
    }
    void let_all_through() {
      while (!waiting.empty()) let_one_through();
    }
  };

  unsteady_log(std::shared_ptr<ports::event_log> inner, std::shared_ptr<weather> w)
      : inner_{std::move(inner)}, weather_{std::move(w)} {}

  [[nodiscard]] std::uint32_t partitions(topic t) const override { return inner_->partitions(t); }
  [[nodiscard]] expected<std::unique_ptr<ports::log_member>, ports::log_error> join(ports::member_options o) override {
    auto joined = inner_->join(std::move(o));
    if (!joined) return unexpected(joined.error());
    return std::make_unique<member>(std::move(*joined), weather_);
  }
  [[nodiscard]] expected<std::vector<record>, ports::log_error> read(topic_partition p, std::int64_t from,
                                                                     std::size_t max) override {
    if (weather_->reads_fail > 0) {
      --weather_->reads_fail;
      return unexpected(ports::log_error{ports::log_errc::timed_out, "no answer"});
    }
    weather_->was_read = true;
    return inner_->read(p, from, max);
  }
  [[nodiscard]] expected<std::vector<record>, ports::log_error> changelog(topic_partition p) override {
    return inner_->changelog(p);
  }
  [[nodiscard]] expected<std::int64_t, ports::log_error> end_offset(topic_partition p) override {
    return inner_->end_offset(p);
  }
  [[nodiscard]] expected<std::optional<std::int64_t>, ports::log_error> committed(const std::string& group,
                                                                                  topic_partition p) override {
    return inner_->committed(group, p);
  }
  [[nodiscard]] expected<std::vector<ports::group_progress>, ports::log_error> progress(
      const ports::input_groups& groups) override {
    return inner_->progress(groups);
  }
  [[nodiscard]] ports::subscription on_append(std::function<void()> changed) override {
    return inner_->on_append([weather = weather_, changed = std::move(changed)] {
      if (weather->was_read) changed();
    });
  }
  [[nodiscard]] expected<void, ports::log_error> maintain(timestamp now) override { return inner_->maintain(now); }

 private:
  class member final : public ports::log_member {
   public:
    member(std::unique_ptr<ports::log_member> inner, std::shared_ptr<weather> w)
        : inner_{std::move(inner)}, weather_{std::move(w)} {}
    /// Commits in flight are finished first, as the port says.
    ~member() override {
      auto& all = weather_->waiting;
      const auto mine =
          std::stable_partition(all.begin(), all.end(), [this](const auto& c) { return c.first != this; });
      std::vector<std::function<void()>> last;
      for (auto it = mine; it != all.end(); ++it) last.push_back(std::move(it->second));
      all.erase(mine, all.end());
      for (auto& commit : last) commit();
    }
    member(const member&) = delete;
    member& operator=(const member&) = delete;

    [[nodiscard]] expected<ports::log_batch, ports::log_error> poll(std::size_t max) override {
      if (weather_->all_move) return ports::log_batch{.moving = true, .revoked = {}, .assigned = {}, .records = {}};
      if (weather_->moves_one_in == 0 || (*weather_->random)() % weather_->moves_one_in != 0) return inner_->poll(max);
      ports::log_batch out;
      out.moving = true;
      if (ready_) ready_();
      return out;
    }
    void commit(log_transaction transaction, ports::commit_callback done) override {
      // What it rests on is fixed now.
      auto rest = inner_->lend(transaction.offsets, transaction.owned);
      auto content = std::make_shared<log_transaction>(std::move(transaction));
      weather_->waiting.emplace_back(
          this, [this, content, rest, done = std::move(done)] { inner_->commit(std::move(*content), done); });
    }
    [[nodiscard]] std::shared_ptr<lent_offsets> lend(std::vector<input_offset> offsets,
                                                     std::vector<topic_partition> owned) override {
      return inner_->lend(std::move(offsets), std::move(owned));
    }
    void on_ready(ports::ready_callback ready) override {
      ready_ = ready;
      inner_->on_ready(std::move(ready));
    }

   private:
    std::unique_ptr<ports::log_member> inner_;
    std::shared_ptr<weather> weather_;
    ports::ready_callback ready_;
  };

  std::shared_ptr<ports::event_log> inner_;
  std::shared_ptr<weather> weather_;
};

}  // namespace hedgerow::test
