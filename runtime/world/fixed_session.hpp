// A broker whose market session comes from the configuration instead of from the broker: for paper and for tests of
// closed markets (`market_hours.source`).
#pragma once

#include <memory>

#include "actors/ports/broker_api.hpp"

namespace hedgerow::world {

class fixed_session final : public ports::broker_api {
 public:
  fixed_session(std::shared_ptr<ports::broker_api> inner, bool open) : inner_{std::move(inner)}, open_{open} {}

  void place(order_request request, deadline not_after, ports::broker_callback<placement> done) override {
    inner_->place(std::move(request), not_after, std::move(done));
  }
  void get_order(order_id order, ports::broker_callback<broker_order> done) override {
    inner_->get_order(std::move(order), std::move(done));
  }
  void list_orders(timestamp from, timestamp to, ports::broker_callback<order_list> done) override {
    inner_->list_orders(from, to, std::move(done));
  }
  void position(symbol name, ports::broker_callback<shares> done) override {
    inner_->position(std::move(name), std::move(done));
  }
  void session(timestamp now, ports::broker_callback<market_session> done) override {
    done(market_session{open_, now - std::chrono::hours{1}, now + std::chrono::hours{1}});
  }
  [[nodiscard]] std::optional<clock_sample> newest_clock_sample() const override {
    return inner_->newest_clock_sample();
  }

 private:
  std::shared_ptr<ports::broker_api> inner_;
  bool open_;
};

}  // namespace hedgerow::world
