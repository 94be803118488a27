// A bridge with counting entities under the deterministic scheduler.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "actors/bridges/bridge.hpp"
#include "messages/codec/codec.hpp"
#include "messages/codec/event_codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::bridges {
namespace {

using namespace protocol;

static_assert(ports::largest_record <= codec::max_record, "what a log takes can be read back");

/// Counts its records: appends `{key}={count}` to position-updates (its changelog) for each of them. A record "crash"
/// makes it throw, "hang" keeps its answer back, "effect" makes it ask for a ticket and emit "{key}!" once the ticket
/// is committed; "huge" makes it append a record that no log takes, "huge effect" makes it emit one, with "{key}!"
/// beside it; "huge before" makes it emit one before it answers; "effect, then nothing" makes it emit an empty step
/// once its ticket is committed; "end" deletes its changelog.
struct counter_state {
  std::uint64_t count = 0;
  std::string key;
  std::uint32_t partition = 0;
  bool huge_effect = false;
  bool empty_effect = false;
  emitter_actor bridge;
  std::vector<caf::typed_response_promise<step_ptr>> kept_back;
};

outgoing huge(topic_partition to, const std::string& key) { return {to, key, std::string(ports::largest_record, '9')}; }

entity_actor::behavior_type counter(entity_actor::stateful_pointer<counter_state> self, entity_seed seed) {
  auto& state = self->state;
  state.key = seed.key;
  state.partition = seed.partition;
  state.bridge = seed.bridge;
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end()) state.count = std::stoull(it->second);
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error, "crash"); });
  return {
      [=](handle_atom, const slice_ptr& part) -> caf::result<step_ptr> {
        if (part->records.front().value == "hang")
          return self->state.kept_back.emplace_back(self->make_response_promise<step_ptr>());
        auto answer = std::make_shared<step>();
        for (const auto& r : part->records) {
          if (r.value == "crash") throw std::runtime_error{"crash"};
          if (r.value == "effect" || r.value == "huge effect") answer->ticket = r.offset + 1;
          self->state.huge_effect = r.value == "huge effect";
          self->state.empty_effect = r.value == "effect, then nothing";
          if (self->state.empty_effect) answer->ticket = r.offset + 1;
          if (r.value == "huge before") {
            auto own = std::make_shared<step>();
            own->records.push_back(huge({topic::position_updates, self->state.partition}, self->state.key));
            self->send(self->state.bridge, emit_atom::value, step_ptr{own});
          }
          if (r.value == "huge")
            answer->records.push_back(huge({topic::schwab_commands, self->state.partition}, self->state.key));
          if (r.value == "end") {
            self->state.count = 0;
            answer->records.push_back(
                {{topic::position_updates, self->state.partition}, self->state.key, std::nullopt});
            continue;
          }
          ++self->state.count;
          answer->records.push_back(
              {{topic::position_updates, self->state.partition}, self->state.key, std::to_string(self->state.count)});
        }
        return step_ptr{answer};
      },
      [=](committed_atom, std::uint64_t) {
        auto own = std::make_shared<step>();
        if (std::exchange(self->state.empty_effect, false)) {
          own->idle = true;
          return self->send(self->state.bridge, emit_atom::value, step_ptr{own});
        }
        own->records.push_back({{topic::schwab_executions, self->state.partition}, self->state.key, "!"});
        if (std::exchange(self->state.huge_effect, false)) {
          own->records.push_back(huge({topic::position_updates, self->state.partition}, self->state.key));
          own->ticket = 1;
        }
        self->send(self->state.bridge, emit_atom::value, step_ptr{own});
      },
      [=](status_atom) { return make_status(self->state.key, "entity"); },
  };
}

class notice_list final : public ports::notices {
 public:
  void raise(ports::notice_level, std::string_view, std::string_view code, std::string_view about,
             std::string_view text) override {
    codes.emplace_back(code);
    texts.push_back(std::string{about} + " " + std::string{text});
  }
  std::vector<std::string> codes;
  std::vector<std::string> texts;
};

class BridgeTest : public test::actor_fixture {
 public:
  service counting() {
    service s;
    s.name = "counting";
    s.inputs = {topic::onchain_trades};
    s.changelog = topic::position_updates;
    s.route = [](const record& r) -> std::optional<std::string> {
      if (r.key == "nobody") return std::nullopt;
      return r.key;
    };
    s.spawn = [](caf::actor_system& sys, entity_seed seed) { return sys.spawn(counter, std::move(seed)); };
    return s;
  }

  protocol::bridge_actor start(bridge_config config = {}) {
    return own(protocol::spawn_class<bridge>(system, log, counting(), config, &clock));
  }

  void append(const std::string& key, const std::string& value) {
    auto writer = log->join({"test-writer", "w", {}});
    ASSERT_TRUE(writer);
    (*writer)->commit({{{{topic::onchain_trades, partition_of_symbol(key, 4)}, key, value}}, {}},
                      [](auto outcome) { EXPECT_TRUE(outcome); });
  }

  std::vector<std::string> values(topic t, const std::string& key) {
    std::vector<std::string> found;
    for (std::uint32_t p = 0; p < log->partitions(t); ++p) {
      const auto records = log->read({t, p}, 0, 1'000'000);
      for (const auto& r : *records)
        if (r.key == key && r.value) found.push_back(r.value->str());
    }
    return found;
  }

  std::vector<dead_letter> letters() {
    std::vector<dead_letter> all;
    const auto records = log->read({topic::dead_letters, 0}, 0, 1000);
    for (const auto& r : *records) all.push_back(codec::decode<dead_letter>(*r.value)->data);
    return all;
  }

  /// Lets the pauses before the second and the third try of a record pass.
  void try_again() {
    advance(bridge_config{}.entity_backoff);
    advance(2 * bridge_config{}.entity_backoff);
  }

  std::uint64_t fact(const protocol::bridge_actor& of, const std::string& name) {
    const auto status = ask<actor_status>(of, status_atom::value);
    if (const auto* value = status.field<std::int64_t>(name)) return static_cast<std::uint64_t>(*value);
    ADD_FAILURE() << "no " << name;
    return 0;
  }

  std::int64_t lag() {
    std::int64_t sum = 0;
    for (std::uint32_t p = 0; p < 4; ++p)
      sum += *log->end_offset({topic::onchain_trades, p}) -
             log->committed("counting", {topic::onchain_trades, p})->value_or(0);
    return sum;
  }

  test::fake_clock clock;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
};

using strings = std::vector<std::string>;

}  // namespace
}  // namespace hedgerow::bridges
