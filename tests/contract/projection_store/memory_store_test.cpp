// The memory store: the contract, plus its limits.
#include "runtime/adapters/memory_store/memory_store.hpp"

#include "tests/contract/projection_store/projection_store_contract.hpp"
#include "tests/support/kept_rows.hpp"

namespace hedgerow::test {
namespace {

class memory_store_subject final : public store_under_test {
 public:
  ports::projections open() override { return rows_; }
  void fail_next_apply(ports::store_error why) override { faults_->fail_next_apply(std::move(why)); }

 private:
  std::shared_ptr<adapters::memory_store_faults> faults_ = std::make_shared<adapters::memory_store_faults>();
  ports::projections rows_ =
      adapters::make_memory_store({contract_rows, contract_rows, contract_rows, contract_rows}, faults_);
};

const store_subject subject{"memory", [] { return std::make_unique<memory_store_subject>(); }};

INSTANTIATE_TEST_SUITE_P(memory_store, ProjectionStoreContract, ::testing::Values(subject),
                         [](const auto& suite) { return suite.param.name; });

TEST(MemoryStore, BeyondItsLimitsTheOldestRowsGo) {
  kept_rows rows{{.trades = 2, .executions = 2, .dead_letters = 2, .decisions = 2}};
  std::vector<domain::projected_event> all;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    all.emplace_back(trade_of("AAPL", i, 1));
    all.emplace_back(step_of("AAPL", i, i == 1 ? execution_state::held : execution_state::filled, 1));
    all.emplace_back(letter_of("too_old", static_cast<std::int64_t>(i)));
    all.emplace_back(decision_of("AAPL", static_cast<std::int64_t>(i)));
    all.emplace_back(decision_of("MSFT", static_cast<std::int64_t>(i)));
  }
  rows.fold(all);
  EXPECT_EQ(sequences_of(rows.trades().rows), (std::vector<std::uint64_t>{4, 3}));
  EXPECT_EQ(ids_of(rows.executions().rows), (std::vector<std::string>{"AAPL:4", "AAPL:3", "AAPL:1"}))
      << "one that has not ended stays";
  EXPECT_EQ(rows.dead_letters().rows.back().number, 3U);
  EXPECT_EQ(rows.decisions().rows.size(), 4U) << "two of each scope";
  EXPECT_EQ(rows.overview().totals, (row_totals{4, 4, 4}));
}

}  // namespace
}  // namespace hedgerow::test
