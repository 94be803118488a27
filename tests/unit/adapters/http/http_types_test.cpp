#include <gtest/gtest.h>

#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::http {
namespace {

TEST(HttpTypes, HeadersAreFoundInAnyCaseAndTheFirstWins) {
  const headers all{{"Content-Type", "a"}, {"content-type", "b"}, {"X", ""}};
  EXPECT_EQ(find_header(all, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(all, "x"), "");
  EXPECT_FALSE(find_header(all, "Content"));
  EXPECT_FALSE(find_header(all, "Content-Type2"));
}

TEST(HttpTypes, TargetsAreSplitAndFormDecoded) {
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

TEST(HttpTypes, TargetsWithoutQueryHaveNoParameters) {
  EXPECT_TRUE(parse_target("").parameters.empty());
  EXPECT_TRUE(parse_target("/x?").parameters.empty());
  EXPECT_EQ(parse_target("/x?").path, "/x");
}

TEST(HttpTypes, APercentAtTheVeryEndIsItself) {
  EXPECT_EQ(parse_target("/?a=%").find("a"), "%");
  EXPECT_EQ(parse_target("/?a=%4").find("a"), "%4");
  EXPECT_EQ(parse_target("/?a=%40").find("a"), "@");
}

TEST(HttpTypes, EverythingButTheUnreservedIsEncoded) {
  EXPECT_EQ(percent_encode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(percent_encode("a b+@/:?&=\n\xff"), "a%20b%2B%40%2F%3A%3F%26%3D%0A%FF");
}

TEST(HttpTypes, DecodingUndoesEncodingOfEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(parse_target("/?v=" + percent_encode(all)).find("v"), all);
}

}  // namespace
}  // namespace hedgerow::http
