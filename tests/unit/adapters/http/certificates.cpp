#include "certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace hedgerow::test {
namespace {

void require(bool ok) {
  if (!ok) throw std::runtime_error{"a test certificate cannot be made"};
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), &X509_EXTENSION_free};
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// A key and a certificate for it, not yet signed.
identity prepare(const std::string& name, long from, long until) {
  static std::atomic<long> serial{1};
  identity made{key_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free},
                certificate_ptr{X509_new(), &X509_free}};
  X509* const c = made.certificate.get();
  require(made.key && c != nullptr && X509_set_version(c, 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(c), serial++);
  require(X509_gmtime_adj(X509_getm_notBefore(c), from) != nullptr);
  require(X509_gmtime_adj(X509_getm_notAfter(c), until) != nullptr);
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  require(X509_set_pubkey(c, made.key.get()) == 1);
  return made;
}

}  // namespace

authority::authority(const std::string& name) : self_{prepare(name, -86400, 86400)} {
  X509* const c = self_.certificate.get();
  require(X509_set_issuer_name(c, X509_get_subject_name(c)) == 1);
  add_extension(c, c, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(c, c, NID_key_usage, "critical,keyCertSign");
  require(X509_sign(c, self_.key.get(), EVP_sha256()) > 0);
}

identity authority::issue(const std::string& alternative_name, long seconds_left) const {
  auto made = prepare("test server", -43200, seconds_left);
  X509* const c = made.certificate.get();
  require(X509_set_issuer_name(c, X509_get_subject_name(self_.certificate.get())) == 1);
  add_extension(c, self_.certificate.get(), NID_subject_alt_name, alternative_name);
  require(X509_sign(c, self_.key.get(), EVP_sha256()) > 0);
  return made;
}

std::string authority::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
  require(out && PEM_write_bio_X509(out.get(), self_.certificate.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace hedgerow::test
