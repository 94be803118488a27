#include "actors/chain/gateway_client.hpp"

#include <caf/all.hpp>
#include <map>
#include <mutex>

namespace hedgerow::chain {
namespace {

using namespace protocol;

/// What a client and its subscriptions share; either may go first.
struct own_listeners {
  std::mutex mutex;
  bool closed = false;
  std::map<std::uint64_t, chain_listening_ptr> all;

  [[nodiscard]] bool is_closed() {
    const std::scoped_lock lock{mutex};
    return closed;
  }
};

/// After it returns the listener is not called.
void end(chain_users& users, std::uint64_t id, chain_listening& listening) {
  listening.end();
  users.remove(id);
  if (const auto gateway = users.gateway.get()) caf::anon_send(gateway, unlisten_atom::value, id);
}

class gateway_client final : public ports::chain_client {
 public:
  explicit gateway_client(std::shared_ptr<chain_users> users) : users_{std::move(users)} {}
  gateway_client(const gateway_client&) = delete;
  gateway_client& operator=(const gateway_client&) = delete;
  ~gateway_client() override { close(); }

  /// The endpoints connect when the gateway starts.
  void connect() override {}

  ports::subscription subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) override {
    auto listening = std::make_shared<chain_listening>(std::move(wanted), std::move(listener));
    std::uint64_t id = 0;
    {
      const std::scoped_lock lock{mine_->mutex};
      if (mine_->closed) return {};
      id = users_->add(listening);
      mine_->all.emplace(id, listening);
    }
    if (const auto gateway = users_->gateway.get()) caf::anon_send(gateway, listen_atom::value, id);
    return ports::subscription{[users = users_, mine = mine_, id, listening] {
      end(*users, id, *listening);
      const std::scoped_lock lock{mine->mutex};
      mine->all.erase(id);
    }};
  }

  void close() override {
    std::map<std::uint64_t, chain_listening_ptr> left;
    {
      const std::scoped_lock lock{mine_->mutex};
      mine_->closed = true;
      left.swap(mine_->all);
    }
    for (const auto& [id, listening] : left) end(*users_, id, *listening);
    // Whoever asked may be gone before an endpoint answers.
    users_->fail_of(mine_.get(), "the client is closed");
  }

  void chain_id(ports::chain_callback<std::uint64_t> done) override { ask(chain_id_question{}, std::move(done)); }
  void head(ports::chain_callback<ports::chain_block> done) override { ask(head_question{}, std::move(done)); }
  void block(std::uint64_t number, ports::chain_callback<std::optional<ports::chain_block>> done) override {
    ask(block_question{number}, std::move(done));
  }
  void logs(ports::evm_log_query query, ports::chain_callback<ports::evm_logs> done) override {
    ask(logs_question{std::move(query)}, std::move(done));
  }
  void receipt_logs(hash32 tx, ports::chain_callback<std::optional<ports::evm_logs>> done) override {
    ask(receipt_question{tx}, std::move(done));
  }
  void call(address to, bytes input, ports::chain_callback<bytes> done) override {
    ask(call_question{to, std::move(input)}, std::move(done));
  }
  void code(address at, ports::chain_callback<bytes> done) override { ask(code_question{at}, std::move(done)); }

 private:
  template <class Question>
  void ask(Question what, ports::chain_callback<typename Question::answer> done) const {
    const auto number = users_->await(mine_.get(), [done = std::move(done)](const told& answer) {
      if (answer.error) return done(unexpected(*answer.error));
      done(std::get<typename Question::answer>(answer.value));
    });
    const auto gateway = mine_->is_closed() ? chain_gateway_actor{} : users_->gateway.get();
    if (!gateway)
      return users_->answer(number,
                            {ports::chain_error{ports::chain_failure::disconnected, "no gateway to the chain"}});
    caf::anon_send(gateway, question_atom::value, number, std::make_shared<const question>(std::move(what)));
  }

  std::shared_ptr<chain_users> users_;
  std::shared_ptr<own_listeners> mine_ = std::make_shared<own_listeners>();
};

}  // namespace

std::shared_ptr<ports::chain_client> make_gateway_client(std::shared_ptr<chain_users> users) {
  return std::make_shared<gateway_client>(std::move(users));
}

}  // namespace hedgerow::chain
