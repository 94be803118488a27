// Partitions are read independently of each other, so what is shown may depend on the order within each of them, never
// on how they took turns, nor on how the log was cut into batches: a fold that goes on from kept rows is one of
// everything.
#include <gtest/gtest.h>
#include <random>

#include "actors/domain/projections/fold.hpp"
#include "tests/support/kept_rows.hpp"

namespace hedgerow::domain {
namespace {

using test::kept_rows;
using partition = std::vector<projected_event>;

/// Choices follow from a seed; shrinking them would take longer than reading a failure.
std::mt19937_64 choices;

/// Uniform in [low, high).
template <class Int>
Int draw(Int low, Int high) {
  return std::uniform_int_distribution<Int>{low, high - 1}(choices);
}

constexpr std::int64_t second = 1'000'000;
constexpr adapters::memory_store_limits small{5, 4, 3};
const std::vector<symbol> names{*symbol::parse("AAPL"), *symbol::parse("MSFT"), *symbol::parse("TSLA")};

envelope stamp(const std::string& id, std::int64_t recorded, std::int64_t happened) {
  return {id, {happened * second}, {recorded * second}, {}, {}, {}};
}

/// Trades of one symbol; some are reported long after they happened, some are taken back.
void add_trades(partition& out, const symbol& name, std::uint64_t& sequence, std::int64_t& now) {
  for (int i = draw(0, 12); i > 0; --i) {
    now += draw(0, 400);
    enveloped<onchain_trade> e;
    e.data.sequence = sequence += static_cast<std::uint64_t>(draw(1, 4));
    e.data.symbol = name;
    e.data.side = draw(0, 2) == 0 ? side::buy : side::sell;
    e.data.change = draw(0, 6) == 0 ? evm_log_change::reverted : evm_log_change::applied;
    e.data.amount = shares::from_units(int256{draw(1, 3'000)} * amount_unit() / 1000);
    e.data.notional = usd::from_units(int256{draw(1, 9'000)} * amount_unit() / 10);
    e.data.block_time = {(now - draw(0, 2) * draw(0, 3'000)) * second};
    e.meta = stamp("trade:" + std::to_string(e.data.sequence), now, e.data.block_time.us / second);
    out.emplace_back(e);
  }
}

enveloped<schwab_execution> step_of(const execution_id& id, execution_state state, int filled, std::int64_t now) {
  enveloped<schwab_execution> e;
  e.meta = stamp("step:" + id.to_string() + ":" + std::to_string(now) + ":" + std::to_string(filled), now,
                 now - draw(0, 30));
  e.data.execution = id;
  e.data.side = id.sequence % 2 == 0 ? side::buy : side::sell;
  e.data.quantity = 2;
  e.data.state = state;
  e.data.filled = shares::from_units(int256{filled} * amount_unit() / 10);
  e.data.filled_notional = usd::from_units(int256{filled} * 17 * amount_unit());
  return e;
}

/// Executions of one symbol, some hang, some fill after their end.
void add_executions(partition& out, const symbol& name, std::int64_t& now) {
  const auto count = static_cast<std::uint64_t>(draw(0, 9));
  for (std::uint64_t n = 1; n <= count; ++n) {
    const execution_id id{name, n};
    out.emplace_back(step_of(id, execution_state::submitted, 0, now += draw(0, 500)));
    if (draw(0, 2) == 0) out.emplace_back(step_of(id, execution_state::partially_filled, 7, now += draw(0, 20)));
    const int end = draw(0, 5);
    if (end > 0)
      out.emplace_back(step_of(id, end == 1 ? execution_state::failed : execution_state::filled, end == 1 ? 7 : 20,
                               now += draw(0, 20)));
    if (n > 1 && draw(0, 4) == 0)
      out.emplace_back(step_of({name, n - 1}, execution_state::filled, 20, now += draw(0, 20)));
  }
}

void add_positions(partition& out, const symbol& name, std::int64_t& now) {
  for (int i = draw(0, 5); i > 0; --i) {
    enveloped<position_update> e;
    e.data.symbol = name;
    e.data.onchain = shares::from_units(int256{draw(-3'000, 3'000)} * amount_unit() / 1000);
    now += draw(0, 90);
    e.meta = stamp("position", now, now);
    out.emplace_back(e);
  }
}

/// Three kinds of events, each in two partitions, and one partition of dead letters.
std::vector<partition> history() {
  std::vector<partition> all(7);
  std::vector<std::int64_t> clocks(7, 1'000'000);
  std::vector<std::uint64_t> sequences{0, 1'000};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t p = i % 2;
    add_trades(all[p], names[i], sequences[p], clocks[p]);
    add_executions(all[2 + p], names[i], clocks[2 + p]);
    add_positions(all[4 + p], names[i], clocks[4 + p]);
  }
  for (int i = draw(0, 6); i > 0; --i) {
    enveloped<dead_letter> e;
    e.data.origin_offset = i;
    e.meta = stamp("letter", clocks[6]++, 0);
    all[6].emplace_back(e);
  }
  return all;
}

/// All that is kept.
struct all_rows {
  std::vector<position_row> positions;
  std::vector<trade_row> trades;
  std::vector<execution_row> executions;
  std::vector<dead_letter_row> letters;
  row_totals totals;
  friend bool operator==(const all_rows&, const all_rows&) = default;
};

all_rows shown(const kept_rows& rows) {
  constexpr std::size_t all = 1000;
  return {rows.positions(), rows.trades({.symbol = {}, .limit = all}).rows,
          rows.executions({.symbol = {}, .limit = all}).rows, rows.dead_letters({.limit = all}).rows,
          rows.overview().totals};
}

/// All partitions by turns, in order.
partition merged(const std::vector<partition>& partitions) {
  partition all;
  std::vector<std::size_t> done(partitions.size(), 0);
  std::vector<std::size_t> left;
  for (std::size_t p = 0; p < partitions.size(); ++p)
    if (!partitions[p].empty()) left.push_back(p);
  while (!left.empty()) {
    const auto chosen = draw<std::size_t>(0, left.size());
    const auto p = left[chosen];
    // Runs of one partition, as reads bring them.
    for (int run = draw(1, 6); run > 0 && done[p] < partitions[p].size(); --run)
      all.push_back(partitions[p][done[p]++]);
    if (done[p] == partitions[p].size()) left.erase(left.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
  return all;
}

/// Folds in batches of up to `most` events.
all_rows shown_after(const partition& events, std::size_t most) {
  kept_rows rows{small};
  for (std::size_t begun = 0; begun < events.size();) {
    const auto count = std::min(events.size() - begun, draw<std::size_t>(1, most + 1));
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(begun);
    rows.fold({first, first + static_cast<std::ptrdiff_t>(count)});
    begun += count;
    // A read in between must not change later results.
    if (draw(0, 8) == 0) std::ignore = shown(rows);
  }
  return shown(rows);
}

TEST(Fold, EveryInterleavingAndEveryCutIntoBatchesGivesTheSameRows) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    choices.seed(seed);
    const auto partitions = history();
    kept_rows one_after_the_other{small};
    partition all;
    for (const auto& p : partitions) all.insert(all.end(), p.begin(), p.end());
    one_after_the_other.fold(all);
    const auto reference = shown(one_after_the_other);
    for (const std::size_t most : {1U, 3U, 20U, 1000U})
      ASSERT_TRUE(shown_after(merged(partitions), most) == reference) << "seed " << seed << ", batches of " << most;
  }
}

}  // namespace
}  // namespace hedgerow::domain
