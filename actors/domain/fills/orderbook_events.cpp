#include "actors/domain/fills/orderbook_events.hpp"

#include <algorithm>
#include <cstring>

#include "messages/types/check.hpp"

namespace hedgerow::domain {
namespace {

hash32 topic_from(std::string_view hex) {
  const auto parsed = hash32::parse(hex);
  HEDGEROW_CHECK(parsed.has_value(), "a topic is 32 bytes");
  return *parsed;
}

/// Words of one IO: token, decimals, vault id in V4; token, vault id in V6.
std::size_t io_words(orderbook_version version) { return version == orderbook_version::v4 ? 3 : 2; }

bool has_topic(const raw_evm_log& log, const hash32& topic0) { return !log.topics.empty() && log.topics[0] == topic0; }

/// Nothing when the log has the one topic that it should have: no parameter is indexed (facts, 1.1).
std::optional<decode_fault> wrong_topics(const raw_evm_log& log, const hash32& topic0) {
  if (!has_topic(log, topic0)) return decode_fault{"wrong_topic0", "the log is of another event"};
  if (log.topics.size() != 1)
    return decode_fault{"wrong_topic_count", std::to_string(log.topics.size()) + " topics instead of 1"};
  return std::nullopt;
}

/// The decoded event, unless the reader found something wrong on the way.
template <class Event>
expected<Event, decode_fault> checked(const abi_reader& reader, Event event) {
  if (const auto& e = reader.error())
    return unexpected(decode_fault{to_string(e->fault), std::string{e->tuple}.append(".").append(e->field)});
  return event;
}

io_list read_io_list(const abi_tuple& order, std::size_t slot, orderbook_version version, std::string_view field) {
  const std::size_t words = io_words(version);
  const abi_array list = order.array_at(slot, words, field);
  for (std::size_t i = 0; i < list.size; ++i) {
    (void)list.elements.address_at(i * words, "token");
    if (version == orderbook_version::v4) (void)list.elements.uint8_at(i * words + 1, "decimals");
  }
  return {version, list.elements.first(list.size * words * abi_word_size)};
}

raindex_order read_order(const abi_tuple& at, orderbook_version version) {
  const abi_tuple code = at.tuple_at(1, "evaluable");
  return {
      at.address_at(0, "owner"),
      {code.address_at(0, "interpreter"), code.address_at(1, "store"), code.bytes_at(2, "bytecode")},
      read_io_list(at, 2, version, "validInputs"),
      read_io_list(at, 3, version, "validOutputs"),
      at.bytes32_at(4, "nonce"),
  };
}

std::vector<signed_context> read_signed_contexts(const abi_tuple& config) {
  const abi_array list = config.array_at(3, 1, "signedContext");
  std::vector<signed_context> result;
  result.reserve(list.size);
  for (std::size_t i = 0; i < list.size; ++i) {
    const abi_tuple at = list.elements.tuple_at(i, "signedContext");
    const abi_array words = at.array_at(1, 1, "context");
    result.push_back(
        {at.address_at(0, "signer"), words.elements.first(words.size * abi_word_size), at.bytes_at(2, "signature")});
  }
  return result;
}

}  // namespace

const book_topics& topics_of(orderbook_version version) {
  static const book_topics v4{topic_from("0x10de99b9032184587540c04e1850dff94a7683ae1fcc9eb06098621c739c0275"),
                              topic_from("0x692ee69af2843c70772be93470669f3c73e583316a047b6bfefdae5629de37ce"),
                              topic_from("0x3f20e55919cca701abb2a40ab72542b25ea7eed63a50f979dd2cd3231e5f488d")};
  static const book_topics v6{topic_from("0x194f1feb3b4d7076a2c272e774e792e0c48bb8c7aa1a9a3671c1cd6da9e6b4c1"),
                              topic_from("0x6fa7f4c28634b0a9d6831401c45ae468195fb63aed07308935c35374ff5d9e39"),
                              topic_from("0xd9fa84dd790c969daa5c33d8050dc06b4a9b59d5b42e2be5f5e8ae20447f618d")};
  return version == orderbook_version::v4 ? v4 : v6;
}

std::size_t io_list::size() const { return elements_.size() / (io_words(version_) * abi_word_size); }

order_io io_list::operator[](std::size_t index) const {
  HEDGEROW_CHECK(index < size(), "an IO that the order has");
  const std::size_t words = io_words(version_);
  const unsigned char* word = elements_.data() + index * words * abi_word_size;
  order_io io;
  std::memcpy(io.token.value.data(), word + 12, io.token.value.size());
  if (version_ == orderbook_version::v4) io.decimals = word[2 * abi_word_size - 1];
  std::memcpy(io.vault_id.value.data(), word + (words - 1) * abi_word_size, abi_word_size);
  return io;
}

std::optional<order_io> io_list::find(const uint256& index) const {
  if (index >= size()) return std::nullopt;
  return (*this)[static_cast<std::size_t>(index)];
}

expected<take_order_event, decode_fault> decode_take_order(orderbook_version version, const raw_evm_log& log) {
  if (auto wrong = wrong_topics(log, topics_of(version).take)) return unexpected(std::move(*wrong));
  abi_reader reader{log.data};
  const abi_tuple root = reader.root("takeOrder");
  const abi_tuple config = root.tuple_at(1, "config");
  take_order_event event{
      root.address_at(0, "sender"),
      read_order(config.tuple_at(0, "order"), version),
      config.uint256_at(1, "inputIOIndex"),
      config.uint256_at(2, "outputIOIndex"),
      read_signed_contexts(config),
      root.word_at(2, "input"),
      root.word_at(3, "output"),
  };
  return checked(reader, std::move(event));
}

expected<clear_event, decode_fault> decode_clear(orderbook_version version, const raw_evm_log& log) {
  if (auto wrong = wrong_topics(log, topics_of(version).clear)) return unexpected(std::move(*wrong));
  abi_reader reader{log.data};
  const abi_tuple root = reader.root("clear");
  clear_event event{
      root.address_at(0, "sender"),
      read_order(root.tuple_at(1, "alice"), version),
      read_order(root.tuple_at(2, "bob"), version),
      root.uint256_at(3, "aliceInputIOIndex"),
      root.uint256_at(4, "aliceOutputIOIndex"),
      root.uint256_at(5, "bobInputIOIndex"),
      root.uint256_at(6, "bobOutputIOIndex"),
      root.bytes32_at(7, "aliceBountyVaultId"),
      root.bytes32_at(8, "bobBountyVaultId"),
  };
  return checked(reader, event);
}

expected<after_clear_event, decode_fault> decode_after_clear(orderbook_version version, const raw_evm_log& log) {
  if (auto wrong = wrong_topics(log, topics_of(version).after_clear)) return unexpected(std::move(*wrong));
  abi_reader reader{log.data};
  const abi_tuple root = reader.root("afterClear");
  const after_clear_event event{
      root.address_at(0, "sender"),  root.word_at(1, "aliceOutput"), root.word_at(2, "bobOutput"),
      root.word_at(3, "aliceInput"), root.word_at(4, "bobInput"),
  };
  return checked(reader, event);
}

namespace {

/// Behind `clear` in the same transaction, of the same book.
bool is_behind(const raw_evm_log& clear, const raw_evm_log& log) {
  return log.book == clear.book && log.ref.tx_hash == clear.ref.tx_hash && log.ref.block_hash == clear.ref.block_hash &&
         log.ref.log_index > clear.ref.log_index;
}

}  // namespace

bool is_take(orderbook_version version, const raw_evm_log& log) { return has_topic(log, topics_of(version).take); }

bool is_clear(orderbook_version version, const raw_evm_log& log) { return has_topic(log, topics_of(version).clear); }

bool may_follow(orderbook_version version, const raw_evm_log& clear, const raw_evm_log& candidate) {
  return has_topic(candidate, topics_of(version).after_clear) && is_behind(clear, candidate);
}

bool all_seen_between(const evm_log_ref& clear, const evm_log_ref& after_clear,
                      const std::set<std::pair<hash32, std::uint64_t>>& seen) {
  for (std::uint64_t index = clear.log_index + 1; index < after_clear.log_index; ++index)
    if (!seen.contains({clear.block_hash, index})) return false;
  return true;
}

std::uint32_t receipts_believed(std::vector<std::uint64_t> log_indexes) {
  constexpr std::uint32_t whole = 5;
  constexpr std::uint32_t with_gaps = 10;
  if (log_indexes.empty()) return with_gaps;
  const auto [first, last] = std::minmax_element(log_indexes.begin(), log_indexes.end());
  return *last - *first + 1 == log_indexes.size() ? whole : with_gaps;
}

std::optional<raw_evm_log> pair_after_clear(orderbook_version version, const raw_evm_log& clear,
                                            std::span<const raw_evm_log> candidates) {
  const raw_evm_log* nearest = nullptr;
  for (const auto& log : candidates)
    if ((may_follow(version, clear, log) || (is_clear(version, log) && is_behind(clear, log))) &&
        (nearest == nullptr || log.ref.log_index < nearest->ref.log_index))
      nearest = &log;
  return nearest == nullptr || is_clear(version, *nearest) ? std::nullopt : std::optional{*nearest};
}

std::optional<after_clear_pair> find_after_clear(orderbook_version version, const raw_evm_log& clear,
                                                 const clear_transaction& known) {
  auto nearest = pair_after_clear(version, clear, known.logs);
  if (!nearest) return std::nullopt;
  const bool certain = all_seen_between(clear.ref, nearest->ref, known.seen);
  return after_clear_pair{std::move(*nearest), certain};
}

expected<bool, decode_fault> involves_owner(orderbook_version version, const raw_evm_log& log, const address& owner) {
  const bool clear = is_clear(version, log);
  const auto& topics = topics_of(version);
  if (auto wrong = wrong_topics(log, clear ? topics.clear : topics.take)) return unexpected(std::move(*wrong));
  abi_reader reader{log.data};
  const abi_tuple root = reader.root(clear ? "clear" : "takeOrder");
  bool involved = false;
  if (clear) {
    const address alice = root.tuple_at(1, "alice").address_at(0, "owner");
    const address bob = root.tuple_at(2, "bob").address_at(0, "owner");
    involved = alice == owner || bob == owner;
  } else {
    involved = root.tuple_at(1, "config").tuple_at(0, "order").address_at(0, "owner") == owner;
  }
  return checked(reader, involved);
}

}  // namespace hedgerow::domain
