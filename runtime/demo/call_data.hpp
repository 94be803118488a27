// ABI encoding of the demo's own calls: words, and dynamic values whose offsets the caller lays out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/types/amount.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::demo {

class call_data {
 public:
  /// `start`: 0x and a selector, or 0x and creation code.
  explicit call_data(std::string start) : hex_{std::move(start)} {}

  call_data& word(const uint256& value);
  call_data& word(const address& value);
  call_data& word(const hash32& value);
  /// Length and elements.
  call_data& list(std::span<const address> values);
  /// Length and bytes, padded to a word.
  call_data& text(std::string_view value);
  /// Offsets, lengths and bytes of the elements of bytes[]; each is the hex of a call with 0x.
  call_data& calls(std::span<const std::string> values);

  [[nodiscard]] const std::string& hex() const { return hex_; }

 private:
  std::string hex_;
};

/// A Float: `coefficient` x 10^`exponent` (facts, 1.9). The coefficient must be below 2^223.
[[nodiscard]] uint256 make_float(const uint256& coefficient, std::int32_t exponent);

/// The elements of a single returned int256[]; nothing when the answer has another form.
[[nodiscard]] std::optional<std::vector<int256>> read_int256_list(const bytes& answer);
/// A single returned uint256.
[[nodiscard]] std::optional<uint256> read_uint256(const bytes& answer);

}  // namespace hedgerow::demo
