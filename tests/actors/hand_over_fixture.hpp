// Two bridges of a node, one of which hands over to the other.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "actors/bridges/bridge.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "messages/codec/codec.hpp"
#include "messages/codec/event_codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/prometheus_page.hpp"
#include "tests/support/unsteady_log.hpp"

namespace hedgerow::bridges {
namespace {

using namespace protocol;
using strings = std::vector<std::string>;

constexpr std::uint32_t partitions = 4;
constexpr topic_partition events0{topic::blockchain_events, 0};

/// Passes each event on: `{symbol}` with value `{number}` goes to the symbol's partition of onchain-trades.
entity_actor::behavior_type upper_entity(entity_actor::pointer, const entity_seed&) {
  return {
      [](handle_atom, const slice_ptr& part) {
        auto answer = std::make_shared<step>();
        for (const auto& r : part->records)
          answer->records.push_back(
              {{topic::onchain_trades, partition_of_symbol(r.key, partitions)}, r.key, copy_of(r.value)});
        return step_ptr{answer};
      },
      [](committed_atom, std::uint64_t) {},
      [](status_atom) { return make_status("upper", "entity"); },
  };
}

struct lower_state {
  std::uint64_t last = 0;
};

/// Numbers of a symbol ascend. Writes each that is new to position-updates, its changelog; `{number}!` kills it, and of
/// `{number}?` it writes a dead letter.
entity_actor::behavior_type lower_entity(entity_actor::stateful_pointer<lower_state> self, const entity_seed& seed) {
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end())
    self->state.last = std::stoull(it->second);
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error, "crash"); });
  return {
      [self, partition = seed.partition](handle_atom, const slice_ptr& part) {
        auto answer = std::make_shared<step>();
        for (const auto& r : part->records) {
          const auto text = r.value->str();
          const auto number = std::stoull(text);
          if (number <= self->state.last) continue;
          if (text.back() == '!') throw std::runtime_error{"crash"};
          if (text.back() == '?') {
            answer->records.push_back(make_dead_letter("lower", r, "unreadable", "", 1, {}));
            continue;
          }
          self->state.last = number;
          answer->records.push_back({{topic::position_updates, partition}, r.key, std::to_string(number)});
        }
        return step_ptr{answer};
      },
      [](committed_atom, std::uint64_t) {},
      [name = seed.key](status_atom) { return make_status(name, "entity"); },
  };
}

struct node {
  protocol::bridge_actor upper;
  protocol::bridge_actor lower;
  bridge_slot slot = std::make_shared<protocol::slot<protocol::bridge_actor>>();
};

bool alive(const protocol::bridge_actor& b) {
  return b && !caf::actor_cast<caf::abstract_actor*>(b)->getf(caf::abstract_actor::is_terminated_flag);
}

class HandOver : public test::actor_fixture {
 public:
  protocol::bridge_actor spawn(const service& s, const std::string& instance, bridge_slot known_as, bridge_slot next) {
    auto c = config;
    c.metrics = registry;
    c.instance = instance;
    c.known_as = std::move(known_as);
    c.next = std::move(next);
    return own(protocol::spawn_class<bridges::bridge>(system, log, s, c, &clock));
  }

  void start_upper(node& n, const std::string& instance) {
    service s;
    s.name = "upper";
    s.inputs = {topic::blockchain_events};
    s.hands_over = topic::onchain_trades;
    s.route = [](const record&) { return std::optional<std::string>{"upper"}; };
    s.spawn = [](caf::actor_system& sys, entity_seed seed) {
      return entity_actor{sys.spawn(upper_entity, std::move(seed))};
    };
    n.upper = spawn(s, instance, nullptr, n.slot);
  }

  void start_lower(node& n, const std::string& instance) {
    service s;
    s.name = "lower";
    s.inputs = {topic::onchain_trades};
    s.takes_over = topic::onchain_trades;
    s.changelog = topic::position_updates;
    s.route = [](const record& r) { return std::optional{r.key}; };
    s.spawn = [](caf::actor_system& sys, entity_seed seed) {
      return entity_actor{sys.spawn(lower_entity, std::move(seed))};
    };
    n.lower = spawn(s, instance, n.slot, nullptr);
  }

  void start(node& n, const std::string& instance) {
    start_lower(n, instance);
    start_upper(n, instance);
    run();
  }

  /// Runs until nothing happens any more, commits included.
  void settle() {
    run();
    while (!weather->waiting.empty()) {
      weather->let_one_through();
      run();
    }
  }

  /// The next number of a symbol.
  void happen(const std::string& symbol, const std::string& ending = "") {
    auto writer = log->join({"test-writer", "w", {}});
    const auto value = std::to_string(++numbers[symbol]) + ending;
    (*writer)->commit({{{events0, symbol, value}}, {}}, [](auto outcome) { EXPECT_TRUE(outcome); });
    writer->reset();
  }

  strings values(topic t, const std::string& symbol) {
    strings found;
    const auto records = log->read({t, partition_of_symbol(symbol, partitions)}, 0, 1'000'000);
    for (const auto& r : *records)
      if (r.key == symbol && r.value) found.push_back(r.value->str());
    return found;
  }

  strings all_numbers(const std::string& symbol) {
    strings out;
    for (std::uint64_t n = 1; n <= numbers[symbol]; ++n) out.push_back(std::to_string(n));
    return out;
  }

  std::uint64_t fact(const protocol::bridge_actor& of, const std::string& name) {
    const auto status = ask<actor_status>(of, status_atom::value);
    if (const auto* value = status.field<std::int64_t>(name)) return static_cast<std::uint64_t>(*value);
    ADD_FAILURE() << "no " << name;
    return 0;
  }

  std::int64_t lag(const std::string& group, topic_partition source) {
    return *log->end_offset(source) - log->committed(group, source)->value_or(0);
  }

  std::int64_t lag() {
    std::int64_t sum = lag("upper", events0);
    for (std::uint32_t p = 0; p < partitions; ++p) sum += lag("lower", {topic::onchain_trades, p});
    return sum;
  }

  /// Checks both services: every commit that began has ended.
  void expect_nothing_in_flight() {
    const auto page = test::read_prometheus(registry->text());
    ASSERT_TRUE(page) << page.error();
    EXPECT_EQ(page->sum("hedgerow_bridge_commits_in_flight"), 0);
  }

  void expect_all(const std::string& symbol) {
    EXPECT_EQ(values(topic::onchain_trades, symbol), all_numbers(symbol));
    EXPECT_EQ(values(topic::position_updates, symbol), all_numbers(symbol));
  }

  test::fake_clock clock;
  std::shared_ptr<adapters::memory_log_faults> faults = std::make_shared<adapters::memory_log_faults>();
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, partitions, faults);
  std::shared_ptr<test::unsteady_log::weather> weather = std::make_shared<test::unsteady_log::weather>();
  std::shared_ptr<telemetry::metric_registry> registry = std::make_shared<telemetry::metric_registry>();
  bridge_config config;
  std::map<std::string, std::uint64_t> numbers;
};

}  // namespace
}  // namespace hedgerow::bridges
