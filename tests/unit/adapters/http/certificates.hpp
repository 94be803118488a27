// A certificate authority that lives as long as a test.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace hedgerow::test {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

struct identity {
  key_ptr key;
  certificate_ptr certificate;
};

class authority {
 public:
  explicit authority(const std::string& name);
  /// For one subject alternative name, such as DNS:localhost, valid until so many seconds from now.
  [[nodiscard]] identity issue(const std::string& alternative_name, long seconds_left = 3600) const;
  [[nodiscard]] std::string pem() const;

 private:
  identity self_;
};

}  // namespace hedgerow::test
