// Three nodes of one account under load, in virtual time: how long a fill or an end at the broker stays unnoticed
// because the call budget is short.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "actors/broker/broker_gateway.hpp"
#include "actors/domain/broker/poll_schedule.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::broker {
namespace {

using namespace protocol;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A broker with one account: it answers at once and fills an order within 0.6 s.
struct account {
  struct order {
    broker_order facts;
    monotonic_time ends{0};
  };

  /// Counts a call; the most calls that any minute has seen.
  void call() {
    const auto now = clock->monotonic();
    calls.push_back(now);
    while (calls.front() + 1min <= now) calls.pop_front();
    most_in_a_minute = std::max(most_in_a_minute, calls.size());
  }

  broker_order look(const order& o) const {
    auto facts = o.facts;
    if (o.ends <= clock->monotonic()) facts.status = order_status::filled;
    return facts;
  }

  test::fake_clock* clock;
  std::deque<monotonic_time> calls;
  std::size_t most_in_a_minute = 0;
  std::map<std::string, order> orders;
  std::mt19937_64 random{7};
};

/// One node's way to it.
class account_api final : public ports::broker_api {
 public:
  explicit account_api(account& all) : all_{all} {}

  void place(order_request request, deadline not_after, ports::broker_callback<placement> done) override {
    if (not_after.passed(all_.clock->monotonic(), all_.clock->now()))
      return done(unexpected(broker_error{broker_failure::not_sent, 0, "lease", {}}));
    all_.call();
    const std::string id = std::to_string(all_.orders.size() + 1);
    account::order o;
    o.facts.id = *order_id::parse(id);
    o.facts.symbol = request.symbol;
    o.ends = all_.clock->monotonic() + milliseconds{all_.random() % 600};
    done(placement{all_.orders.emplace(id, o).first->second.facts.id, {}});
  }
  void get_order(order_id order, ports::broker_callback<broker_order> done) override {
    all_.call();
    done(all_.look(all_.orders.at(order.str())));
  }
  void list_orders(timestamp, timestamp, ports::broker_callback<order_list> done) override {
    all_.call();
    order_list found;
    for (const auto& [id, o] : all_.orders) found.orders.push_back(all_.look(o));
    done(std::move(found));
  }
  void position(symbol, ports::broker_callback<shares> done) override {
    all_.call();
    done(shares{});
  }
  void session(timestamp now, ports::broker_callback<market_session> done) override {
    all_.call();
    done(market_session{true, now - 1h, now + 1h});
  }

 private:
  account& all_;
};

/// Hedges one symbol as desk and poller do: session, POST, check by GET, looks by the schedule.
struct trader {
  gateway_actor gateway;
  account* all = nullptr;
  hedgerow::symbol name;
  std::uint64_t open = 0;
  bool busy = false;
  std::optional<order_id> order{};
  domain::poll_state looks{};
  std::vector<milliseconds> unnoticed{};
  std::vector<milliseconds> session_waits{};
  std::size_t not_placed = 0;
};

using trader_actor = caf::event_based_actor;

void look(trader_actor* self, trader& t);

void look_later(trader_actor* self, trader& t) {
  const auto next = domain::next_look(t.looks, {}, t.all->random());
  t.looks = next.state;
  self->delayed_send(self, next.delay, poll_atom::value);
}

void look(trader_actor* self, trader& t) {
  self->request(t.gateway, 120s, getorder_atom::value, get_call{*t.order, t.all->clock->now(), get_reason::status})
      .then([self, &t](const get_result& r) {
        if (r.value && r.value->status == order_status::filled) {
          t.unnoticed.push_back(std::chrono::duration_cast<milliseconds>(t.all->clock->monotonic() -
                                                                         t.all->orders.at(t.order->str()).ends));
          t.busy = false;
          return self->send(self, tick_atom::value);
        }
        look_later(self, t);
      });
}

void place(trader_actor* self, trader& t) {
  const deadline lease{t.all->clock->monotonic() + 10s, t.all->clock->now() + 10s};
  self->request(t.gateway, 120s, place_atom::value, place_call{{t.name, side::buy, std::exchange(t.open, 0)}, lease})
      .then([self, &t](const place_result& placed) {
        if (!placed.value) {
          ++t.not_placed;
          t.busy = false;
          return;
        }
        t.order = *placed.value->order;
        t.looks = {};
        self->request(t.gateway, 120s, getorder_atom::value,
                      get_call{*t.order, t.all->clock->now(), get_reason::evidence})
            .then([self, &t](const get_result&) { look_later(self, t); });
      });
}

caf::behavior trade(trader_actor* self, trader* t) {
  return {
      [=](tick_atom) {
        if (t->busy || t->open == 0) return;
        t->busy = true;
        const auto asked = t->all->clock->monotonic();
        self->request(t->gateway, 120s, session_atom::value).then([=](const session_result&) {
          t->session_waits.push_back(std::chrono::duration_cast<milliseconds>(t->all->clock->monotonic() - asked));
          place(self, *t);
        });
      },
      [=](poll_atom) { look(self, *t); },
  };
}

struct outcome {
  std::vector<milliseconds> unnoticed;
  milliseconds longest_session_wait{0};
  std::size_t not_placed = 0;
  std::size_t most_in_a_minute = 0;

