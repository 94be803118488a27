#include "runtime/cluster/tls_files.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace hedgerow::cluster {
namespace {

std::string complaint(const char* key, const std::string& value, const std::string& problem, const char* remedy) {
  ERR_clear_error();
  return std::string{"cluster."} + key + " = \"" + value + "\": " + problem + "; " + remedy;
}

/// Why the authority does not vouch for the certificate; empty when it does.
std::string distrust(SSL_CTX* context) {
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check{X509_STORE_CTX_new(),
                                                                              &X509_STORE_CTX_free};
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context), SSL_CTX_get0_certificate(context), chain);
  if (X509_verify_cert(check.get()) == 1) return {};
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
}

}  // namespace

std::string tls_problem(const tls_files& files) {
  if (!files.wanted()) return {};
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return complaint("certificate", files.certificate, "not a certificate", "name a PEM file that this user may read");
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return complaint("key", files.key, "not the private key of cluster.certificate",
                     "name the PEM file, without a passphrase, that was made for this certificate");
  if (SSL_CTX_load_verify_locations(context.get(), files.ca_file.c_str(), nullptr) != 1)
    return complaint("ca_file", files.ca_file, "not a certificate", "name the PEM file of the authority");
  if (const auto why = distrust(context.get()); !why.empty())
    return complaint("certificate", files.certificate, "not good for cluster.ca_file: " + why,
                     "have it signed by that authority; the others would refuse this node");
  return {};
}

}  // namespace hedgerow::cluster
