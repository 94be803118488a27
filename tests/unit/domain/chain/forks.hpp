// Blocks of chains that fork.
#pragma once

#include "messages/types/evm.hpp"

namespace hedgerow::domain {

inline hash32 hash_of(std::uint64_t number, unsigned char fork) {
  hash32 h;
  for (std::size_t i = 0; i < 8; ++i) h.value[31 - i] = static_cast<unsigned char>(number >> (8 * i));
  h.value[0] = fork;
  return h;
}

}  // namespace hedgerow::domain
