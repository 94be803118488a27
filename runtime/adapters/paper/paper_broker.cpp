#include "runtime/adapters/paper/paper_broker.hpp"

#include <algorithm>
#include <latch>

#include "runtime/adapters/http/http_server.hpp"
#include "runtime/adapters/paper/brokerage.hpp"
#include "runtime/adapters/paper/work_queue.hpp"

namespace hedgerow::paper {
namespace {

/// host or host:port without anything that could break a header.
bool is_host(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == ':' ||
           c == '-' || c == '[' || c == ']';
  };
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), allowed);
}

class broker_server final : public paper_broker {
 public:
  broker_server(std::unique_ptr<brokerage> core, std::string public_url)
      : core_{std::move(core)}, public_url_{std::move(public_url)} {}

  ~broker_server() override {
    // Exchanges that still wait end while the server can answer them.
    queue_.stop();
    server_.reset();
  }

  expected<void, std::string> listen(const paper_options& options) {
    http::server_options where;
    where.address = options.address;
    where.port = options.port;
    auto server = http::make_server(std::move(where), [this](http::exchange e) {
      // The ledger's disk must not hold up the server's thread.
      queue_.post([this, shared = std::make_shared<http::exchange>(std::move(e))] { serve(shared, false); });
    });
    if (!server) {
      started_.count_down();
      return unexpected(server.error());
    }
    server_ = std::move(*server);
    const bool any = options.address == "0.0.0.0" || options.address == "::";
    const bool v6 = options.address.find(':') != std::string::npos;
    const std::string host = any ? "127.0.0.1" : v6 ? "[" + options.address + "]" : options.address;
    origin_ = "http://" + host + ":" + std::to_string(server_->port());
    started_.count_down();
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }
  [[nodiscard]] std::string origin() const override { return origin_; }

  expected<std::string, std::string> ledger() override {
    try {
      return core_->ledger_text();
    } catch (const std::exception& e) {
      return unexpected(std::string{"paper ledger: "} + e.what());
    }
  }
  expected<void, std::string> set_faults(const std::string& plan) override { return core_->set_faults(plan); }
  expected<void, std::string> set_market(paper_market mode) override {
    try {
      core_->set_market(mode);
      return {};
    } catch (const std::exception& e) {
      return unexpected(std::string{"paper ledger: "} + e.what());
    }
  }

 private:
  using shared_exchange = std::shared_ptr<http::exchange>;

  void serve(const shared_exchange& e, bool second_attempt) {
    // The first request may arrive before the origin is known.
    started_.wait();
    auto result = core_->handle(e->received, origin_for(e->received), second_attempt);
    if (result.delay.count() == 0) return finish(e, std::move(result));
    const auto delay = result.delay;
    queue_.post([this, e, kept = std::make_shared<outcome>(std::move(result))] { finish(e, std::move(*kept)); }, delay);
  }

  /// Location is absolute and names the broker as the client does, also through a proxy that ends TLS.
  [[nodiscard]] std::string origin_for(const http::request& received) const {
    if (!public_url_.empty()) return public_url_;
    const auto proto = http::find_header(received.headers, "X-Forwarded-Proto");
    const std::string scheme = proto && *proto == "https" ? "https://" : "http://";
    for (const char* name : {"X-Forwarded-Host", "Host"})
      if (const auto host = http::find_header(received.headers, name); host && is_host(*host)) return scheme + *host;
    return origin_;
  }

  void finish(const shared_exchange& e, outcome result) {
    switch (result.what) {
      case outcome::action::answer: return e->respond(std::move(result.response));
      case outcome::action::close: return e->fail(http::connection_fault::close_without_answer);
      case outcome::action::truncate: return e->fail(http::connection_fault::truncate_answer);
      case outcome::action::again: return serve(e, true);
    }
  }

  std::unique_ptr<brokerage> core_;
  const std::string public_url_;
  work_queue queue_;
  std::unique_ptr<http::server> server_;
  std::string origin_;
  std::latch started_{1};
};

}  // namespace

expected<std::unique_ptr<paper_broker>, std::string> start_paper_broker(const paper_options& options,
                                                                        const ports::clock& clock) {
  auto core = brokerage::open(options, clock);
  if (!core) return unexpected("paper broker: " + core.error());
  auto server = std::make_unique<broker_server>(std::move(*core), options.public_url);
  if (const auto listening = server->listen(options); !listening)
    return unexpected("paper broker: " + listening.error());
  return server;
}

}  // namespace hedgerow::paper
