// Solidity's ABI encoder for order-book events, written from the specification and not from the decoder under test.
#pragma once

#include <array>
#include <vector>

#include "actors/domain/fills/orderbook_events.hpp"

namespace hedgerow::domain::test {

struct io_spec {
  address token;
  std::uint8_t decimals = 18;
  hash32 vault_id;
};

struct order_spec {
  address owner, interpreter, store;
  bytes bytecode;
  std::vector<io_spec> inputs, outputs;
  hash32 nonce;
};

struct context_spec {
  address signer;
  std::vector<abi_word> context;
  bytes signature;
};

struct take_spec {
  address sender;
  order_spec order;
  uint256 input_index, output_index;
  std::vector<context_spec> contexts;
  abi_word input{}, output{};
};

struct clear_spec {
  address sender;
  order_spec alice, bob;
  /// Alice's input and output, Bob's input and output.
  std::array<uint256, 4> indexes;
  std::array<hash32, 2> bounty_vaults;
};

struct after_clear_spec {
  address sender;
  abi_word alice_output{}, bob_output{}, alice_input{}, bob_input{};
};

[[nodiscard]] abi_word word_of(uint256 value);
[[nodiscard]] bytes encode(orderbook_version version, const take_spec& take);
[[nodiscard]] bytes encode(orderbook_version version, const clear_spec& clear);
[[nodiscard]] bytes encode(const after_clear_spec& after_clear);
/// abi.encode(order), as it is hashed: the first word is 0x20.
[[nodiscard]] bytes encode(orderbook_version version, const order_spec& order);

}  // namespace hedgerow::domain::test