  [[nodiscard]] milliseconds worst() const { return unnoticed.back(); }
  [[nodiscard]] milliseconds median() const { return unnoticed[unnoticed.size() / 2]; }
};

class CallPaceTest : public test::actor_fixture {
 public:
  /// `symbols` per node; one share of one of them, by turns, each `every`.
  outcome trade_for(milliseconds duration, std::vector<unsigned> symbols, milliseconds every) {
    account all{&clock, {}, 0, {}};
    std::deque<trader> traders;
    std::vector<caf::actor> actors;
    for (const unsigned here : symbols) {
      auto share = std::make_shared<account_share>();
      share->set(static_cast<std::uint32_t>(symbols.size()), clock.monotonic());
      gateway_config config;
      config.share = share;
      auto gateway =
          own(spawn_class<broker_gateway>(system, std::make_shared<account_api>(all), config, &clock, [] {}));
      for (unsigned i = 0; i < here; ++i) {
        traders.push_back(
            {gateway, &all, *symbol::parse("S" + std::string(1, static_cast<char>('A' + traders.size())))});
        actors.push_back(own(system.spawn(trade, &traders.back())));
      }
    }
    milliseconds since_last{0};
    std::size_t next = 0;
    for (milliseconds now{0}; now < duration; now += 10ms) {
      clock.advance(10ms);
      advance(10ms);
      if ((since_last += 10ms) < every) continue;
      since_last -= every;
      ++traders[next].open;
      caf::anon_send(actors[next], tick_atom::value);
      next = (next + 1) % traders.size();
    }
    outcome sum;
    for (auto& t : traders) {
      // Ends that are still unnoticed count as noticed now.
      if (t.busy && t.order && all.orders.at(t.order->str()).ends < clock.monotonic())
        t.unnoticed.push_back(
            std::chrono::duration_cast<milliseconds>(clock.monotonic() - all.orders.at(t.order->str()).ends));
      sum.unnoticed.insert(sum.unnoticed.end(), t.unnoticed.begin(), t.unnoticed.end());
      for (const auto wait : t.session_waits) sum.longest_session_wait = std::max(sum.longest_session_wait, wait);
      sum.not_placed += t.not_placed;
    }
    std::sort(sum.unnoticed.begin(), sum.unnoticed.end());
    sum.most_in_a_minute = all.most_in_a_minute;
    RecordProperty("orders", static_cast<int>(sum.unnoticed.size()));
    RecordProperty("median_ms", static_cast<int>(sum.median().count()));
    RecordProperty("worst_ms", static_cast<int>(sum.worst().count()));
    for (auto& a : actors) caf::anon_send_exit(a, caf::exit_reason::kill);
    run();
    return sum;
  }

  test::fake_clock clock;
};

/// The figures in docs/scaling.md. Before looks had a pace, the worst of the first was 58 s, with 80 of 120 calls in
/// use.
TEST_F(CallPaceTest, ThreeNodesThatWouldLikeToCallMoreStandStillForSecondsAndNotForAMinute) {
  const auto sum = trade_for(6min, {3, 1, 1}, 333ms);
  EXPECT_LE(sum.worst(), 17s);
  EXPECT_GE(sum.unnoticed.size(), 180U);
  EXPECT_LE(sum.most_in_a_minute, 120U);
  EXPECT_EQ(sum.longest_session_wait, 0ms);
  EXPECT_EQ(sum.not_placed, 0U);
}

TEST_F(CallPaceTest, OneNodeHasTheWholeBudget) {
  const auto sum = trade_for(6min, {5}, 333ms);
  EXPECT_LE(sum.worst(), 9s);
  EXPECT_LE(sum.most_in_a_minute, 120U);
  EXPECT_EQ(sum.not_placed, 0U);
}

TEST_F(CallPaceTest, AFewOrdersAMinuteAreNoticedAtOnce) {
  EXPECT_LE(trade_for(6min, {3, 1, 1}, 8s).worst(), 1s);
  EXPECT_LE(trade_for(6min, {5}, 2500ms).worst(), 1s);
}

TEST_F(CallPaceTest, ManySymbolsAreHedgedByTurns) {
  const auto sum = trade_for(6min, {10, 10}, 333ms);
  EXPECT_LE(sum.worst(), 31s);
  EXPECT_LE(sum.most_in_a_minute, 120U);
  EXPECT_EQ(sum.not_placed, 0U);
}

}  // namespace
}  // namespace hedgerow::broker
