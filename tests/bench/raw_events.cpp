#include "tests/bench/raw_events.hpp"

#include "actors/domain/fills/orderbook_events.hpp"

namespace hedgerow::bench {
namespace {

constexpr std::size_t word = 32;
const address owner = *address::parse("0x1234567890abcdef1234567890abcdef12345678");
const address usdc = *address::parse("0x833589fcd6edb6e08f4c7c32d4f71b54bda02913");

std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// Appends ABI words.
struct encoder {
  bytes data;

  void number(std::uint64_t value) {
    bytes w(word, 0);
    for (std::size_t i = 0; i < 8; ++i) w[word - 1 - i] = static_cast<unsigned char>(value >> (8 * i));
    data += w;
  }
  void who(const address& a) {
    data.append(12, 0);
    data.append(a.value.data(), a.value.size());
  }
  void fill(unsigned char byte) { data.append(word, byte); }
};

address token_of(std::uint32_t symbol) {
  address a;
  a.value.fill(0xbb);
  for (std::size_t i = 0; i < 4; ++i) a.value[19 - i] = static_cast<unsigned char>(symbol >> (8 * i));
  return a;
}

std::string base_of(std::uint32_t symbol) {
  std::string name = "S";
  for (std::uint32_t rest = symbol, i = 0; i < 3; ++i, rest /= 26) name += static_cast<char>('A' + rest % 26);
  return name;
}

void io(encoder& e, const address& token, std::uint64_t decimals) {
  e.number(1);
  e.who(token);
  e.number(decimals);
  e.number(0);
}

}  // namespace

blockchain_event market::event(std::uint64_t index) const {
  const std::uint64_t random = mix(seed * 1'000'003 + index);
  const auto symbol = static_cast<std::uint32_t>(random % symbols);
  const bool sells = ((random >> 32U) & 1U) != 0;
  return take(index, symbol, sells, 100'000'000'000'000'000ULL + mix(random) % 800'000'000'000'000'000ULL);
}

blockchain_event market::take(std::uint64_t index, std::uint32_t symbol, bool sells, std::uint64_t shares_raw) const {
  const std::uint64_t usdc_raw = shares_raw / 1'000'000'000'000ULL * 180;
  const address token = token_of(symbol);

  encoder e;  // facts, 1.5: the taker's `input` is what the owner gives
  e.fill(0x55);
  for (std::size_t i = 0; i < 12; ++i) e.data[i] = 0;
  e.number(0x80);
  e.number(sells ? shares_raw : usdc_raw);
  e.number(sells ? usdc_raw : shares_raw);
  e.number(0x80);
  e.number(0);
  e.number(0);
  e.number(0x2c0);
  e.who(owner);
  e.number(0xa0);
  e.number(0x140);
  e.number(0x1c0);
  e.fill(0xee);
  e.who(token_of(1U << 30U));
  e.who(token_of(1U << 31U));
  e.number(0x60);
  e.number(1);
  e.number(0);
  io(e, sells ? usdc : token, sells ? 6 : 18);
  io(e, sells ? token : usdc, sells ? 18 : 6);
  e.number(0);

  blockchain_event result;
  result.sequence = index + 1;
  result.chain_id = 8453;
  result.log.book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");
  result.log.topics = {domain::topics_of(orderbook_version::v4).take};
  result.log.data = std::move(e.data);
  result.log.ref.block_number = 1000 + index / 50;
  result.log.ref.log_index = index % 50;
  for (std::size_t i = 0; i < 8; ++i) {
    result.log.ref.block_hash.value[i] = static_cast<unsigned char>(result.log.ref.block_number >> (8 * i));
    result.log.ref.tx_hash.value[i] = static_cast<unsigned char>(index >> (8 * i));
  }
  result.block_time = {1'700'000'000'000'000 + static_cast<std::int64_t>(index) * 1000};
  return result;
}

std::string market::symbol_name(std::uint32_t index) { return base_of(index); }

domain::validation_rules market::rules() const {
  domain::validation_rules rules;
  rules.owner = owner;
  rules.usdc = usdc;
  rules.pinned_tokens[usdc] = {"USDC", 6};
  for (std::uint32_t s = 0; s < symbols; ++s) rules.pinned_tokens[token_of(s)] = {base_of(s) + "0x", 18};
  return rules;
}

}  // namespace hedgerow::bench
