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

std::uint32_t partition_for(topic to, const std::string& symbol) {
  return spec_of(to).partitions == partition_rule::single ? 0 : partition_of_symbol(symbol, partitions);
}

/// Passes each event on to `to`: key and value stay the same.
entity_actor::behavior_type upper_entity(entity_actor::pointer, const entity_seed&, topic to) {
  return {
      [to](handle_atom, const slice_ptr& part) {
        auto answer = std::make_shared<step>();
        for (const auto& r : part->records)
          answer->records.push_back({{to, partition_for(to, r.key)}, r.key, copy_of(r.value)});
        return step_ptr{answer};
      },
      [](committed_atom, std::uint64_t) {},
      [](status_atom) { return make_status("upper", "entity"); },
  };
}

service upper_service(topic from, topic to) {
  service s;
  s.name = "upper";
  s.inputs = {from};
  s.links.writes_alone = to;
  s.route = [](const record&) { return std::optional<std::string>{"upper"}; };
  s.spawn = [to](caf::actor_system& sys, entity_seed seed) {
    return entity_actor{sys.spawn(upper_entity, std::move(seed), to)};
  };
  return s;
}

struct lower_state {
  std::uint64_t last = 0;
};

/// Numbers of a symbol ascend. Writes each that is new to `state`, its changelog, and passes it on to `to`, if there is
/// such a topic; `{number}!` kills it, and of `{number}?` it writes a dead letter.
entity_actor::behavior_type lower_entity(entity_actor::stateful_pointer<lower_state> self, const entity_seed& seed,
                                         topic state, std::optional<topic> to) {
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end())
    self->state.last = std::stoull(it->second);
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error, "crash"); });
  return {
      [self, state, to](handle_atom, const slice_ptr& part) {
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
          answer->records.push_back({{state, partition_for(state, r.key)}, r.key, std::to_string(number)});
          if (to) answer->records.push_back({{*to, partition_for(*to, r.key)}, r.key, text});
        }
        return step_ptr{answer};
      },
      [](committed_atom, std::uint64_t) {},
      [name = seed.key](status_atom) { return make_status(name, "entity"); },
  };
}

/// Takes `from` over; passes on to `to`, if there is such a topic.
service lower_service(const std::string& name, topic from, topic state, std::optional<topic> to = {}) {
  service s;
  s.name = name;
  s.inputs = {from};
  s.links = {to, from};
  s.changelog = state;
  s.route = [](const record& r) { return std::optional{r.key}; };
  s.spawn = [state, to](caf::actor_system& sys, entity_seed seed) {
    return entity_actor{sys.spawn(lower_entity, std::move(seed), state, to)};
  };
  return s;
}

/// The chain of a node whose services take over these topics.
chain_ptr chain_of(std::initializer_list<topic> taken_over) {
  auto joined = std::make_shared<chain>();
  for (const auto t : taken_over) joined->join(t);
  return joined;
}

struct node {
  protocol::bridge_actor upper;
  protocol::bridge_actor lower;
  chain_ptr joined = chain_of({topic::onchain_trades});
};

bool alive(const protocol::bridge_actor& b) {
  return b && !caf::actor_cast<caf::abstract_actor*>(b)->getf(caf::abstract_actor::is_terminated_flag);
}

class HandOver : public test::actor_fixture {
 public:
  protocol::bridge_actor spawn(const service& s, const std::string& instance, chain_ptr joined) {
    auto c = config;
    c.metrics = registry;
    c.instance = instance;
    c.chain = std::move(joined);
    return own(protocol::spawn_class<bridges::bridge>(system, log, s, c, &clock));
  }

  void start_upper(node& n, const std::string& instance) {
    n.upper = spawn(upper_service(topic::blockchain_events, topic::onchain_trades), instance, n.joined);
  }

  void start_lower(node& n, const std::string& instance) {
    n.lower = spawn(lower_service("lower", topic::onchain_trades, topic::position_updates), instance, n.joined);
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

  /// A new log, whose commits wait until settle(), and which says now and then that partitions move.
  void begin_unsteady_log(std::uint64_t moves_one_in) {
    faults = std::make_shared<adapters::memory_log_faults>();
    weather = std::make_shared<test::unsteady_log::weather>();
    weather->random = &order;
    weather->moves_one_in = moves_one_in;
    log = std::make_shared<test::unsteady_log>(adapters::make_memory_log(clock, partitions, faults), weather);
    numbers.clear();
  }

  /// Ends it, one way or another.
  void end(const protocol::bridge_actor& b) {
    if (order() % 3 == 0)
      self->send(b, drain_atom::value);
    else
      caf::anon_send_exit(b, caf::exit_reason::kill);
  }

  /// Some messages only, so that things end in the middle of others.
  void run_a_little() {
    for (auto steps = order() % 30; steps > 0 && !scheduler.jobs.empty(); --steps) {
      scheduler.try_run_once();
      if (order() % 4 == 0) weather->let_one_through();
    }
  }

  /// The next number of a symbol. A fault that is meant for the bridges may hit it; then it is written again.
  void happen(const std::string& symbol, const std::string& ending = "") {
    const auto value = std::to_string(++numbers[symbol]) + ending;
    for (bool written = false; !written;) {
      auto writer = log->join({"test-writer", "w", {}});
      (*writer)->commit({{{source, symbol, value}}, {}}, [&](auto outcome) { written = outcome.has_value(); });
      writer->reset();
    }
  }

  strings values(topic t, const std::string& symbol) {
    strings found;
    const auto records = log->read({t, partition_for(t, symbol)}, 0, 1'000'000);
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

  std::int64_t lag(const std::string& group, topic input) {
    std::int64_t sum = 0;
    for (std::uint32_t p = 0; p < log->partitions(input); ++p) sum += lag(group, topic_partition{input, p});
    return sum;
  }

  std::int64_t lag() { return lag("upper", topic::blockchain_events) + lag("lower", topic::onchain_trades); }

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
  /// Where happen() writes to.
  topic_partition source = events0;
  std::map<std::string, std::uint64_t> numbers;
};

}  // namespace
}  // namespace hedgerow::bridges
