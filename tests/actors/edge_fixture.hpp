// The API's and the admin endpoint's actors on a real actor system, asked over a real socket.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <caf/all.hpp>

#include "../unit/adapters/http/raw_peer.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
#include "runtime/api/api_actor.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {

struct edge_answer {
  int status = 0;
  /// With its header.
  std::string text;
  [[nodiscard]] bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

class edge_fixture : public ::testing::Test {
 public:
  edge_fixture() {
    supervision::policy rules;
    // A child that fails stays down for the rest of the test.
    rules.backoff_min = rules.backoff_max = std::chrono::hours{1};
    rules.notices = &heard;
    root = protocol::spawn_class<supervision::supervisor>(
        system, "node-a", std::vector<supervision::child_spec>{child("accumulator"), child("poller")}, rules, &clock,
        [](std::string) {});
    root_slot->put(root.address());
    // Its children are started on another thread, and `kill_child` is for those that come after them.
    caf::scoped_actor self{system};
    self->request(root, std::chrono::seconds{10}, protocol::status_atom::value)
        .receive([](const protocol::actor_status&) {},
                 [&](const caf::error& why) { ADD_FAILURE() << system.render(why); });
  }

  ~edge_fixture() override {
    for (auto& actor : owned_) caf::anon_send_exit(actor, caf::exit_reason::kill);
    owned_.clear();
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    root = nullptr;
    system.await_all_actors_done();
  }

  /// A service that runs; the next ones fail at their start once `kill_child` is set.
  supervision::child_spec child(const std::string& name) {
    return {name,
            [this, name](caf::actor_system& sys, const supervision::running&) {
              return sys.spawn([name, fails = kill_child.load()](caf::event_based_actor* self) -> caf::behavior {
                if (fails) self->quit(caf::make_error(caf::sec::runtime_error, "cannot start"));
                return {[name](protocol::status_atom) { return protocol::make_status(name, "bridge"); },
                        [](protocol::drain_atom) { return protocol::ok_atom::value; }};
              });
            },
            {},
            true};
  }

  broker_capabilities broker{.login = true};

  [[nodiscard]] api::metrics_sources metrics() const { return {registry, {"node-a", "1.0", clock.now(), broker}}; }

  void start_admin(http::server_options options = {}) {
    api::admin_ports outside{root_slot, log, &clock, {}, &heard};
    const auto actor = protocol::spawn_class<api::admin_server>(
        system, api::admin_options{std::move(options), metrics(), {"node.example"}}, std::move(outside));
    port = own(actor);
  }

  void start_api(http::server_options options = {}) {
    const auto model = protocol::spawn_class<aggregator::aggregator>(system, log, adapters::make_memory_store(),
                                                                     aggregator::aggregator_config{});
    owned_.push_back(caf::actor_cast<caf::actor>(model));
    api::api_ports outside{tokens_slot, root_slot, &clock, nullptr, {}};
    const auto actor = protocol::spawn_class<api::api_server>(
        system, api::api_options{std::move(options), metrics(), {"node.example"}}, outside, model);
    port = own(actor);
  }

  /// Sends one request with exactly these headers, each ended by \r\n.
  [[nodiscard]] edge_answer ask(const std::string& method, const std::string& target,
                                const std::string& headers) const {
    auto connection = raw_connection::to(port);
    connection.send(method + " " + target + " HTTP/1.1\r\n" + headers + "Content-Length: 0\r\n\r\n");
    edge_answer answer;
    // The answer to HEAD tells a length and has no body.
    answer.text = method == "HEAD" ? connection.read_until("\r\n\r\n") : connection.read_message();
    if (answer.text.size() > 12) answer.status = std::stoi(answer.text.substr(9, 3));
    return answer;
  }
  [[nodiscard]] std::string host() const { return "Host: 127.0.0.1:" + std::to_string(port) + "\r\n"; }
  [[nodiscard]] edge_answer get(const std::string& target) const { return ask("GET", target, host()); }
  /// As a person's tool does it.
  [[nodiscard]] edge_answer post(const std::string& target) const {
    return ask("POST", target, host() + "X-Hedgerow: 1\r\n");
  }

  std::atomic<bool> kill_child{false};
  fake_clock clock;
  heard_notices heard;
  std::shared_ptr<adapters::memory_log_faults> faults = std::make_shared<adapters::memory_log_faults>();
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4, faults);
  std::shared_ptr<telemetry::metric_registry> registry = std::make_shared<telemetry::metric_registry>();
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root_slot =
      std::make_shared<protocol::slot<protocol::supervisor_actor>>();
  std::shared_ptr<tokens::tokens_slot> tokens_slot = std::make_shared<tokens::tokens_slot>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  protocol::supervisor_actor root;
  std::uint16_t port = 0;

 private:
  /// The port on which `actor` listens.
  std::uint16_t own(const protocol::api_actor& actor) {
    owned_.push_back(caf::actor_cast<caf::actor>(actor));
    caf::scoped_actor self{system};
    std::uint16_t found = 0;
    self->request(actor, std::chrono::seconds{10}, protocol::status_atom::value)
        .receive(
            [&](const protocol::actor_status& s) {
              if (const auto* shown = s.field<std::int64_t>("port")) found = static_cast<std::uint16_t>(*shown);
            },
            [&](const caf::error& why) { ADD_FAILURE() << system.render(why); });
    return found;
  }

  std::vector<caf::actor> owned_;
};

}  // namespace hedgerow::test
