#include "runtime/demo/call_data.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include "messages/types/check.hpp"

namespace hedgerow::demo {
namespace {

constexpr std::size_t word_bytes = 32;

uint256 read_word(const bytes& data, std::size_t at) {
  uint256 value;
  boost::multiprecision::import_bits(value, data.begin() + static_cast<std::ptrdiff_t>(at),
                                     data.begin() + static_cast<std::ptrdiff_t>(at + word_bytes));
  return value;
}

int256 to_signed(const uint256& word) {
  if (!boost::multiprecision::bit_test(word, 255)) return int256{word};
  return -int256{uint256{~word + 1}};
}

void pad(std::string& hex, std::size_t bytes) { hex.append((word_bytes - bytes % word_bytes) % word_bytes * 2, '0'); }

}  // namespace

call_data& call_data::word(const uint256& value) {
  std::vector<unsigned char> raw;
  boost::multiprecision::export_bits(value, std::back_inserter(raw), 8);
  const bytes bare{raw.begin(), raw.end()};
  hex_.append((word_bytes - bare.size()) * 2, '0');
  hex_ += to_hex(bare).substr(2);
  return *this;
}

call_data& call_data::word(const address& value) {
  hex_.append(24, '0');
  hex_ += value.to_string().substr(2);
  return *this;
}

call_data& call_data::word(const hash32& value) {
  hex_ += value.to_string().substr(2);
  return *this;
}

call_data& call_data::list(std::span<const address> values) {
  word(uint256{values.size()});
  for (const auto& value : values) word(value);
  return *this;
}

call_data& call_data::text(std::string_view value) {
  word(uint256{value.size()});
  hex_ += to_hex(bytes{value.begin(), value.end()}).substr(2);
  pad(hex_, value.size());
  return *this;
}

call_data& call_data::calls(std::span<const std::string> values) {
  word(uint256{values.size()});
  std::size_t offset = values.size() * word_bytes;
  for (const auto& value : values) {
    word(uint256{offset});
    const std::size_t size = (value.size() - 2) / 2;
    offset += word_bytes + (size + word_bytes - 1) / word_bytes * word_bytes;
  }
  for (const auto& value : values) {
    const std::size_t size = (value.size() - 2) / 2;
    word(uint256{size});
    hex_ += value.substr(2);
    pad(hex_, size);
  }
  return *this;
}

uint256 make_float(const uint256& coefficient, std::int32_t exponent) {
  HEDGEROW_CHECK(coefficient < (uint256{1} << 223U), "the coefficient does not fit");
  return (uint256{static_cast<std::uint32_t>(exponent)} << 224U) | coefficient;
}

std::optional<std::vector<int256>> read_int256_list(const bytes& answer) {
  if (answer.size() < 2 * word_bytes || answer.size() % word_bytes != 0 || read_word(answer, 0) != word_bytes) {
    return std::nullopt;
  }
  const std::size_t count = answer.size() / word_bytes - 2;
  if (read_word(answer, word_bytes) != count) return std::nullopt;
  std::vector<int256> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(to_signed(read_word(answer, (i + 2) * word_bytes)));
  return out;
}

std::optional<uint256> read_uint256(const bytes& answer) {
  if (answer.size() != word_bytes) return std::nullopt;
  return read_word(answer, 0);
}

}  // namespace hedgerow::demo
