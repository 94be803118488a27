// Text of the contract build files.
#pragma once

namespace hedgerow::demo {

extern const char* const demo_token_json;
extern const char* const demo_order_book_v4_json;
extern const char* const demo_order_book_v6_json;

}  // namespace hedgerow::demo
