// Fills made up for the tests: one plain fill to vary by hand, and random ones for properties.
#pragma once

#include <rapidcheck.h>

#include "abi_encoder.hpp"
#include "fill_vectors.hpp"

namespace hedgerow::domain::test {

/// Uniform in [low, high) from the first run on.
template <class Int>
[[nodiscard]] Int draw(Int low, Int high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Int>(low, high));
}

[[nodiscard]] inline address address_filled(unsigned char byte) {
  address a;
  a.value.fill(byte);
  return a;
}

inline const address owner = address_filled(0x11);
inline const address stranger = address_filled(0x22);
inline const address usdc = address_filled(0x33);
inline const address aapl = address_filled(0x44);
inline const address weth = address_filled(0x55);

[[nodiscard]] inline std::map<address, token_info> known_tokens() {
  return {{usdc, {"USDC", 6}}, {aapl, {"AAPL0x", 18}}, {weth, {"WETH", 18}}};
}

[[nodiscard]] inline validation_rules owner_rules() {
  validation_rules rules;
  rules.owner = owner;
  return rules;
}

/// The packed Float coefficient * 10^exponent of a non-negative coefficient.
[[nodiscard]] inline abi_word float_of(std::uint64_t coefficient, std::int32_t exponent) {
  abi_word word = word_of(coefficient);
  for (std::size_t i = 0; i < 4; ++i)
    word[i] = static_cast<unsigned char>(static_cast<std::uint32_t>(exponent) >> (24 - 8 * i));
  return word;
}

/// An order of `who` that accepts USDC and gives AAPL0x.
[[nodiscard]] inline order_spec selling_order(const address& who) {
  return {who, stranger, stranger, bytes(33, 7), {{usdc, 6, {}}}, {{aapl, 18, {}}}, {}};
}
[[nodiscard]] inline order_spec buying_order(const address& who) {
  auto o = selling_order(who);
  std::swap(o.inputs, o.outputs);
  return o;
}

/// The owner sells 2 AAPL for 300 USDC to a stranger who takes its order.
[[nodiscard]] inline take_spec plain_take(orderbook_version version) {
  take_spec t{stranger, selling_order(owner), 0, 0, {}, {}, {}};
  const bool v4 = version == orderbook_version::v4;
  t.input = v4 ? word_of(2'000'000'000'000'000'000) : float_of(2, 0);
  t.output = v4 ? word_of(300'000'000) : float_of(300, 0);
  return t;
}

[[nodiscard]] inline clear_spec plain_clear() {
  return {stranger, selling_order(owner), buying_order(stranger), {0, 0, 0, 0}, {}};
}

[[nodiscard]] inline after_clear_spec plain_amounts(orderbook_version version) {
  const auto t = plain_take(version);
  return {stranger, t.input, t.output, t.output, t.input};
}

[[nodiscard]] inline blockchain_event event_of(orderbook_version version, const take_spec& take) {
  blockchain_event e;
  e.sequence = 7;
  e.version = version;
  e.log = {address_filled(0x99), {topics_of(version).take}, encode(version, take), {5, {}, {}, 1}};
  return e;
}

[[nodiscard]] inline blockchain_event event_of(orderbook_version version, const clear_spec& clear,
                                               const after_clear_spec& amounts) {
  blockchain_event e;
  e.version = version;
  e.log = {address_filled(0x99), {topics_of(version).clear}, encode(version, clear), {5, {}, {}, 1}};
  e.after_clear = raw_evm_log{e.log.book, {topics_of(version).after_clear}, encode(amounts), {5, {}, {}, 4}};
  return e;
}

}  // namespace hedgerow::domain::test
