// A broker gateway on a fake broker, with a clock driven by hand.
#pragma once

#include <gtest/gtest.h>

#include "actors/broker/broker_gateway.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_broker.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::broker {

using namespace protocol;
using test::fake_broker;

inline order_id id(const std::string& text) { return *order_id::parse(text); }

class GatewayTest : public test::actor_fixture {
 public:
  void start() {
    gateway = own(spawn_class<broker_gateway>(system, api, config, &clock, [this] { ++rejections; }));
  }

  get_call status_of(const std::string& text) { return {id(text), clock.now(), get_reason::status}; }

  place_call place_one(std::chrono::milliseconds lease = std::chrono::minutes{10}) {
    return {{*symbol::parse("AAPL"), side::buy, 1}, {clock.monotonic() + lease, clock.now() + lease}};
  }

  void wait_out_patience() {
    for (auto waited = std::chrono::seconds{0}; waited <= question_patience; waited += std::chrono::seconds{10}) {
      clock.advance(std::chrono::seconds{10});
      advance(std::chrono::seconds{10});
    }
  }

  test::fake_clock clock;
  std::shared_ptr<fake_broker> api = std::make_shared<fake_broker>();
  gateway_config config;
  gateway_actor gateway;
  int rejections = 0;
};

}  // namespace hedgerow::broker
