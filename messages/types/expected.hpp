// Expected failures are values: every function that can fail for a reason outside the program returns expected.
#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace hedgerow {

template <class T, class E>
using expected = tl::expected<T, E>;

template <class E>
[[nodiscard]] constexpr auto unexpected(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace hedgerow
