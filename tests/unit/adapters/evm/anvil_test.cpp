// The chain client and the demo's world against a real anvil.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/domain/fills/trade_validation.hpp"
#include "recorder.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/demo_world.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::demo {
namespace {

using namespace std::chrono_literals;
using test::answer_box;
using test::eventually;
using test::recorder;
using net_map = std::map<std::string, shares>;

class AnvilTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(default_anvil_path(test::source_folder()))) {
      GTEST_FAIL() << "anvil is not installed; run: setup/install.sh";
    }
    static int count = 0;
    folder_ = std::filesystem::path{::testing::TempDir()} /
              ("hedgerow_anvil_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
  }
  void TearDown() override {
    if (client_) client_->close();
    world_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] demo_world_options options() const {
    demo_world_options out;
    out.data_dir = folder_;
    out.anvil_path = default_anvil_path(test::source_folder());
    out.block_time = 100ms;
    out.seed = 7;
    out.fills_per_second = 400;
    return out;
  }

  void start(demo_world_options with) {
    world_ = std::make_unique<demo_world>(std::move(with), clock_, random_,
                                          [this](const std::string& line) { lines_.push_back(line); });
    const auto started = world_->start();
    ASSERT_TRUE(started.has_value()) << started.error();
  }

  [[nodiscard]] std::vector<address> books() const {
    return {world_->addresses().books[0].where, world_->addresses().books[1].where};
  }

  static std::vector<hash32> topics() {
    std::vector<hash32> out;
    for (const auto version : {orderbook_version::v4, orderbook_version::v6}) {
      const auto& t = domain::topics_of(version);
      out.insert(out.end(), {t.take, t.clear, t.after_clear});
    }
    return out;
  }

  void connect() {
    evm::chain_client_options with;
    with.url = world_->rpc_url();
    auto made = evm::make_rpc_client(with, clock_, random_);
    ASSERT_TRUE(made.has_value()) << made.error();
    client_ = *made;
    const int before = seen_.ups;
    listening_ = client_->subscribe({books(), topics()}, seen_.listener());
    ASSERT_TRUE(eventually([&] { return seen_.ups > before; }));
  }

  /// All logs of both books so far, by eth_getLogs.
  [[nodiscard]] std::vector<raw_evm_log> all_logs() {
    const auto latest = world_->block_number();
    EXPECT_TRUE(latest.has_value());
    answer_box<ports::evm_logs> box;
    client_->logs({.from = 0, .to = latest.value_or(0), .books = books(), .topic0 = topics()}, box.callback());
    EXPECT_TRUE(eventually([&] { return box.count() == 1; }));
    const auto answer = box.get();
    std::vector<raw_evm_log> out;
    if (!answer) {
      ADD_FAILURE() << answer.error().detail;
      return out;
    }
    EXPECT_TRUE(answer->malformed.empty());
    for (const auto& log : answer->logs) out.push_back(log.log);
    return out;
  }

  void run_market(std::uint64_t transactions) {
    world_->start_market();
    ASSERT_TRUE(eventually([&] { return world_->stats().sent >= transactions; }, 60s));
    const auto stopped = world_->stop_market();
    ASSERT_TRUE(stopped.has_value()) << stopped.error();
    EXPECT_EQ(world_->stats().refused, 0U);
  }

  /// While it mines by itself the node may add a block after its answer to evm_mine, for a transaction that it had
  /// queued twice; with this no block comes but those that are asked for.
  void mine_only_when_asked() { ASSERT_TRUE(ask("evm_setAutomine", "[false]").has_value()); }

  /// The node may mine many transactions into one block, and not every transaction leaves a log.
  void run_market_until_the_newest_blocks_have_logs(std::uint64_t blocks) {
    const auto before = *world_->block_number();
    ASSERT_TRUE(eventually(
        [&] {
          run_market(12);
          const auto tip = *world_->block_number();
          return tip > before + blocks && all_logs().back().ref.block_number > tip - blocks;
        },
        60s));
  }

  /// Whether a head has come since `old_heads` with a number that was theirs and a hash that was not.
  [[nodiscard]] bool tells_a_number_again(const std::vector<ports::chain_block>& old_heads) const {
    const auto heads = seen_.heads();
    return std::any_of(
        heads.begin() + static_cast<std::ptrdiff_t>(old_heads.size()), heads.end(), [&](const auto& head) {
          return std::ranges::find(old_heads, head.number, &ports::chain_block::number) != old_heads.end() &&
                 std::ranges::find(old_heads, head.hash, &ports::chain_block::hash) == old_heads.end();
        });
  }

  expected<void, std::string> ask(const std::string& method, const std::string& params) {
    const auto answer = world_->rpc()->request(method, params);
    if (!answer) return unexpected(answer.error());
    return {};
  }

  /// What the domain's rules make of the logs: net shares by base symbol, and how often each reason came up.
  [[nodiscard]] net_map positions_by_the_rules(const std::vector<raw_evm_log>& logs,
                                               std::map<std::string, int>& reasons) {
    const auto& world = world_->addresses();
    domain::validation_rules rules;
    rules.owner = world.owner;
    rules.usdc = world.usdc;
    std::map<address, domain::token_info> tokens{{world.usdc, {"USDC", 6}}, {world.weth, {"WETH", 18}}};
    net_map net;
    for (const auto& equity : world.equities) {
      tokens.emplace(equity.where, domain::token_info{equity.symbol.token, 18});
      net.emplace(equity.symbol.base, shares{});
    }
    const auto lookup = [&](const address& a) { return tokens.contains(a) ? &tokens.at(a) : nullptr; };
    for (std::size_t i = 0; i < logs.size(); ++i) {
      blockchain_event event;
      event.log = logs[i];
      event.version = logs[i].book == world.books[0].where ? orderbook_version::v4 : orderbook_version::v6;
      const auto& t = domain::topics_of(event.version);
      ++reasons[logs[i].topics.at(0) == t.take ? "take" : logs[i].topics[0] == t.clear ? "clear" : "after"];
      if (logs[i].topics[0] == t.after_clear) continue;
      if (logs[i].topics[0] == t.clear) event.after_clear = after_clear_of(logs, i, t.after_clear);
      const auto verdict = domain::validate(event, rules, lookup);
      if (const auto* trade = std::get_if<onchain_trade>(&verdict)) {
        auto& sum = net[trade->symbol.str()];
        sum = *sum.plus(trade->position_delta());
        ++reasons["trade"];
      } else if (const auto* out = std::get_if<domain::filtered>(&verdict)) {
        ++reasons[std::string{out->reason}];
      } else if (const auto* bad = std::get_if<domain::rejected>(&verdict)) {
        ++reasons[std::string{bad->reason}];
      } else {
        ADD_FAILURE() << "a token of the demo is not known";
      }
    }
    return net;
  }

  static std::optional<raw_evm_log> after_clear_of(const std::vector<raw_evm_log>& logs, std::size_t clear,
                                                   const hash32& topic) {
    const auto found = std::find_if(logs.begin() + static_cast<std::ptrdiff_t>(clear) + 1, logs.end(), [&](auto& log) {
      return log.ref.tx_hash == logs[clear].ref.tx_hash && log.book == logs[clear].book && log.topics[0] == topic;
    });
    return found == logs.end() ? std::nullopt : std::optional{*found};
  }

  std::filesystem::path folder_;
  adapters::system_clock clock_;
  adapters::splitmix_random random_{3};
  std::vector<std::string> lines_;
  std::unique_ptr<demo_world> world_;
  recorder seen_;
  std::shared_ptr<evm::rpc_client> client_;
  ports::subscription listening_;
};

