// Collects what a chain client says.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::test {

class recorder {
 public:
  [[nodiscard]] ports::chain_listener listener() {
    return {.up = [this] { ++ups; },
            .down = [this](std::string reason) { add(downs_, std::move(reason)); },
            .log = [this](ports::evm_log log) { add(logs_, std::move(log)); },
            .head = [this](ports::chain_block block) { add(heads_, block); },
            .malformed = [this](ports::malformed_evm_log bad) { add(malformed_, std::move(bad)); },
            .complaint = [this](ports::chain_error why) { add(complaints_, std::move(why)); }};
  }
  [[nodiscard]] std::vector<std::string> downs() const { return copy(downs_); }
  [[nodiscard]] std::vector<ports::evm_log> logs() const { return copy(logs_); }
  [[nodiscard]] std::vector<ports::chain_block> heads() const { return copy(heads_); }
  [[nodiscard]] std::vector<ports::malformed_evm_log> malformed() const { return copy(malformed_); }

  [[nodiscard]] std::vector<ports::chain_error> complaints() const { return copy(complaints_); }

  std::atomic<int> ups{0};

 private:
  template <class T>
  void add(std::vector<T>& to, T value) {
    const std::lock_guard lock{mutex_};
    to.push_back(std::move(value));
  }
  template <class T>
  [[nodiscard]] std::vector<T> copy(const std::vector<T>& from) const {
    const std::lock_guard lock{mutex_};
    return from;
  }
  mutable std::mutex mutex_;
  std::vector<std::string> downs_;
  std::vector<ports::evm_log> logs_;
  std::vector<ports::chain_block> heads_;
  std::vector<ports::malformed_evm_log> malformed_;
  std::vector<ports::chain_error> complaints_;
};

/// A callback that keeps its one answer.
template <class T>
class answer_box {
 public:
  [[nodiscard]] ports::chain_callback<T> callback() {
    return [state = state_](expected<T, ports::chain_error> answer) {
      const std::lock_guard lock{state->mutex};
      state->answers.push_back(std::move(answer));
    };
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock{state_->mutex};
    return state_->answers.size();
  }
  [[nodiscard]] expected<T, ports::chain_error> get() const {
    const std::lock_guard lock{state_->mutex};
    return state_->answers.at(0);
  }

 private:
  struct shared {
    std::mutex mutex;
    std::vector<expected<T, ports::chain_error>> answers;
  };
  std::shared_ptr<shared> state_ = std::make_shared<shared>();
};

}  // namespace hedgerow::test
