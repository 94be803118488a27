#include "actors/domain/fills/abi_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace hedgerow::domain {
namespace {

std::uint64_t load_big_endian(const unsigned char* bytes) {
  static_assert(std::endian::native == std::endian::little, "the bytes have to be swapped");
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return __builtin_bswap64(value);
}

/// The first `Count` bytes. Their number is fixed, so that it takes a few comparisons of whole registers.
template <std::size_t Count>
bool all_zero(const abi_word& word) {
  constexpr std::array<unsigned char, Count> zeros{};
  return std::memcmp(word.data(), zeros.data(), Count) == 0;
}

}  // namespace

uint256 to_uint256(const abi_word& word) {
  // Nearly all numbers are indexes or amounts that fit 64 bits.
  if (const auto small = to_uint64(word)) return uint256{*small};
  uint256 value{load_big_endian(word.data())};
  for (std::size_t limb = 8; limb < abi_word_size; limb += 8) {
    value <<= 64;
    value |= load_big_endian(word.data() + limb);
  }
  return value;
}

std::optional<std::uint64_t> to_uint64(const abi_word& word) {
  if (!all_zero<24>(word)) return std::nullopt;
  return load_big_endian(word.data() + 24);
}

std::string_view to_string(abi_fault fault) {
  switch (fault) {
    case abi_fault::truncated: return "truncated";
    case abi_fault::offset_out_of_range: return "offset_out_of_range";
    case abi_fault::length_out_of_range: return "length_out_of_range";
    case abi_fault::dirty_address: return "dirty_address";
    case abi_fault::dirty_uint8: return "dirty_uint8";
  }
  return "unknown";
}

abi_reader::abi_reader(byte_view data) : data_{data} {
  if (data.size() % abi_word_size != 0) fail(abi_fault::truncated, "data", "size");
}

abi_tuple abi_reader::root(std::string_view name) { return {*this, data_, name}; }

void abi_reader::fail(abi_fault fault, std::string_view tuple, std::string_view field) {
  if (!error_) error_ = abi_error{fault, tuple, field};
}

abi_word abi_tuple::word_at(std::size_t slot, std::string_view field) const {
  abi_word word{};
  if (slot >= data_.size() / abi_word_size)
    fail(abi_fault::truncated, field);
  else
    std::memcpy(word.data(), data_.data() + slot * abi_word_size, abi_word_size);
  return word;
}

address abi_tuple::address_at(std::size_t slot, std::string_view field) const {
  const abi_word word = word_at(slot, field);
  if (!all_zero<12>(word)) fail(abi_fault::dirty_address, field);
  address result;
  std::copy(word.begin() + 12, word.end(), result.value.begin());
  return result;
}

hash32 abi_tuple::bytes32_at(std::size_t slot, std::string_view field) const { return {word_at(slot, field)}; }

uint256 abi_tuple::uint256_at(std::size_t slot, std::string_view field) const {
  return to_uint256(word_at(slot, field));
}

std::uint8_t abi_tuple::uint8_at(std::size_t slot, std::string_view field) const {
  const abi_word word = word_at(slot, field);
  if (!all_zero<31>(word)) fail(abi_fault::dirty_uint8, field);
  return word[31];
}

byte_view abi_tuple::follow(std::size_t slot, std::string_view field) const {
  const auto offset = to_uint64(word_at(slot, field));
  if (!offset || *offset > data_.size()) {
    fail(abi_fault::offset_out_of_range, field);
    return {};
  }
  return data_.substr(static_cast<std::size_t>(*offset));
}

abi_tuple abi_tuple::tuple_at(std::size_t slot, std::string_view field) const {
  return {*reader_, follow(slot, field), field};
}

byte_view abi_tuple::bytes_at(std::size_t slot, std::string_view field) const {
  const abi_tuple at{*reader_, follow(slot, field), name_};
  const auto length = to_uint64(at.word_at(0, field));
  const byte_view rest = at.data_.substr(std::min(at.data_.size(), abi_word_size));
  if (!length || *length > rest.size()) {
    fail(abi_fault::length_out_of_range, field);
    return {};
  }
  // No overflow: the length is at most the size of data in memory.
  const auto padded = (static_cast<std::size_t>(*length) + abi_word_size - 1) / abi_word_size * abi_word_size;
  if (padded > rest.size()) fail(abi_fault::truncated, field);
  return rest.substr(0, static_cast<std::size_t>(*length));
}

abi_array abi_tuple::array_at(std::size_t slot, std::size_t element_words, std::string_view field) const {
  const abi_tuple at{*reader_, follow(slot, field), field};
  const auto length = to_uint64(at.word_at(0, field));
  const byte_view rest = at.data_.substr(std::min(at.data_.size(), abi_word_size));
  if (!length || *length > rest.size() / (element_words * abi_word_size)) {
    fail(abi_fault::length_out_of_range, field);
    return {0, {*reader_, {}, field}};
  }
  return {static_cast<std::size_t>(*length), {*reader_, rest, field}};
}

}  // namespace hedgerow::domain
