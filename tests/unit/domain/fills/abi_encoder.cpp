#include "abi_encoder.hpp"

namespace hedgerow::domain::test {
namespace {

/// A component of a tuple: static ones stand in the head, dynamic ones behind it.
struct part {
  bytes data;
  bool dynamic = false;
};

bytes raw(const abi_word& word) { return {word.begin(), word.end()}; }
part fixed(const abi_word& word) { return {raw(word)}; }
part fixed(const hash32& value) { return {raw(value.value)}; }
part fixed(const uint256& value) { return {raw(word_of(value))}; }
part fixed(const address& value) {
  bytes data(12, 0);
  data.append(value.value.begin(), value.value.end());
  return {data};
}

bytes tuple(const std::vector<part>& parts) {
  std::size_t head_size = 0;
  for (const auto& p : parts) head_size += p.dynamic ? 32 : p.data.size();
  bytes head, tail;
  for (const auto& p : parts) {
    head += p.dynamic ? raw(word_of(head_size + tail.size())) : p.data;
    if (p.dynamic) tail += p.data;
  }
  return head + tail;
}

part dynamic(const std::vector<part>& parts) { return {tuple(parts), true}; }

/// The length, then the elements as if they were a tuple.
part array(const std::vector<part>& elements) { return {raw(word_of(elements.size())) + tuple(elements), true}; }

part blob(const bytes& content) {
  bytes data = raw(word_of(content.size())) + content;
  data.resize((data.size() + 31) / 32 * 32, 0);
  return {data, true};
}

part io_array(orderbook_version version, const std::vector<io_spec>& list) {
  std::vector<part> elements;
  for (const auto& io : list) {
    bytes element = fixed(io.token).data;
    if (version == orderbook_version::v4) element += raw(word_of(io.decimals));
    elements.push_back({element + raw(io.vault_id.value)});
  }
  return array(elements);
}

part order_part(orderbook_version version, const order_spec& o) {
  return dynamic({fixed(o.owner), dynamic({fixed(o.interpreter), fixed(o.store), blob(o.bytecode)}),
                  io_array(version, o.inputs), io_array(version, o.outputs), fixed(o.nonce)});
}

}  // namespace

abi_word word_of(uint256 value) {
  abi_word word{};
  for (std::size_t i = word.size(); i-- > 0; value >>= 8) word[i] = static_cast<unsigned char>(value & 0xff);
  return word;
}

bytes encode(orderbook_version version, const take_spec& t) {
  std::vector<part> contexts;
  for (const auto& c : t.contexts) {
    std::vector<part> words;
    for (const auto& w : c.context) words.push_back(fixed(w));
    contexts.push_back(dynamic({fixed(c.signer), array(words), blob(c.signature)}));
  }
  const part config =
      dynamic({order_part(version, t.order), fixed(t.input_index), fixed(t.output_index), array(contexts)});
  return tuple({fixed(t.sender), config, fixed(t.input), fixed(t.output)});
}

bytes encode(orderbook_version version, const clear_spec& c) {
  return tuple({fixed(c.sender), order_part(version, c.alice), order_part(version, c.bob), fixed(c.indexes[0]),
                fixed(c.indexes[1]), fixed(c.indexes[2]), fixed(c.indexes[3]), fixed(c.bounty_vaults[0]),
                fixed(c.bounty_vaults[1])});
}

bytes encode(const after_clear_spec& a) {
  return tuple({fixed(a.sender), fixed(a.alice_output), fixed(a.bob_output), fixed(a.alice_input), fixed(a.bob_input)});
}

bytes encode(orderbook_version version, const order_spec& order) { return tuple({order_part(version, order)}); }

}  // namespace hedgerow::domain::test
