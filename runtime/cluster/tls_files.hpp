// Looks at the files for TLS before CAF does: CAF ends the process when it cannot use them.
#pragma once

#include <string>

namespace hedgerow::cluster {

/// PEM files. All or none.
struct tls_files {
  std::string certificate;
  std::string key;
  std::string ca_file;

  [[nodiscard]] bool wanted() const { return !certificate.empty(); }
};

/// Empty when they can be used: certificate and key belong together, and the certificate is one of the authority's.
/// Otherwise the error, with key, value and remedy.
[[nodiscard]] std::string tls_problem(const tls_files& files);

}  // namespace hedgerow::cluster