std::string text_of(const net_map& net) {
  std::string out;
  for (const auto& [symbol, amount] : net) out += symbol + "=" + amount.to_string() + " ";
  return out;
}

TEST_F(AnvilTest, TheMarketFillsOrdersAndTheRulesAgreeWithContractStorage) {
  start(options());
  connect();
  run_market(400);
  const auto logs = all_logs();
  std::map<std::string, int> reasons;
  const auto net = positions_by_the_rules(logs, reasons);
  const auto truth = world_->net_positions();
  ASSERT_TRUE(truth.has_value()) << truth.error();
  EXPECT_EQ(text_of(net), text_of(*truth));
  EXPECT_FALSE(std::ranges::all_of(*truth, [](const auto& entry) { return entry.second.is_zero(); }));
  EXPECT_EQ(*world_->owner_fills(), world_->stats().owner_fills) << "a transaction was reverted";
  EXPECT_EQ(reasons["clear"], reasons["after"]);
  EXPECT_GT(reasons["trade"], 200);
  // Everything that must leave no trace in the hedge did occur.
  for (const auto* reason : {"owner_not_involved", "self_take", "dust_equity_amount", "invalid_symbol_pair"}) {
    EXPECT_GT(reasons[reason], 0) << reason;
  }
  for (const auto* fault : {"no_after_clear_log", "after_clear_mismatch", "decimals_mismatch", "unpriceable_fill",
                            "negative_amount", "truncated", "log_index_out_of_range"}) {
    EXPECT_EQ(reasons[fault], 0) << fault;
  }
  // The subscription delivered the same logs, in the same order.
  ASSERT_TRUE(eventually([&] { return seen_.logs().size() >= logs.size(); })) << seen_.logs().size();
  const auto heard = seen_.logs();
  ASSERT_EQ(heard.size(), logs.size());
  for (std::size_t i = 0; i < logs.size(); ++i) EXPECT_EQ(heard[i].log, logs[i]);
  EXPECT_TRUE(seen_.malformed().empty());
  EXPECT_GT(seen_.heads().size(), 1U);
}

