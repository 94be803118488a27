// A gateway to the chain with several endpoints: nodes in memory that follow the same chain, or not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/chain/chain_gateway.hpp"
#include "actors/chain/gateway_client.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::chain {

class fixed_random final : public ports::random {
 public:
  [[nodiscard]] std::uint64_t next() override { return 0; }
};

inline const address a_book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");

class EndpointsTest : public test::actor_fixture {
 public:
  explicit EndpointsTest(std::size_t count = 3) {
    config.chain_id = test::fake_node{}.id;
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back(std::make_shared<test::fake_node>());
      endpoint_config one;
      one.name = std::string(1, static_cast<char>('a' + i));
      one.connect = [node = nodes.back()] { return std::make_shared<test::fake_chain>(node); };
      config.endpoints.push_back(one);
    }
  }

  void start() {
    gateway = own(
        protocol::spawn_class<chain_gateway>(system, config, chain_gateway_ports{users, &clock, &random, &notices}));
    run();
  }

  /// The same block on every node's chain.
  void mine(const std::vector<raw_evm_log>& logs = {}) {
    for (const auto& node : nodes) node->mine(logs);
    run();
  }

  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    advance(time);
  }

  protocol::actor_status status() { return ask<protocol::actor_status>(gateway, protocol::status_atom::value); }
  /// The endpoint at this place, in the actor tree.
  protocol::actor_status member(std::size_t at) { return status().children.at(at); }

  /// Runs everything and gives what was answered; fails when there was no answer, or a second one.
  template <class T, class Ask>
  expected<T, ports::chain_error> said(Ask ask) {
    std::optional<expected<T, ports::chain_error>> got;
    ask([&](expected<T, ports::chain_error> answer) {
      EXPECT_FALSE(got.has_value()) << "answered twice";
      got = std::move(answer);
    });
    run();
    if (!got) ADD_FAILURE() << "no answer";
    return got.value_or(unexpected(ports::chain_error{}));
  }

  expected<ports::evm_logs, ports::chain_error> logs(std::uint64_t from, std::uint64_t to) {
    return said<ports::evm_logs>([&](auto done) { client->logs({from, to, {a_book}, {}}, std::move(done)); });
  }

  static raw_evm_log a_log(unsigned char mark) {
    raw_evm_log log;
    log.book = a_book;
    log.topics = {hash32{}};
    log.data = bytes(32, mark);
    return log;
  }

  test::fake_clock clock;
  fixed_random random;
  test::heard_notices notices;
  std::vector<std::shared_ptr<test::fake_node>> nodes;
  chain_gateway_config config;
  std::shared_ptr<chain_users> users = std::make_shared<chain_users>();
  std::shared_ptr<ports::chain_client> client = make_gateway_client(users);
  chain_gateway_actor gateway;
};

}  // namespace hedgerow::chain
