#include "runtime/transfer/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "messages/types/check.hpp"

namespace hedgerow::transfer {
namespace {

EVP_MD_CTX* of(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void sha256::freer::operator()(void* context) const { EVP_MD_CTX_free(of(context)); }

sha256::sha256() : context_{EVP_MD_CTX_new()} {
  HEDGEROW_CHECK(context_ && EVP_DigestInit_ex(of(context_.get()), EVP_sha256(), nullptr) == 1, "no SHA-256");
}

void sha256::add(std::string_view bytes) {
  HEDGEROW_CHECK(EVP_DigestUpdate(of(context_.get()), bytes.data(), bytes.size()) == 1, "SHA-256 failed");
}

void sha256::add_number(std::uint64_t number) {
  std::array<char, 8> bytes{};
  for (auto& b : bytes) {
    b = static_cast<char>(number & 0xffU);
    number >>= 8U;
  }
  add({bytes.data(), bytes.size()});
}

void sha256::add_record(std::string_view key, std::optional<std::string_view> value) {
  add_number(key.size());
  add(key);
  // A tombstone is not an empty value.
  add_number(value ? value->size() + 1 : 0);
  if (value) add(*value);
}

std::string sha256::hex() const {
  const std::unique_ptr<void, freer> copy{EVP_MD_CTX_new()};
  std::array<unsigned char, 32> digest{};
  HEDGEROW_CHECK(copy && EVP_MD_CTX_copy_ex(of(copy.get()), of(context_.get())) == 1 &&
                     EVP_DigestFinal_ex(of(copy.get()), digest.data(), nullptr) == 1,
                 "SHA-256 failed");
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
  }
  return out;
}

}  // namespace hedgerow::transfer
