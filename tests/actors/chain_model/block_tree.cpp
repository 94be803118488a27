#include "block_tree.hpp"

#include <algorithm>

#include "../../unit/domain/fills/abi_encoder.hpp"
#include "actors/domain/fills/orderbook_events.hpp"

namespace hedgerow::test {
namespace {

constexpr std::int64_t first_block_time = 1'700'000'000'000'000;
constexpr std::int64_t block_interval = 2'000'000;

hash32 hash_of(unsigned char kind, std::uint64_t number) {
  hash32 h;
  h.value.fill(kind);
  for (std::size_t i = 0; i < 8; ++i) h.value[i] = static_cast<unsigned char>(number >> (8 * i));
  return h;
}

/// 32 bytes that tell one log from another.
bytes mark(std::uint64_t number, std::uint64_t index) {
  const auto hash = hash_of(static_cast<unsigned char>(index), number);
  return {hash.value.begin(), hash.value.end()};
}

raw_evm_log log_of(const hash32& topic, bytes data, const tx_spec& of) {
  raw_evm_log log;
  log.book = model_book();
  log.topics = {topic};
  log.data = std::move(data);
  log.ref.tx_hash = hash_of(0x77, of.number);
  return log;
}

std::vector<raw_evm_log> logs_of(const tx_spec& tx) {
  const auto& topics = domain::topics_of(orderbook_version::v4);
  if (tx.what == tx_spec::kind::take) return {log_of(topics.take, mark(tx.number, 0), tx)};
  domain::test::clear_spec spec;
  spec.alice.owner = model_owner();
  std::vector<raw_evm_log> logs;
  for (std::uint64_t i = 0; i < (tx.what == tx_spec::kind::pair ? 2U : 1U); ++i) {
    logs.push_back(log_of(topics.clear, domain::test::encode(orderbook_version::v4, spec), tx));
    logs.push_back(log_of(topics.after_clear, mark(tx.number, i) + bytes(128, 0), tx));
  }
  return logs;
}

}  // namespace

address model_book() { return *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0"); }

address model_owner() {
  address owner;
  owner.value.fill(0x0e);
  return owner;
}

block_tree::block_tree() {
  block first;
  first.header = {0, hash_of(0xb1, 0), hash32{}, {first_block_time}};
  names_.emplace(first.header.hash, 0);
  blocks_.emplace(0, std::move(first));
}

void block_tree::add(std::uint64_t name, std::uint64_t parent, const std::vector<tx_spec>& transactions) {
  const auto& below = at(parent).header;
  const auto number = below.number + 1;
  block made;
  made.parent = parent;
  made.header = {
      number, hash_of(0xb1, name), below.hash, {first_block_time + static_cast<std::int64_t>(number) * block_interval}};
  for (const auto& tx : transactions)
    for (auto& log : logs_of(tx)) {
      log.ref.block_number = number;
      log.ref.block_hash = made.header.hash;
      log.ref.log_index = made.logs.size();
      made.logs.push_back(std::move(log));
    }
  names_.emplace(made.header.hash, name);
  blocks_.emplace(name, std::move(made));
}

std::uint64_t block_tree::ancestor(std::uint64_t name, std::uint64_t height) const {
  while (this->height(name) > height) name = at(name).parent;
  return name;
}

std::uint64_t block_tree::common_ancestor(std::uint64_t a, std::uint64_t b) const {
  const auto lower = std::min(height(a), height(b));
  a = ancestor(a, lower);
  b = ancestor(b, lower);
  while (a != b) {
    a = at(a).parent;
    b = at(b).parent;
  }
  return a;
}

std::vector<std::uint64_t> block_tree::path(std::uint64_t below, std::uint64_t name) const {
  std::vector<std::uint64_t> names;
  for (; name != below; name = at(name).parent) names.push_back(name);
  std::reverse(names.begin(), names.end());
  return names;
}

const block_tree::block* block_tree::find(const hash32& hash) const {
  const auto it = names_.find(hash);
  return it == names_.end() ? nullptr : &blocks_.at(it->second);
}

}  // namespace hedgerow::test