TEST_F(AnvilTest, BothBooksEmitTakesAndClearsWithOtherLogsBetween) {
  start(options());
  connect();
  run_market(150);
  std::map<hash32, int> by_topic;
  std::uint64_t widest = 0;
  const auto logs = all_logs();
  for (std::size_t i = 0; i < logs.size(); ++i) {
    ++by_topic[logs[i].topics.at(0)];
    const auto after = after_clear_of(logs, i, domain::topics_of(orderbook_version::v4).after_clear);
    if (logs[i].topics[0] == domain::topics_of(orderbook_version::v4).clear) {
      ASSERT_TRUE(after.has_value());
      widest = std::max(widest, after->ref.log_index - logs[i].ref.log_index);
    }
  }
  for (const auto& topic : topics()) EXPECT_GT(by_topic[topic], 0) << topic.to_string();
  EXPECT_EQ(widest, 3U) << "two Context logs lie between";
}

TEST_F(AnvilTest, ARestartResumesTheChainAndDeploysNothing) {
  auto with = options();
  with.block_time = 0ms;
  start(with);
  connect();
  run_market(60);
  const auto before = world_->net_positions();
  const auto logs = all_logs().size();
  const auto book = books();
  client_->close();
  world_->stop();
  ASSERT_TRUE(std::filesystem::exists(folder_ / "anvil-state.json"));
  lines_.clear();
  start(with);
  connect();
  EXPECT_EQ(lines_.size(), 2U) << "only starting and ready";
  EXPECT_EQ(books(), book);
  EXPECT_EQ(text_of(*world_->net_positions()), text_of(*before));
  EXPECT_EQ(all_logs().size(), logs);
  run_market(20);
  EXPECT_GT(all_logs().size(), logs);
  std::map<std::string, int> reasons;
  EXPECT_EQ(text_of(positions_by_the_rules(all_logs(), reasons)), text_of(*world_->net_positions()));
}

TEST_F(AnvilTest, OtherSymbolsInTheSameFolderAreRefused) {
  auto with = options();
  with.symbols = {{"AAPL0x", "AAPL", 20'000}};
  start(with);
  world_->stop();
  with.symbols = {{"tGME", "GME", 2'000}};
  demo_world other{with, clock_, random_, {}};
  const auto started = other.start();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("other symbols"), std::string::npos) << started.error();
}

/// anvil never says removed:true. What a client sees of a reorg is heads of numbers that it has seen before, with
/// other hashes; without new blocks (a rollback, a revert to a snapshot) it sees nothing until the next one is mined.
TEST_F(AnvilTest, AReorgShowsAsHeadsWithOtherHashesAndStorageFollows) {
  auto with = options();
  with.block_time = 0ms;
  start(with);
  connect();
  ASSERT_NO_FATAL_FAILURE(mine_only_when_asked());
  auto& rpc = *world_->rpc();
  const auto snapshot = rpc.request("evm_snapshot", "[]");
  ASSERT_TRUE(snapshot.has_value());
  const std::vector<std::function<expected<void, std::string>()>> ways{
      [&] { return world_->reorg(6); }, [&] { return ask("anvil_rollback", "[6]"); },
      [&] { return ask("evm_revert", "[\"" + *snapshot + "\"]"); }};
  for (std::size_t way = 0; way < ways.size(); ++way) {
    SCOPED_TRACE(way);
    ASSERT_NO_FATAL_FAILURE(run_market_until_the_newest_blocks_have_logs(6));
    const auto tip = *world_->block_number();
    ASSERT_TRUE(eventually([&] { return !seen_.heads().empty() && seen_.heads().back().number == tip; }));
    const auto old_heads = seen_.heads();
    const auto logs_before = all_logs().size();
    const auto done = ways[way]();
    ASSERT_TRUE(done.has_value()) << done.error();
    const auto now = *world_->block_number();
    EXPECT_EQ(now, way == 0 ? tip : way == 1 ? tip - 6 : now);
    // An empty block of the same second after the same parent would be the very one that was there before.
    ASSERT_TRUE(ask("evm_increaseTime", "[600]").has_value());
    ASSERT_TRUE(ask("evm_mine", "[]").has_value());
    ASSERT_TRUE(eventually([&] {
      const auto heads = seen_.heads();
      return heads.size() > old_heads.size() && heads.back().number == now + 1;
    }));
    const auto first_new = seen_.heads()[old_heads.size()];
    EXPECT_NE(std::ranges::find(old_heads, first_new.number, &ports::chain_block::number), old_heads.end())
        << "the first new head has a number that was told before";
    EXPECT_TRUE(tells_a_number_again(old_heads)) << "a new head has a number that was told before, and another hash";
    const auto left = all_logs();
    EXPECT_LT(left.size(), logs_before);
    std::map<std::string, int> reasons;
    EXPECT_EQ(text_of(positions_by_the_rules(left, reasons)), text_of(*world_->net_positions()));
    EXPECT_TRUE(std::ranges::none_of(seen_.logs(), &ports::evm_log::removed));
  }
}

}  // namespace
}  // namespace hedgerow::demo
