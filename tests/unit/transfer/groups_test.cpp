#include "runtime/transfer/groups.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "actors/accumulator/accumulator_actor.hpp"
#include "actors/execution/execution_actor.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "actors/validation/validation_actor.hpp"

namespace hedgerow::transfer {
namespace {

TEST(ConsumerGroups, AreThoseOfTheServicesWithTheirInputs) {
  const std::vector<bridges::service> services{
      ingestion::ingestion_service({}, {}, nullptr), validation::validation_service({}, nullptr, nullptr),
      accumulator::accumulator_service({}, nullptr), execution::execution_service({}, {}),
      poller::poller_service({}, {}),                tokens::tokens_service({}, {})};
  std::map<std::string, std::vector<topic>> expected;
  for (const auto& s : services) expected[s.name] = s.inputs;
  std::map<std::string, std::vector<topic>> table;
  for (const auto& g : consumer_groups()) table[std::string{g.name}] = g.inputs;
  EXPECT_EQ(table, expected);
}

TEST(ConsumerGroups, ReadNothingThatMayGoBeforeItIsRead) {
  // Of these only the newest of a key counts, or every key is used once.
  const std::set<topic> may_be_compacted{topic::ingestion_changelog, topic::token_updates, topic::blockchain_events};
  for (const auto& g : consumer_groups())
    for (const topic t : g.inputs) {
      EXPECT_TRUE(t == topic::token_updates || !spec_of(t).retention) << to_string(t);
      EXPECT_TRUE(!spec_of(t).compacted || may_be_compacted.contains(t)) << to_string(t);
    }
}

}  // namespace
}  // namespace hedgerow::transfer
