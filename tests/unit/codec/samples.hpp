// One filled-in event of every type, with the values that are easy to get wrong: beyond 2^53, beyond 128 bits, quotes.
#pragma once

#include "messages/codec/codec.hpp"

namespace hedgerow::test {

[[nodiscard]] envelope sample_meta();

template <class Event>
[[nodiscard]] Event sample();

}  // namespace hedgerow::test
