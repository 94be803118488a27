#include "messages/types/keccak.hpp"

#include <algorithm>
#include <cctype>

#include <cryptopp/keccak.h>

namespace hedgerow {

hash32 keccak256(std::basic_string_view<unsigned char> data) {
  CryptoPP::Keccak_256 hash;
  hash32 out;
  hash.Update(data.data(), data.size());
  hash.Final(out.value.data());
  return out;
}

std::string to_checksummed(const address& a) {
  std::string text = a.to_string();
  const std::string digits = text.substr(2);
  const hash32 hash = keccak256({reinterpret_cast<const unsigned char*>(digits.data()), digits.size()});
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const unsigned char pair = hash.value[i / 2];
    const int nibble = i % 2 == 0 ? pair >> 4 : pair & 0x0f;
    if (nibble >= 8) text[i + 2] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[i + 2])));
  }
  return text;
}

bool checksum_agrees(std::string_view text) {
  const auto has = [digits = text.substr(2)](int (*kind)(int)) {
    return std::any_of(digits.begin(), digits.end(),
                       [kind](char c) { return kind(static_cast<unsigned char>(c)) != 0; });
  };
  if (!has(std::islower) || !has(std::isupper)) return true;
  const auto parsed = address::parse(text);
  return parsed && to_checksummed(*parsed) == text;
}

}  // namespace hedgerow
