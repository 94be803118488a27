// Offsets, lengths and paddings at the edges, one by one.
#include "actors/domain/fills/abi_reader.hpp"

#include <gtest/gtest.h>

#include "abi_encoder.hpp"

namespace hedgerow::domain {
namespace {

bytes words(const std::vector<uint256>& values) {
  bytes data;
  for (const auto& v : values) {
    const auto word = test::word_of(v);
    data.append(word.begin(), word.end());
  }
  return data;
}

/// What reading does: what was read, or the name of the fault.
std::string read_bytes(const bytes& data) {
  abi_reader reader{data};
  const auto content = reader.root("root").bytes_at(0, "field");
  return reader.error() ? std::string{to_string(reader.error()->fault)} : to_hex(content);
}

std::string read_array(const bytes& data, std::size_t element_words) {
  abi_reader reader{data};
  const auto array = reader.root("root").array_at(0, element_words, "field");
  return reader.error() ? std::string{to_string(reader.error()->fault)} : std::to_string(array.size);
}

std::string read_tuple(const bytes& data) {
  abi_reader reader{data};
  const auto value = reader.root("root").tuple_at(0, "tuple").uint256_at(0, "field");
  return reader.error() ? std::string{to_string(reader.error()->fault)} : value.str();
}

const uint256 two_to_64 = uint256{1} << 64;
const uint256 largest = ~uint256{0};

TEST(AbiReader, OffsetsAreNeverTruncatedOrWrapped) {
  EXPECT_EQ(read_tuple(words({0x20, 7})), "7");
  for (const uint256& offset :
       {uint256{0x41}, uint256{two_to_64}, uint256{two_to_64 + 0x20}, uint256{two_to_64 - 1}, uint256{two_to_64 - 0x20},
        uint256{(uint256{1} << 255) + 0x20}, largest, uint256{largest - 0x1f + 0x20}, uint256{largest - 0x1f}})
    EXPECT_NE(read_tuple(words({offset, 7})), "7") << offset;
  EXPECT_EQ(read_tuple(words({two_to_64 + 0x20, 7})), "offset_out_of_range");
  EXPECT_EQ(read_tuple(words({0x40, 7})), "truncated");  // at the very end there is nothing to read
  EXPECT_EQ(read_tuple(words({0x21, 7})), "truncated");
}

TEST(AbiReader, LengthsAreCheckedAgainstTheData) {
  EXPECT_EQ(read_bytes(words({0x20, 0})), "0x");
  EXPECT_EQ(read_bytes(words({0x20, 32, 1})), to_hex(words({1})));
  for (const uint256& length :
       {uint256{33}, uint256{two_to_64}, uint256{two_to_64 + 1}, uint256{two_to_64 - 1}, largest}) {
    EXPECT_EQ(read_bytes(words({0x20, length, 1})), "length_out_of_range") << length;
    EXPECT_EQ(read_array(words({0x20, length, 1}), 1), "length_out_of_range") << length;
  }
  EXPECT_EQ(read_array(words({0x20, 1, 1, 2, 3}), 3), "1");
  EXPECT_EQ(read_array(words({0x20, 2, 1, 2, 3}), 3), "length_out_of_range");
  // 3 * 32 * length would wrap to a small number.
  EXPECT_EQ(read_array(words({0x20, two_to_64 / 32, 1, 2, 3}), 3), "length_out_of_range");
  EXPECT_EQ(read_array(words({0x20}), 1), "truncated");
}

TEST(AbiReader, PaddingMustBeThere) {
  // An odd offset leaves 31 bytes behind the length word, enough for one byte but not for its padding.
  bytes data = words({0x21, 0, 0});
  data[0x40] = 1;
  EXPECT_EQ(read_bytes(data), "truncated");
  EXPECT_EQ(read_bytes(data + words({0})), "0x00");
}

TEST(AbiReader, DataIsWholeWords) {
  EXPECT_EQ(read_tuple(words({0x20, 7}) + bytes(31, 0)), "truncated");
  EXPECT_EQ(read_tuple(words({0x20, 7}) + bytes(32, 0)), "7");
  EXPECT_EQ(read_tuple({}), "truncated");
}

TEST(AbiReader, TheFirstFaultStays) {
  const bytes data = words({largest});
  abi_reader reader{data};
  (void)reader.root("root").address_at(0, "first");
  (void)reader.root("root").word_at(5, "second");
  ASSERT_TRUE(reader.error());
  EXPECT_EQ(reader.error()->fault, abi_fault::dirty_address);
  EXPECT_EQ(reader.error()->field, "first");
}

TEST(AbiReader, WordsAreBigEndianNumbers) {
  for (const uint256& value :
       {uint256{0}, uint256{1}, uint256{0x0102030405060708}, two_to_64, largest, uint256{largest / 3}})
    EXPECT_EQ(to_uint256(test::word_of(value)), value);
  EXPECT_EQ(to_uint64(test::word_of(two_to_64 - 1)), ~std::uint64_t{0});
  EXPECT_EQ(to_uint64(test::word_of(two_to_64)), std::nullopt);
}

}  // namespace
}  // namespace hedgerow::domain
