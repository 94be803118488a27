// A chain in memory behind the chain_client port: blocks, logs, reorgs, lost connections. Answers at once, on the
// caller's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "actors/ports/chain_client.hpp"
#include "messages/faults/fault_point.hpp"

namespace hedgerow::test {

/// The node. Several clients may be connected, one after the other, as a restarted process would.
class fake_node {
 public:
  fake_node() { blocks_[0] = make_block(0, hash32{}, 0); }

  /// Appends a block with these logs (their refs are filled in) and tells the client about head and logs.
  void mine(std::vector<raw_evm_log> logs = {});
  /// Replaces the newest `depth` blocks by as many empty ones plus one, with other hashes.
  void reorg(std::uint64_t depth);
  /// As above without the additional one, and slowly: `between` runs before each new block, when the chain is short.
  void reorg_to_the_same_height(std::uint64_t depth, const std::function<void()>& between);
  /// The newest blocks are gone and others have not come yet, as after a restore; the head is sent.
  void set_back(std::uint64_t depth);
  /// An error that belongs to no request.
  void complain(const ports::chain_error& what) {
    tell([&](const auto& listener) { listener.complaint(what); });
  }
  /// A frame that is no log.
  void send_garbage(const std::string& text) {
    tell([&](const auto& listener) { listener.malformed({"not JSON at byte 0", text}); });
  }
  /// The connection is lost and comes back; nothing is sent about the time in between.
  void disconnect(const std::string& reason = "the connection was lost");
  void connect();
  /// Logs are only found by asking, never told: a subscription that silently misses them.
  bool silent_logs = false;
  /// Heads are not told either.
  bool silent_heads = false;
  /// Logs are sent twice.
  bool doubled_logs = false;
  /// Logs that getLogs and the subscription leave out, by (block, index); receipts have them.
  std::set<std::pair<std::uint64_t, std::uint64_t>> hidden;
  /// Receipts are not there yet.
  bool no_receipts = false;
  /// Logs that receipts leave out, too.
  bool receipts_hide = false;
  /// Questions about receipts.
  int receipts_asked = 0;
  /// Questions about blocks of these heights fail.
  std::set<std::uint64_t> silent_blocks;
  /// Sends a log as if it were new, of any branch.
  void tell_log(const raw_evm_log& log);
  /// The logs of a block as they stand on the chain.
  [[nodiscard]] const std::vector<raw_evm_log>& logs_of(std::uint64_t number) const { return blocks_.at(number).logs; }
  /// The newest `depth` blocks are replaced by these; their heads are sent, and their logs unless `silent_logs`.
  void reorg_to(std::uint64_t depth, std::vector<std::vector<raw_evm_log>> blocks);
  /// Largest range that getLogs accepts.
  std::uint64_t max_range = 1'000'000;
  /// Refuses a getLogs by what it returns; before `max_range`.
  std::function<std::optional<ports::chain_error>(const ports::evm_log_query&)> refuse_logs;
  /// Changes an answer of getLogs, or of a receipt, before it is given.
  std::function<void(ports::evm_logs&)> garble_logs;
  std::function<void(ports::evm_logs&)> garble_receipts;
  /// Every getLogs that was asked, refused ones, too: first and last block.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> asked;
  std::uint64_t id = 31337;
  std::map<address, std::pair<bytes, bytes>> token_answers;
  /// Addresses at which there is no contract.
  std::set<address> without_code;
  /// The next so many eth_calls fail like this.
  int failing_calls = 0;
  ports::chain_failure call_failure = ports::chain_failure::rpc_error;

  [[nodiscard]] std::uint64_t head() const { return blocks_.rbegin()->first; }

 private:
  friend class fake_chain;
  struct block {
    ports::chain_block header;
    std::vector<raw_evm_log> logs;
  };
  block make_block(std::uint64_t number, const hash32& parent, std::uint64_t salt) const;
  void tell(const block& b);
  void drop_newest(std::uint64_t depth);

  std::map<std::uint64_t, block> blocks_;
  std::uint64_t salt_ = 0;
  bool connected_ = true;
  /// Filters are not applied, but that a subscriber without contracts hears no logs: the fake's chain has only logs
  /// that are wanted.
  struct subscriber {
    bool wants_logs = false;
    ports::chain_listener listener;
  };
  template <class Tell>
  void tell(Tell tell, bool of_logs = false) {
    // One may end, and another begin, while it is called.
    for (const auto& [number, one] : std::map{subscribers_})
      if (one.wants_logs || !of_logs) tell(one.listener);
  }
  std::map<std::uint64_t, subscriber> subscribers_;
  std::uint64_t last_subscriber_ = 0;
};

/// The client of one process. A plan of faults strikes it as it does the real one.
class fake_chain final : public ports::chain_client {
 public:
  explicit fake_chain(std::shared_ptr<fake_node> node) : node_{std::move(node)} {}

  void connect() override {}
  ports::subscription subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) override;
  void close() override;
  void chain_id(ports::chain_callback<std::uint64_t> done) override;
  void head(ports::chain_callback<ports::chain_block> done) override;
  void block(std::uint64_t number, ports::chain_callback<std::optional<ports::chain_block>> done) override;
  void logs(ports::evm_log_query query, ports::chain_callback<ports::evm_logs> done) override;
  void receipt_logs(hash32 tx, ports::chain_callback<std::optional<ports::evm_logs>> done) override;
  void call(address to, bytes input, ports::chain_callback<bytes> done) override;
  void code(address at, ports::chain_callback<bytes> done) override;

 private:
  /// Nothing when the node answers. `point` is that of the request.
  [[nodiscard]] std::optional<ports::chain_error> trouble(faults::fault_id point) const;

  std::shared_ptr<fake_node> node_;
  /// Numbers of its subscribers.
  std::vector<std::uint64_t> mine_;
};

}  // namespace hedgerow::test
