#include "runtime/adapters/evm/ws_transport_impl.hpp"

namespace hedgerow::evm {
namespace {

class plain_transport final : public basic_transport<beast::tcp_stream> {
 public:
  using basic_transport::basic_transport;

 private:
  void secure() override { upgrade(); }
};

}  // namespace

std::shared_ptr<transport> make_plain_transport(asio::io_context& io, transport_options options,
                                                transport_events events) {
  return std::make_shared<plain_transport>(io, std::move(options), std::move(events));
}

}  // namespace hedgerow::evm
