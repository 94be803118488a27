// Events folded into a memory store, each as a batch of its own or as the test cuts them, and the rows read back.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "actors/domain/projections/fold.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"

namespace hedgerow::test {

class kept_rows {
 public:
  explicit kept_rows(adapters::memory_store_limits limits = {}) : rows_{adapters::make_memory_store(limits)} {}

  /// Folds all of it in one batch.
  void fold(const std::vector<domain::projected_event>& events) {
    auto before = get<known_rows>([&](auto done) { rows_.store->rows(domain::keys_of(events), done); });
    const ports::offset_range read{{topic::onchain_trades, 0}, next_, next_ + 1};
    rows_.store->apply(std::make_shared<ports::projected_batch>(
                           ports::projected_batch{domain::fold(events, std::move(before)), {read}}),
                       [](const auto& done) { EXPECT_TRUE(done); });
    ++next_;
  }
  template <class Event>
  void apply(const enveloped<Event>& e) {
    fold({e});
  }

  [[nodiscard]] std::vector<position_row> positions() const { return overview().positions.rows; }
  /// Nothing when there is none.
  [[nodiscard]] std::optional<position_row> position(const std::string& symbol) const {
    return get<position_answer>([&](auto done) { rows_.answers->position(symbol, done); }).row;
  }
  [[nodiscard]] trade_page trades(trades_query query = {}) const {
    return get<trade_page>([&](auto done) { rows_.answers->trades(query, done); });
  }
  [[nodiscard]] execution_page executions(executions_query query = {}) const {
    return get<execution_page>([&](auto done) { rows_.answers->executions(query, done); });
  }
  [[nodiscard]] execution_answer execution(const std::string& id) const {
    return get<execution_answer>([&](auto done) { rows_.answers->execution(id, done); });
  }
  [[nodiscard]] dead_letter_page dead_letters(dead_letters_query query = {}) const {
    return get<dead_letter_page>([&](auto done) { rows_.answers->dead_letters(query, done); });
  }
  [[nodiscard]] decision_page decisions(decisions_query query = {}) const {
    return get<decision_page>([&](auto done) { rows_.answers->decisions(query, done); });
  }
  [[nodiscard]] projection_overview overview() const {
    return get<projection_overview>([&](auto done) { rows_.answers->overview(done); });
  }

 private:
  template <class Answer, class Ask>
  static Answer get(Ask ask) {
    Answer out;
    ask([&](expected<Answer, ports::store_error> came) {
      EXPECT_TRUE(came);
      if (came) out = *std::move(came);
    });
    return out;
  }

  ports::projections rows_;
  std::int64_t next_ = 0;
};

}  // namespace hedgerow::test
