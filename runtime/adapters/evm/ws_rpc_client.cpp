#include "runtime/adapters/evm/ws_rpc_client.hpp"

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include "runtime/adapters/evm/log_parts.hpp"
#include "runtime/adapters/evm/rpc_request.hpp"
#include "runtime/adapters/evm/rpc_session.hpp"

namespace hedgerow::evm {
namespace {

using ports::chain_callback;
using ports::chain_error;
using ports::chain_failure;

/// Runs the answer through `parse`, which returns expected<T, std::string>.
template <class T, class Parse>
value_callback parsed(const char* method, Parse parse, chain_callback<T> done) {
  return [method, parse = std::move(parse), done = std::move(done)](auto answer) {
    if (!answer) return done(unexpected(std::move(answer.error())));
    auto value = parse(**answer);
    if (!value) {
      return done(unexpected(chain_error{chain_failure::malformed, std::string{method} + ": " + value.error()}));
    }
    done(std::move(*value));
  };
}

expected<std::uint64_t, std::string> read_quantity(const rapidjson::Value& value) {
  const auto number = parse_quantity(value);
  if (!number) return unexpected(std::string{"not a quantity"});
  return *number;
}

expected<std::optional<ports::chain_block>, std::string> read_optional_block(const rapidjson::Value& value) {
  if (value.IsNull()) return std::optional<ports::chain_block>{};
  auto block = parse_block(value);
  if (!block) return unexpected(std::move(block.error()));
  return std::optional{std::move(*block)};
}

class ws_rpc_client final : public rpc_client {
 public:
  explicit ws_rpc_client(std::shared_ptr<rpc_session> session) : session_{std::move(session)} {}
  ws_rpc_client(const ws_rpc_client&) = delete;
  ws_rpc_client& operator=(const ws_rpc_client&) = delete;
  ~ws_rpc_client() override {
    close();
    // The last owner let go inside a callback, on this thread: it cannot be joined here, and owns all that it still
    // uses.
    if (thread_.joinable()) thread_.detach();
  }

  void connect() override {
    const std::lock_guard lock{join_};  // a callback may come, and close, before this returns
    if (std::exchange(started_, true)) return;
    session_->start();
    thread_ = std::thread{[session = session_] { session->run(); }};
  }

  ports::subscription subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) override {
    auto made = session_->subscribe(std::move(wanted), std::move(listener));
    connect();
    return made;
  }

  void close() override {
    session_->shut_down();
    const std::lock_guard lock{join_};
    started_ = true;
    if (thread_.joinable() && !session_->on_own_thread()) thread_.join();
  }

  void chain_id(chain_callback<std::uint64_t> done) override {
    session_->request("eth_chainId", "[]", parsed("eth_chainId", read_quantity, std::move(done)));
  }

  void head(chain_callback<ports::chain_block> done) override {
    session_->request("eth_getBlockByNumber", "[\"latest\",false]",
                      parsed("eth_getBlockByNumber", parse_block, std::move(done)));
  }

  void block(std::uint64_t number, chain_callback<std::optional<ports::chain_block>> done) override {
    ask_block(*session_, number, std::move(done));
  }

  void logs(ports::evm_log_query query, chain_callback<ports::evm_logs> done) override {
    log_questions node;
    node.logs = [session = session_](const auto& part, const hash32* block, auto answered) {
      ask_logs(*session, part, block, std::move(answered));
    };
    node.header = [session = session_](std::uint64_t number, auto answered) {
      ask_block(*session, number, std::move(answered));
    };
    ask_in_parts(std::move(node), refused_, std::move(query), std::move(done));
  }

  void receipt_logs(hash32 tx, chain_callback<std::optional<ports::evm_logs>> done) override {
    session_->request("eth_getTransactionReceipt", "[\"" + tx.to_string() + "\"]",
                      parsed("eth_getTransactionReceipt", parse_receipt, std::move(done)));
  }

  void call(address to, bytes input, chain_callback<bytes> done) override {
    session_->request("eth_call", call_params(to, input), parsed("eth_call", parse_bytes, std::move(done)));
  }

