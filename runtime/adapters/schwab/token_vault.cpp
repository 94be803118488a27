#include "runtime/adapters/schwab/token_vault.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <mutex>

#include "messages/types/check.hpp"
#include "messages/types/evm.hpp"

namespace hedgerow::schwab {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

struct context_deleter {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, context_deleter>;

class aes_vault final : public ports::vault {
 public:
  explicit aes_vault(bytes key) : key_{std::move(key)} {}

  std::string seal(const std::string& secret) override {
    bytes out(nonce_size + secret.size() + tag_size, 0);
    HEDGEROW_CHECK(RAND_bytes(out.data(), static_cast<int>(nonce_size)) == 1, "no random bytes");
    const cipher_context c{EVP_CIPHER_CTX_new()};
    int size = 0;
    bool ok = EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key_.data(), out.data()) == 1;
    ok = ok && EVP_EncryptUpdate(c.get(), out.data() + nonce_size, &size,
                                 reinterpret_cast<const unsigned char*>(secret.data()),
                                 static_cast<int>(secret.size())) == 1;
    unsigned char* tag = out.data() + nonce_size + secret.size();
    ok = ok && EVP_EncryptFinal_ex(c.get(), tag, &size) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size), tag) == 1;
    HEDGEROW_CHECK(ok, "AES-256-GCM failed");
    return to_hex(out).substr(2);
  }

  std::optional<std::string> open(const std::string& sealed) override {
    auto data = parse_hex("0x" + sealed);
    if (!data || data->size() < nonce_size + tag_size) return std::nullopt;
    const std::size_t length = data->size() - nonce_size - tag_size;
    std::string secret(length, '\0');
    const cipher_context c{EVP_CIPHER_CTX_new()};
    int size = 0;
    unsigned char* tag = data->data() + nonce_size + length;
    const bool ok =
        EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key_.data(), data->data()) == 1 &&
        EVP_DecryptUpdate(c.get(), reinterpret_cast<unsigned char*>(secret.data()), &size, data->data() + nonce_size,
                          static_cast<int>(length)) == 1 &&
        EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size), tag) == 1 &&
        EVP_DecryptFinal_ex(c.get(), tag, &size) == 1;
    if (!ok) return std::nullopt;
    return secret;
  }

 private:
  bytes key_;
};

class simple_token_holder final : public ports::token_holder {
 public:
  void set(std::optional<std::string> access_token) override {
    const std::scoped_lock lock{mutex_};
    token_ = std::move(access_token);
  }
  std::optional<std::string> get() const override {
    const std::scoped_lock lock{mutex_};
    return token_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> token_;
};

}  // namespace

expected<std::shared_ptr<ports::vault>, std::string> make_vault(const std::string& key_hex) {
  auto key = parse_hex(key_hex.starts_with("0x") ? key_hex : "0x" + key_hex);
  if (!key || key->size() != key_size)
    return unexpected(std::string{"must be 64 hex digits; make one with: openssl rand -hex 32"});
  return std::make_shared<aes_vault>(std::move(*key));
}

std::shared_ptr<ports::token_holder> make_token_holder() { return std::make_shared<simple_token_holder>(); }

}  // namespace hedgerow::schwab
