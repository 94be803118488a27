// decode(encode(x)) == x for every event that can exist, and encode is a function of the event alone.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "event_types.hpp"
#include "generators.hpp"

namespace hedgerow {
namespace {

template <class Event>
class round_trip : public ::testing::Test {};
TYPED_TEST_SUITE(round_trip, test::event_types);

TYPED_TEST(round_trip, KeepsEveryValue) {
  EXPECT_TRUE(rc::check("decode(encode(x)) == x", [] {
    const auto meta = test::any<envelope>();
    const auto event = test::any<TypeParam>();
    const std::string bytes = codec::encode(meta, event);
    RC_ASSERT(bytes == codec::encode(meta, event));
    const auto decoded = codec::decode<TypeParam>(bytes);
    if (!decoded) RC_FAIL(decoded.error().detail + " in " + bytes);
    RC_ASSERT(decoded->meta == meta);
    RC_ASSERT(decoded->data == event);
  }));
}

}  // namespace
}  // namespace hedgerow
