// decode(encode(x)) == x for every event that can exist, by both ways of reading, and encode is a function of the event
// alone.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "event_types.hpp"
#include "generators.hpp"
#include "messages/codec/event_codec.hpp"

namespace hedgerow {
namespace {

template <class Event>
class RoundTripTest : public ::testing::Test {};
TYPED_TEST_SUITE(RoundTripTest, test::event_types);

TYPED_TEST(RoundTripTest, KeepsEveryValue) {
  EXPECT_TRUE(rc::check("decode(encode(x)) == x", [] {
    const auto meta = test::any<envelope>();
    const auto event = test::any<TypeParam>();
    const std::string bytes = codec::encode(meta, event);
    RC_ASSERT(bytes == codec::encode(meta, event));
    const auto decoded = codec::decode<TypeParam>(bytes);
    if (!decoded) RC_FAIL(decoded.error().detail + " in " + bytes);
    RC_ASSERT(decoded->meta == meta);
    RC_ASSERT(decoded->data == event);
    enveloped<TypeParam> read;
    RC_ASSERT(codec::decode_canonical(bytes, read) == (bytes.find('\\') == std::string::npos));
    enveloped<TypeParam> parsed;
    RC_ASSERT(!codec::decode_json(bytes, parsed));
    RC_ASSERT(parsed.meta == meta);
    RC_ASSERT(parsed.data == event);
  }));
}

}  // namespace
}  // namespace hedgerow
