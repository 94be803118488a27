#include "runtime/adapters/credentials/token_vault.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <mutex>
#include <vector>

#include "messages/types/check.hpp"

namespace hedgerow::credentials {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
using byte_vector = std::vector<std::uint8_t>;
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::string to_hex(const byte_vector& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto b : bytes) {
    text += digits[b >> 4];
    text += digits[b & 15];
  }
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<byte_vector> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  byte_vector bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

/// A context for AES-256-GCM in the given direction.
cipher_context start(const vault_key& key, const std::uint8_t* nonce, bool sealing) {
  cipher_context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  HEDGEROW_CHECK(context != nullptr, "out of memory");
  const int ok = EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce, sealing ? 1 : 0);
  HEDGEROW_CHECK(ok == 1, "AES-256-GCM is not available");
  return context;
}

class aes_vault final : public ports::vault {
 public:
  explicit aes_vault(const vault_key& key) : key_{key} {}
  aes_vault(const aes_vault&) = delete;
  aes_vault& operator=(const aes_vault&) = delete;
  ~aes_vault() override { OPENSSL_cleanse(key_.data(), key_.size()); }

  std::string seal(const std::string& secret) override {
    vault_nonce nonce{};
    HEDGEROW_CHECK(RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) == 1, "the system gives no random bytes");
    return encrypt(key_, nonce, secret);
  }

  std::optional<std::string> open(const std::string& sealed) override { return decrypt(key_, sealed); }

 private:
  vault_key key_;
};

class simple_token_holder final : public ports::token_holder {
 public:
  void set(std::optional<std::string> access_token) override {
    const std::lock_guard lock{mutex_};
    token_ = std::move(access_token);
  }

  std::optional<std::string> get() const override {
    const std::lock_guard lock{mutex_};
    return token_;
  }

  void set_account(std::optional<std::string> number) override {
    const std::lock_guard lock{mutex_};
    account_ = std::move(number);
  }

  std::optional<std::string> account() const override {
    const std::lock_guard lock{mutex_};
    return account_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> token_;
  std::optional<std::string> account_;
};

}  // namespace

std::string encrypt(const vault_key& key, const vault_nonce& nonce, std::string_view plaintext) {
  const auto context = start(key, nonce.data(), true);
  const byte_vector plain{plaintext.begin(), plaintext.end()};
  byte_vector out(nonce_size + plain.size() + tag_size);
  std::copy(nonce.begin(), nonce.end(), out.begin());
  int written = 0;
  int rest = 0;
  std::uint8_t* const cipher = out.data() + nonce_size;
  bool ok = EVP_EncryptUpdate(context.get(), cipher, &written, plain.data(), static_cast<int>(plain.size())) == 1;
  ok = ok && EVP_EncryptFinal_ex(context.get(), cipher + written, &rest) == 1;
  ok = ok &&
       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size), cipher + plain.size()) == 1;
  HEDGEROW_CHECK(ok, "encryption failed");
  return to_hex(out);
}

std::optional<std::string> decrypt(const vault_key& key, std::string_view sealed) {
  auto bytes = from_hex(sealed);
  if (!bytes || bytes->size() < nonce_size + tag_size) return std::nullopt;
  const auto context = start(key, bytes->data(), false);
  const std::size_t size = bytes->size() - nonce_size - tag_size;
  std::uint8_t* const cipher = bytes->data() + nonce_size;
  std::string plain(size + 1, '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(plain.data());
  int written = 0;
  int rest = 0;
  bool ok = EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size), cipher + size) == 1;
  ok = ok && EVP_DecryptUpdate(context.get(), out, &written, cipher, static_cast<int>(size)) == 1;
  ok = ok && EVP_DecryptFinal_ex(context.get(), out + written, &rest) == 1;
  if (!ok) {
    // Not authentic: the text must not be used.
    OPENSSL_cleanse(plain.data(), plain.size());
    return std::nullopt;
  }
  plain.resize(size);
  return plain;
}

expected<vault_key, std::string> parse_vault_key(std::string_view key_hex) {
  vault_key key{};
  const auto bytes = from_hex(key_hex);
  if (!bytes || bytes->size() != key.size())
    return unexpected(std::string{"the key must be 64 hex digits without 0x; make one with: openssl rand -hex 32"});
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

expected<std::shared_ptr<ports::vault>, std::string> make_vault(std::string_view key_hex) {
  const auto key = parse_vault_key(key_hex);
  if (!key) return unexpected(key.error());
  return std::shared_ptr<ports::vault>{std::make_shared<aes_vault>(*key)};
}

std::shared_ptr<ports::token_holder> make_token_holder() { return std::make_shared<simple_token_holder>(); }

}  // namespace hedgerow::credentials
