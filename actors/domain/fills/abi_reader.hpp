// Reads Solidity ABI data that anybody may have made. A read that would leave the data gives zero and is remembered as
// the reader's error, so that decoders read like the tables of the facts and check once, at the end (facts, 1.7).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/types/amount.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::domain {

/// Borrowed bytes: the holder of a view keeps the bytes alive.
using byte_view = std::basic_string_view<unsigned char>;

/// One slot of ABI data, big-endian.
using abi_word = std::array<unsigned char, 32>;
inline constexpr std::size_t abi_word_size = 32;

[[nodiscard]] uint256 to_uint256(const abi_word& word);
/// The word's value when it fits 64 bits. Never truncates: 2^64 is nothing, not 0.
[[nodiscard]] std::optional<std::uint64_t> to_uint64(const abi_word& word);

enum class abi_fault : std::uint8_t {
  truncated,            // the data ends too early, or within a word
  offset_out_of_range,  // an offset points behind the end
  length_out_of_range,  // more bytes or elements are announced than there are
  dirty_address,        // an address word with a non-zero byte above the 20 of the address
  dirty_uint8,          // a uint8 word that is not 0 to 255
};
/// Stable snake_case name.
[[nodiscard]] std::string_view to_string(abi_fault fault);

/// The first thing that was wrong, and where: `alice.owner`.
struct abi_error {
  abi_fault fault;
  std::string_view tuple;
  std::string_view field;
};

class abi_tuple;
struct abi_array;

/// Owns the error of one decoding. The tuples read from it refer to it, so it stays where it is.
class abi_reader {
 public:
  /// The data must be whole words; trailing words are allowed and ignored, as ABI decoders do.
  explicit abi_reader(byte_view data);
  abi_reader(const abi_reader&) = delete;
  abi_reader& operator=(const abi_reader&) = delete;

  /// The parameter list of the event, which is encoded as one tuple. `name` and all field names must be literals.
  [[nodiscard]] abi_tuple root(std::string_view name);
  /// nullopt if everything that was read was present and canonical; otherwise the values read must not be used.
  [[nodiscard]] const std::optional<abi_error>& error() const { return error_; }

 private:
  friend class abi_tuple;
  void fail(abi_fault fault, std::string_view tuple, std::string_view field);

  byte_view data_;
  std::optional<abi_error> error_;
};

/// A tuple from the first byte of its head to the end of the data. Offsets in its head count from there (facts, 1.1).
class abi_tuple {
 public:
  [[nodiscard]] abi_word word_at(std::size_t slot, std::string_view field) const;
  [[nodiscard]] address address_at(std::size_t slot, std::string_view field) const;
  [[nodiscard]] hash32 bytes32_at(std::size_t slot, std::string_view field) const;
  [[nodiscard]] uint256 uint256_at(std::size_t slot, std::string_view field) const;
  [[nodiscard]] std::uint8_t uint8_at(std::size_t slot, std::string_view field) const;

  /// The dynamic tuple whose offset is in `slot`.
  [[nodiscard]] abi_tuple tuple_at(std::size_t slot, std::string_view field) const;
  /// The `bytes` or `string` whose offset is in `slot`. The padding must be there; its content does not matter.
  [[nodiscard]] byte_view bytes_at(std::size_t slot, std::string_view field) const;
  /// The array whose offset is in `slot`, with elements of `element_words` words in place; 1 for an array of dynamic
  /// tuples, whose slots hold offsets. The length is checked against the data before anybody can loop over it.
  [[nodiscard]] abi_array array_at(std::size_t slot, std::size_t element_words, std::string_view field) const;

  /// The first `size` bytes of the tuple; `size` must have been checked, as array_at does.
  [[nodiscard]] byte_view first(std::size_t size) const { return data_.substr(0, size); }

 private:
  friend class abi_reader;
  abi_tuple(abi_reader& reader, byte_view data, std::string_view name) : reader_{&reader}, data_{data}, name_{name} {}
  void fail(abi_fault fault, std::string_view field) const { reader_->fail(fault, name_, field); }
  /// What the offset in `slot` points at, to the end of the data; empty after a failure.
  byte_view follow(std::size_t slot, std::string_view field) const;

  abi_reader* reader_;
  byte_view data_;
  std::string_view name_;
};

/// `size` elements; slot i * element_words of `elements` is the first word of element i.
struct abi_array {
  std::size_t size;
  abi_tuple elements;
};

}  // namespace hedgerow::domain