  void code(address at, chain_callback<bytes> done) override {
    session_->request("eth_getCode", "[\"" + at.to_string() + "\",\"latest\"]",
                      parsed("eth_getCode", parse_bytes, std::move(done)));
  }

  void raw_request(std::string method, std::string params, chain_callback<std::string> done) override {
    session_->request(std::move(method), std::move(params), [done = std::move(done)](auto answer) {
      if (!answer) return done(unexpected(std::move(answer.error())));
      done(json_text(**answer));
    });
  }

 private:
  static void ask_block(rpc_session& session, std::uint64_t number,
                        chain_callback<std::optional<ports::chain_block>> done) {
    session.request("eth_getBlockByNumber", block_params(number),
                    parsed("eth_getBlockByNumber", read_optional_block, std::move(done)));
  }

  static void ask_logs(rpc_session& session, const ports::evm_log_query& query, const hash32* block,
                       chain_callback<ports::evm_logs> done) {
    // Some nodes send more than was asked for; a log of a stranger's book must not be booked.
    auto parse = [books = query.books](const rapidjson::Value& value) {
      auto answer = parse_logs(value);
      if (answer && !books.empty()) {
        const auto strange = [&](const address& book) { return std::ranges::find(books, book) == books.end(); };
        std::erase_if(answer->logs, [&](const auto& l) { return strange(l.log.book); });
        std::erase_if(answer->malformed, [&](const auto& bad) { return bad.book && strange(*bad.book); });
      }
      return answer;
    };
    session.request("eth_getLogs", log_params(query, block), parsed("eth_getLogs", std::move(parse), std::move(done)));
  }

  std::shared_ptr<rpc_session> session_;
  std::shared_ptr<refused_questions> refused_ = std::make_shared<refused_questions>();
  std::thread thread_;
  /// Connecting has begun, or never will.
  bool started_ = false;
  std::mutex join_;
};

/// What is wrong with the options, or nothing.
std::string complaint(const chain_client_options& o) {
  using namespace std::chrono_literals;
  const auto positive = [](const char* key, std::chrono::milliseconds value) {
    return value > 0ms ? std::string{}
                       : std::string{key} + " is " + std::to_string(value.count()) + " ms; give a time above zero";
  };
  for (const auto& text :
       {positive("request_timeout", o.request_timeout), positive("connect_timeout", o.connect_timeout),
        positive("reconnect_min", o.reconnect_min), positive("stale_after", o.stale_after)}) {
    if (!text.empty()) return text;
  }
  if (o.reconnect_max < o.reconnect_min) {
    return "reconnect_max is " + std::to_string(o.reconnect_max.count()) + " ms; give at least reconnect_min, " +
           std::to_string(o.reconnect_min.count()) + " ms";
  }
  if (o.max_frame_bytes < 64 * 1024) {
    return "max_frame_bytes is " + std::to_string(o.max_frame_bytes) + "; give at least 65536, a block header's room";
  }
  if (!o.ca_file.empty() && !std::ifstream{o.ca_file}.good()) {
    return "ca_file is " + o.ca_file + ", which cannot be read; give a PEM file, or nothing for the system's roots";
  }
  return {};
}

}  // namespace

expected<std::shared_ptr<rpc_client>, std::string> make_rpc_client(chain_client_options options,
                                                                   const ports::clock& clock, ports::random& random) {
  auto url = parse_rpc_url(options.url);
  if (!url) return unexpected("url (its value is not shown, as it may hold a key): " + url.error());
  if (auto wrong = complaint(options); !wrong.empty()) return unexpected(std::move(wrong));
  options.url.clear();
  auto session = std::make_shared<rpc_session>(std::move(options), std::move(*url), clock, random);
  return std::shared_ptr<rpc_client>{std::make_shared<ws_rpc_client>(std::move(session))};
}

expected<std::shared_ptr<ports::chain_client>, std::string> make_chain_client(chain_client_options options,
                                                                              const ports::clock& clock,
                                                                              ports::random& random) {
  auto made = make_rpc_client(std::move(options), clock, random);
  if (!made) return unexpected(std::move(made.error()));
  return std::shared_ptr<ports::chain_client>{std::move(*made)};
}

}  // namespace hedgerow::evm
