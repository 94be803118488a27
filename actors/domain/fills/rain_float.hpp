// Rain Float: the decimal floating point number in which V5 and V6 order books give amounts (facts, 1.9). Exact.
#pragma once

#include <cstdint>

#include "actors/domain/fills/abi_reader.hpp"
#include "messages/types/amount.hpp"

namespace hedgerow::domain {

/// coefficient * 10^exponent. Not normalised: 1e2 and 100e0 are the same number.
struct rain_float {
  /// -2^223 to 2^223-1.
  int256 coefficient;
  std::int32_t exponent = 0;

  /// Every word is a Float.
  [[nodiscard]] static rain_float from_word(const abi_word& word);

  [[nodiscard]] bool is_zero() const { return coefficient.is_zero(); }
  [[nodiscard]] bool is_negative() const { return coefficient.sign() < 0; }

  /// The value truncated toward zero to `decimals` decimals (at most 18), in units of 1e-18. Takes the same short time
  /// for every exponent: strangers choose it freely (facts, 9.1). Fails only with amount_error::overflow.
  [[nodiscard]] expected<int256, amount_error> truncated(unsigned decimals) const;
};

}  // namespace hedgerow::domain
