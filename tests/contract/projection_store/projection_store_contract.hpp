// What every projection store must do. An adapter's test links projection_store_tests and says
// INSTANTIATE_TEST_SUITE_P(name, ProjectionStoreContract, ::testing::Values(store_subject{...})).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "actors/domain/projections/fold.hpp"
#include "actors/ports/queries.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {

/// Rows that the suite fills a store with at most, so that an adapter with limits can be told what it has to keep.
inline constexpr std::size_t contract_rows = 50;

/// One store, empty at first, that keeps contract_rows of each kind.
class store_under_test {
 public:
  virtual ~store_under_test() = default;
  /// Both sides, as a process that starts gets them; the rows of before are there. Earlier ones are not used any more.
  virtual ports::projections open() = 0;
  /// Makes the next call to apply() fail with `why`. `lost`: after the store has taken the batch.
  virtual void fail_next_apply(ports::store_error why) = 0;
};

struct store_subject {
  std::string name;
  std::function<std::unique_ptr<store_under_test>()> make;
  friend std::ostream& operator<<(std::ostream& out, const store_subject& s) { return out << s.name; }
};

/// Calls `ask` with a reply and waits for what it is told; fails the test when nothing comes.
template <class Answer, class Ask>
expected<Answer, ports::store_error> told(Ask ask) {
  struct heard {
    std::mutex mutex;
    std::optional<expected<Answer, ports::store_error>> what;
    int times = 0;
  };
  const auto state = std::make_shared<heard>();
  ask(ports::store_reply<Answer>{[state](expected<Answer, ports::store_error> came) {
    const std::scoped_lock lock{state->mutex};
    state->what = std::move(came);
    ++state->times;
  }});
  const bool came = eventually([&] {
    const std::scoped_lock lock{state->mutex};
    return state->what.has_value();
  });
  const std::scoped_lock lock{state->mutex};
  EXPECT_EQ(state->times, 1);
  if (!came) return unexpected(ports::store_error{ports::store_errc::refused, "no reply"});
  return *state->what;
}

class ProjectionStoreContract : public ::testing::TestWithParam<store_subject> {
 protected:
  /// Folds events that stand at [from, next) of a partition, and puts in their rows.
  expected<void, ports::store_error> put(const std::vector<domain::projected_event>& events,
                                         std::vector<ports::offset_range> read);
  /// As above, in the partition `trades0` where the last call ended; must succeed.
  void put(const std::vector<domain::projected_event>& events);
  expected<void, ports::store_error> apply(ports::projected_batch batch);
  void restart() { rows_ = subject_->open(); }

  [[nodiscard]] ports::store_position position();
  [[nodiscard]] known_rows rows(const row_keys& keys);
  [[nodiscard]] position_list positions();
  [[nodiscard]] std::optional<position_row> position_of(const std::string& symbol);
  [[nodiscard]] trade_page trades(const trades_query& query = {});
  [[nodiscard]] execution_page executions(const executions_query& query = {});
  [[nodiscard]] std::optional<execution_row> execution(const std::string& id);
  [[nodiscard]] dead_letter_page dead_letters(const dead_letters_query& query = {});
  [[nodiscard]] decision_page decisions(const decisions_query& query = {});
  [[nodiscard]] projection_overview overview();

  std::unique_ptr<store_under_test> subject_ = GetParam().make();
  ports::projections rows_ = subject_->open();
};

inline constexpr topic_partition trades0{topic::onchain_trades, 0};
inline constexpr topic_partition trades1{topic::onchain_trades, 1};

/// A fill of one share for `dollars`, recorded at this second.
enveloped<onchain_trade> trade_of(const char* symbol, std::uint64_t sequence, std::int64_t second,
                                  const char* dollars = "100");
enveloped<schwab_execution> step_of(const char* symbol, std::uint64_t number, execution_state state,
                                    std::int64_t second);
enveloped<position_update> update_of(const char* symbol, const char* onchain, std::int64_t second);
enveloped<dead_letter> letter_of(const char* reason, std::int64_t offset);
enveloped<control_event> decision_of(const char* scope, std::int64_t second);

std::vector<std::uint64_t> sequences_of(const std::vector<trade_row>& rows);
std::vector<std::string> ids_of(const std::vector<execution_row>& rows);

}  // namespace hedgerow::test
