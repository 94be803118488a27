#include "tests/support/fake_chain.hpp"

#include <algorithm>

namespace hedgerow::test {

using namespace faults::literals;
namespace {

hash32 hash_of(std::uint64_t number, std::uint64_t salt) {
  hash32 h;
  h.value.fill(0xb1);
  for (std::size_t i = 0; i < 8; ++i) {
    h.value[i] = static_cast<unsigned char>(number >> (8 * i));
    h.value[8 + i] = static_cast<unsigned char>(salt >> (8 * i));
  }
  return h;
}

}  // namespace

fake_node::block fake_node::make_block(std::uint64_t number, const hash32& parent, std::uint64_t salt) const {
  block b;
  b.header = {
      number, hash_of(number, salt), parent, {1'700'000'000'000'000 + static_cast<std::int64_t>(number) * 2'000'000}};
  return b;
}

void fake_node::tell(const block& b) {
  if (!connected_) return;
  if (!silent_heads) tell([&](const auto& listener) { listener.head(b.header); });
  if (silent_logs) return;
  for (int copy = 0; copy < (doubled_logs ? 2 : 1); ++copy)
    for (const auto& log : b.logs)
      if (!hidden.contains({b.header.number, log.ref.log_index}))
        tell([&](const auto& listener) { listener.log({log, false, b.header.time}); }, true);
}

void fake_node::tell_log(const raw_evm_log& log) {
  if (connected_) tell([&](const auto& listener) { listener.log({log, false, std::nullopt}); }, true);
}

void fake_node::reorg_to(std::uint64_t depth, std::vector<std::vector<raw_evm_log>> blocks) {
  drop_newest(depth);
  for (auto& logs : blocks) mine(std::move(logs));
}

void fake_node::mine(std::vector<raw_evm_log> logs) {
  const auto& parent = blocks_.rbegin()->second.header;
  block b = make_block(parent.number + 1, parent.hash, salt_);
  std::uint64_t index = 0;
  for (auto& log : logs) {
    log.ref.block_number = b.header.number;
    log.ref.block_hash = b.header.hash;
    if (log.ref.tx_hash.is_zero()) log.ref.tx_hash = hash_of(b.header.number * 1000 + index, 7);
    log.ref.log_index = index++;
  }
  b.logs = std::move(logs);
  const auto& stored = blocks_[b.header.number] = std::move(b);
  tell(stored);
}

void fake_node::drop_newest(std::uint64_t depth) {
  ++salt_;
  const std::uint64_t old_head = head();
  while (head() > old_head - depth) blocks_.erase(head());
}

void fake_node::reorg(std::uint64_t depth) {
  drop_newest(depth);
  for (std::uint64_t i = 0; i <= depth; ++i) mine();
}

void fake_node::reorg_to_the_same_height(std::uint64_t depth, const std::function<void()>& between) {
  drop_newest(depth);
  for (std::uint64_t i = 0; i < depth; ++i) {
    between();
    mine();
  }
}

void fake_node::set_back(std::uint64_t depth) {
  const std::uint64_t to = head() - depth;
  while (head() > to) blocks_.erase(head());
  tell(blocks_.rbegin()->second);
}

void fake_node::disconnect(const std::string& reason) {
  connected_ = false;
  tell([&](const auto& listener) { listener.down(reason); });
}

void fake_node::connect() {
  connected_ = true;
  tell([](const auto& listener) { listener.up(); });
}

std::optional<ports::chain_error> fake_chain::trouble(faults::fault_id point) const {
  if (!node_->connected_) return ports::chain_error{ports::chain_failure::disconnected, "not connected"};
  if (faults::strikes(point)) return ports::chain_error{ports::chain_failure::timed_out, "no answer"};
  return std::nullopt;
}

ports::subscription fake_chain::subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) {
  const auto number = ++node_->last_subscriber_;
  const auto& added = node_->subscribers_[number] = {!wanted.contracts.empty(), std::move(listener)};
  mine_.push_back(number);
  if (node_->connected_) fake_node::subscriber{added}.listener.up();
  return ports::subscription{[node = node_, number] { node->subscribers_.erase(number); }};
}

void fake_chain::close() {
  for (const auto number : mine_) node_->subscribers_.erase(number);
}

void fake_chain::chain_id(ports::chain_callback<std::uint64_t> done) {
  if (auto why = trouble("chain.request.after_send"_fault)) return done(unexpected(*why));
  done(node_->id);
}

void fake_chain::head(ports::chain_callback<ports::chain_block> done) {
  if (auto why = trouble("chain.request.after_send"_fault)) return done(unexpected(*why));
  done(node_->blocks_.rbegin()->second.header);
}

void fake_chain::block(std::uint64_t number, ports::chain_callback<std::optional<ports::chain_block>> done) {
  if (auto why = trouble("chain.request.after_send"_fault)) return done(unexpected(*why));
  if (node_->silent_blocks.contains(number))
    return done(unexpected(ports::chain_error{ports::chain_failure::timed_out, "no answer"}));
  const auto it = node_->blocks_.find(number);
  done(it == node_->blocks_.end() ? std::nullopt : std::optional{it->second.header});
}

void fake_chain::logs(ports::evm_log_query query, ports::chain_callback<ports::evm_logs> done) {
  node_->asked.emplace_back(query.from, query.to);
  if (auto why = trouble("chain.logs.after_send"_fault)) return done(unexpected(*why));
  if (node_->refuse_logs)
    if (auto why = node_->refuse_logs(query)) return done(unexpected(*why));
  if (query.to - query.from + 1 > node_->max_range)
    return done(unexpected(ports::chain_error{ports::chain_failure::range_too_wide, "range too wide"}));
  ports::evm_logs answer;
  for (auto it = node_->blocks_.lower_bound(query.from); it != node_->blocks_.end() && it->first <= query.to; ++it)
    for (const auto& log : it->second.logs)
      if (!node_->hidden.contains({it->first, log.ref.log_index})) answer.logs.push_back({log, false, std::nullopt});
  // Nodes need not sort.
  std::reverse(answer.logs.begin(), answer.logs.end());
  if (node_->garble_logs) node_->garble_logs(answer);
  done(std::move(answer));
}

void fake_chain::receipt_logs(hash32 tx, ports::chain_callback<std::optional<ports::evm_logs>> done) {
  ++node_->receipts_asked;
  if (auto why = trouble("chain.receipt.after_send"_fault)) return done(unexpected(*why));
  if (node_->no_receipts) return done(std::nullopt);
  ports::evm_logs answer;
  for (const auto& [number, b] : node_->blocks_)
    for (const auto& log : b.logs)
      if (log.ref.tx_hash == tx && !(node_->receipts_hide && node_->hidden.contains({number, log.ref.log_index})))
        answer.logs.push_back({log, false, std::nullopt});
  if (answer.logs.empty()) return done(std::nullopt);
  if (node_->garble_receipts) node_->garble_receipts(answer);
  done(std::move(answer));
}

void fake_chain::code(address at, ports::chain_callback<bytes> done) {
  if (auto why = trouble("chain.request.after_send"_fault)) return done(unexpected(*why));
  done(node_->without_code.contains(at) ? bytes{} : bytes(1, 0x60));
}

void fake_chain::call(address to, bytes input, ports::chain_callback<bytes> done) {
  if (auto why = trouble("chain.request.after_send"_fault)) return done(unexpected(*why));
  if (node_->failing_calls > 0) {
    --node_->failing_calls;
    return done(unexpected(ports::chain_error{node_->call_failure, "header not found"}));
  }
  const auto it = node_->token_answers.find(to);
  if (it == node_->token_answers.end())
    return done(unexpected(ports::chain_error{ports::chain_failure::reverted, "execution reverted"}));
  done(input[0] == 0x95 ? it->second.first : it->second.second);
}

}  // namespace hedgerow::test
