#include <boost/asio/ssl.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "runtime/adapters/evm/ws_transport_impl.hpp"

namespace hedgerow::evm {
namespace {

using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// SSL_set_tlsext_host_name without the C cast of the macro. Only names go there, no addresses (RFC 6066).
bool name_server(SSL* handle, std::string host) {
  return SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

class tls_transport final : public basic_transport<tls_stream> {
 public:
  tls_transport(asio::io_context& io, transport_options options, transport_events events,
                std::shared_ptr<asio::ssl::context> roots)
      : basic_transport{io, std::move(options), std::move(events), *roots}, roots_{std::move(roots)} {}

 private:
  void secure() override {
    const auto& host = options().url.host;
    auto& tls = stream().next_layer();
    error_code error;
    tls.set_verify_mode(asio::ssl::verify_peer, error);
    if (!error) tls.set_verify_callback(asio::ssl::host_name_verification(host), error);
    if (error) return fail("TLS", error);
    asio::ip::make_address(host, error);
    if (error && !name_server(tls.native_handle(), host)) return fail("TLS", asio::error::invalid_argument);
    beast::get_lowest_layer(stream()).expires_after(options().connect_timeout);
    tls.async_handshake(asio::ssl::stream_base::client, [this, self = shared_from_this()](error_code e) {
      if (e) return fail("no TLS handshake", e);
      upgrade();
    });
  }

  std::shared_ptr<asio::ssl::context> roots_;
};

}  // namespace

expected<std::shared_ptr<transport>, std::string> make_tls_transport(asio::io_context& io, transport_options options,
                                                                     transport_events events) {
  auto roots = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  error_code error;
  roots->set_default_verify_paths(error);
  if (!options.ca_file.empty()) {
    roots->load_verify_file(options.ca_file, error);
    if (error) return unexpected("cannot read the trusted roots in " + options.ca_file + ": " + error.message());
  }
  return std::make_shared<tls_transport>(io, std::move(options), std::move(events), std::move(roots));
}

}  // namespace hedgerow::evm
