// Random choices for the property tests.
#pragma once

#include <rapidcheck.h>

namespace hedgerow::domain::test {

/// Uniform in [low, high) from the first run on; plain inRange starts with tiny ranges and would rarely leave the first
/// branch of a switch.
template <class Int>
[[nodiscard]] Int draw(Int low, Int high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Int>(low, high));
}

}  // namespace hedgerow::domain::test
