#include <gtest/gtest.h>

#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::http {
namespace {

TEST(http_types, headers_are_found_in_any_case_and_the_first_wins) {
  const headers all{{"Content-Type", "a"}, {"content-type", "b"}, {"X", ""}};
  EXPECT_EQ(find_header(all, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(all, "x"), "");
  EXPECT_FALSE(find_header(all, "Content"));
  EXPECT_FALSE(find_header(all, "Content-Type2"));
}

TEST(http_types, targets_are_split_and_form_decoded) {
  const auto q = parse_target("/a/b%20c?x=1&y=a+b%2Bc&z&=v&x=2&&bad=%zz%4#frag?no=1");
  EXPECT_EQ(q.path, "/a/b%20c");
  EXPECT_EQ(q.find("x"), "1");
  EXPECT_EQ(q.find("y"), "a b+c");
  EXPECT_EQ(q.find("z"), "");
  EXPECT_EQ(q.find(""), "v");
  EXPECT_EQ(q.find("bad"), "%zz%4");
  EXPECT_FALSE(q.find("no"));
  EXPECT_EQ(q.parameters.size(), 6U);
}

TEST(http_types, targets_without_query_have_no_parameters) {
  EXPECT_TRUE(parse_target("").parameters.empty());
  EXPECT_TRUE(parse_target("/x?").parameters.empty());
  EXPECT_EQ(parse_target("/x?").path, "/x");
}

TEST(http_types, a_percent_at_the_very_end_is_itself) {
  EXPECT_EQ(parse_target("/?a=%").find("a"), "%");
  EXPECT_EQ(parse_target("/?a=%4").find("a"), "%4");
  EXPECT_EQ(parse_target("/?a=%40").find("a"), "@");
}

TEST(http_types, everything_but_the_unreserved_is_encoded) {
  EXPECT_EQ(percent_encode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(percent_encode("a b+@/:?&=\n\xff"), "a%20b%2B%40%2F%3A%3F%26%3D%0A%FF");
}

TEST(http_types, decoding_undoes_encoding_of_every_byte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(parse_target("/?v=" + percent_encode(all)).find("v"), all);
}

}  // namespace
}  // namespace hedgerow::http
