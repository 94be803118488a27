// A broker in memory behind the broker_api port. Answers on command, so that a test decides the order of events.
#pragma once

#include <deque>
#include <vector>

#include "actors/ports/broker_api.hpp"

namespace hedgerow::test {

/// Keeps every question; `answer_next` hands the oldest one its answer. With a clock, which has to outlive it, a
/// placement after its deadline is answered at once and not kept; without one no deadline ever passes.
class fake_broker final : public ports::broker_api {
 public:
  explicit fake_broker(const ports::clock* clock = nullptr) : clock_{clock} {}

  template <class T>
  using pending = std::deque<ports::broker_callback<T>>;

  void place(order_request request, deadline not_after, ports::broker_callback<placement> done) override {
    if (clock_ != nullptr && not_after.passed(clock_->monotonic(), clock_->now()))
      return done(unexpected(broker_error{broker_failure::not_sent, 0, "after its deadline", {}}));
    placed.push_back(std::move(request));
    places.push_back(std::move(done));
  }
  void get_order(order_id order, ports::broker_callback<broker_order> done) override {
    asked.push_back(std::move(order));
    gets.push_back(std::move(done));
  }
  void list_orders(timestamp from, timestamp to, ports::broker_callback<order_list> done) override {
    windows.emplace_back(from, to);
    lists.push_back(std::move(done));
  }
  void position(symbol of, ports::broker_callback<shares> done) override {
    held.push_back(std::move(of));
    positions.push_back(std::move(done));
  }
  void session(timestamp, ports::broker_callback<market_session> done) override { sessions.push_back(std::move(done)); }

  [[nodiscard]] std::optional<hedgerow::clock_sample> newest_clock_sample() const override { return clock_sample; }

  template <class T>
  static void answer_next(pending<T>& waiting, expected<T, broker_error> answer) {
    auto done = std::move(waiting.front());
    waiting.pop_front();
    done(std::move(answer));
  }

  std::optional<hedgerow::clock_sample> clock_sample;
  std::vector<order_request> placed;
  std::vector<order_id> asked;
  std::vector<std::pair<timestamp, timestamp>> windows;
  /// Whose positions were asked for.
  std::vector<symbol> held;
  pending<placement> places;
  pending<broker_order> gets;
  pending<order_list> lists;
  pending<shares> positions;
  pending<market_session> sessions;

 private:
  const ports::clock* clock_;
};

}  // namespace hedgerow::test
