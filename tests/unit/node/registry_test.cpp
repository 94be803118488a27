// What is derived from the list of services.
#include "runtime/node/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "actors/bridges/hand_over.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/ingestion/ingestion_service.hpp"
#include "config/key_table.hpp"
#include "runtime/transfer/groups.hpp"

namespace hedgerow::node {
namespace {

TEST(Registry, NamesAreUniqueAndDescribed) {
  std::set<std::string_view> names;
  for (const auto& s : all_services()) {
    EXPECT_TRUE(names.insert(s.name).second) << s.name;
    EXPECT_FALSE(s.meaning.empty()) << s.name;
  }
  EXPECT_EQ(all_services().size(), registry().size());
}

TEST(Registry, EachServiceNamesASectionOfTheConfiguration) {
  std::set<std::string_view> sections;
  for (const auto& section : config::sections()) sections.insert(section.name);
  for (const auto& s : all_services()) EXPECT_TRUE(s.section.empty() || sections.contains(s.section)) << s.name;
}

TEST(Registry, NoTwoServicesWriteOneChangelog) {
  std::set<topic> changelogs;
  for (const auto& s : all_services()) {
    if (!s.changelog) continue;
    EXPECT_TRUE(changelogs.insert(*s.changelog).second) << s.name;
  }
}

TEST(Registry, EachServiceWithInputsIsAConsumerGroup) {
  std::map<std::string, std::vector<topic>> expected;
  for (const auto& s : all_services())
    if (!s.inputs.empty()) expected[std::string{s.name}].assign(s.inputs.begin(), s.inputs.end());
  std::map<std::string, std::vector<topic>> groups;
  for (const auto& g : transfer::consumer_groups()) groups[std::string{g.name}] = g.inputs;
  EXPECT_EQ(groups, expected);
}

/// A link needs no wiring, so nothing else would say that one of its ends is missing.
TEST(Registry, EachTopicThatIsTakenOverHasOneWriterAndOneTaker) {
  std::map<topic, std::vector<const service_info*>> writers;
  for (const auto& s : all_services())
    if (s.links.writes_alone) writers[*s.links.writes_alone].push_back(&s);
  std::set<topic> taken;
  for (const auto& s : all_services()) {
    if (!s.links.takes_over) continue;
    const topic t = *s.links.takes_over;
    EXPECT_TRUE(taken.insert(t).second) << to_string(t);
    EXPECT_TRUE(std::ranges::find(s.inputs, t) != s.inputs.end()) << s.name << " does not read " << to_string(t);
    EXPECT_EQ(writers[t].size(), 1U) << to_string(t);
  }
  EXPECT_FALSE(taken.empty());
  for (const auto& [t, by] : writers) {
    EXPECT_EQ(by.size(), 1U) << to_string(t);
    for (const auto* s : by) EXPECT_TRUE(bridges::can_write_alone({s->inputs.begin(), s->inputs.end()}, t)) << s->name;
  }
}

/// Bridges that hand over to each other in a circle would wait for each other.
TEST(Registry, NoChainOfServicesIsACircle) {
  for (const auto& first : all_services()) {
    auto next = first.links.writes_alone;
    for (std::size_t hops = 0; next; ++hops) {
      ASSERT_LT(hops, all_services().size()) << first.name;
      const auto taker =
          std::ranges::find_if(all_services(), [&](const auto& s) { return s.links.takes_over == next; });
      next = taker == all_services().end() ? std::nullopt : taker->links.writes_alone;
    }
  }
}

TEST(Registry, TheChainOfANodeJoinsWhatItsServicesTakeOver) {
  const auto joined = services::chain_of(all_services());
  for (const auto& spec : topics()) {
    const bool taken =
        std::ranges::any_of(all_services(), [&](const auto& s) { return s.links.takes_over == spec.id; });
    EXPECT_EQ(joined->taker_of(spec.id) != nullptr, taken) << spec.name;
  }
}

/// The other bridges are made from what their services describe.
TEST(Registry, TheBridgeOfIngestionReadsWhatItsServiceDescribes) {
  const auto bridge = ingestion::ingestion_service({}, {}, nullptr);
  EXPECT_EQ(bridge.name, ingestion::description.name);
  EXPECT_EQ(bridge.inputs, std::vector<topic>(ingestion::inputs, std::end(ingestion::inputs)));
  EXPECT_EQ(bridge.changelog, ingestion::description.changelog);
}

TEST(Registry, GroupsReadNothingThatMayGoBeforeItIsRead) {
  // Of these only the newest of a key counts, or every key is used once.
  const std::set<topic> may_be_compacted{topic::ingestion_changelog, topic::token_updates, topic::blockchain_events};
  for (const auto& s : all_services())
    for (const topic t : s.inputs) {
      EXPECT_FALSE(spec_of(t).retention) << to_string(t);
      EXPECT_TRUE(!spec_of(t).compacted || may_be_compacted.contains(t)) << to_string(t);
    }
}

TEST(Registry, NeedsOfSeveralServicesAddUp) {
  const auto runs = [](std::string_view name) { return name == "validation" || name == "poller"; };
  const auto needs = needs_of(all_services(), runs);
  EXPECT_TRUE(needs.chain && needs.broker);
  EXPECT_FALSE(needs.books || needs.login || needs.api);
  EXPECT_TRUE(needs.asks_chain() && needs.calls_broker());
}

}  // namespace
}  // namespace hedgerow::node
