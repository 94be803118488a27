#include "model_node.hpp"

#include <algorithm>

namespace hedgerow::test {
namespace {

using ports::chain_block;
using ports::chain_error;
using ports::chain_failure;
using ports::evm_logs;

constexpr std::uint64_t model_chain_id = 31337;
/// After this a request without an answer has failed.
constexpr milliseconds request_limit{10'000};

}  // namespace

milliseconds model_node::delay() {
  return milliseconds{std::uniform_int_distribution<std::uint64_t>{0, mood_.late_ms}(random_)};
}

std::optional<chain_error> model_node::refusal() {
  if (chance(mood_.throttled)) return chain_error{chain_failure::throttled, "too many requests"};
  if (chance(mood_.failing)) return chain_error{chain_failure::rpc_error, "header not found"};
  return std::nullopt;
}

template <class T>
void model_node::answer(std::function<expected<T, chain_error>()> look, ports::chain_callback<T> done) {
  const auto give = [time = time_](milliseconds when, auto what) { time->at(when, std::move(what)); };
  if (!connected_)
    return give(time_->now(), [done] { done(unexpected(chain_error{chain_failure::disconnected, "not connected"})); });
  if (chance(mood_.lost))
    return give(time_->now() + request_limit, [done, self = shared_from_this(), connection = connection_] {
      const bool here = self->connected_ && self->connection_ == connection;
      done(unexpected(chain_error{here ? chain_failure::timed_out : chain_failure::disconnected, "no answer"}));
    });
  std::optional<expected<T, chain_error>> now;
  if (auto why = refusal())
    now = unexpected(std::move(*why));
  else if (chance(mood_.stale))
    now = look();
  give(time_->now() + delay(), [done, look, now, self = shared_from_this(), connection = connection_] {
    if (!self->connected_ || self->connection_ != connection)
      return done(unexpected(chain_error{chain_failure::disconnected, "the connection was lost"}));
    done(now ? *now : look());
  });
}

/// The messages of one connection arrive in the order in which they were sent.
void model_node::tell(std::function<void(const ports::chain_listener&)> what) {
  if (!connected_ || !listener_) return;
  news_until_ = std::max(news_until_, time_->now() + delay());
  time_->at(news_until_, [what = std::move(what), self = shared_from_this(), connection = connection_,
                          listener = listeners_] {
    if (self->connected_ && self->connection_ == connection && self->listener_ && self->listeners_ == listener)
      what(*self->listener_);
  });
}

void model_node::show(std::uint64_t block, const node_news& news) {
  const auto fork = tree_->common_ancestor(tip_, block);
  auto left = tree_->path(fork, tip_);
  std::reverse(left.begin(), left.end());
  const auto joined = tree_->path(fork, block);
  tip_ = block;
  std::vector<std::function<void(const ports::chain_listener&)>> all;
  const auto add_logs = [&](std::uint64_t of, bool removed) {
    for (const auto& log : tree_->at(of).logs)
      for (int copy = 0; copy < (news.doubled ? 2 : 1); ++copy)
        all.push_back([log, removed](const auto& listener) { listener.log({log, removed, std::nullopt}); });
  };
  const auto add_head = [&](std::uint64_t of) {
    all.push_back([header = tree_->at(of).header](const auto& listener) { listener.head(header); });
  };
  for (const auto part : news.parts) switch (part) {
      case node_news::part::removed:
        for (const auto b : left) add_logs(b, true);
        break;
      case node_news::part::logs:
        for (const auto b : joined) add_logs(b, false);
        break;
      case node_news::part::heads:
        for (const auto b : joined) add_head(b);
        break;
      case node_news::part::head: add_head(block); break;
    }
  if (news.shuffled) std::shuffle(all.begin(), all.end(), random_);
  for (auto& one : all) tell(std::move(one));
}

void model_node::drop() {
  if (!connected_) return;
  connected_ = false;
  ++connection_;
  if (listener_) listener_->down("the connection was lost");
}

void model_node::raise() {
  if (connected_) return;
  connected_ = true;
  news_until_ = time_->now();
  if (listener_) listener_->up();
}

/// The client of one process.
class model_client final : public ports::chain_client {
 public:
  explicit model_client(std::shared_ptr<model_node> node) : node_{std::move(node)} {}

  void connect() override {}

  ports::subscription subscribe(ports::evm_log_filter, ports::chain_listener listener) override {
    node_->listener_ = std::move(listener);
    mine_ = ++node_->listeners_;
    node_->tell([](const auto& subscriber) { subscriber.up(); });
    return ports::subscription{[this] { close(); }};
  }

  void close() override {
    if (node_->listeners_ == mine_) node_->listener_.reset();
  }

  void chain_id(ports::chain_callback<std::uint64_t> done) override {
    node_->answer<std::uint64_t>([] { return model_chain_id; }, std::move(done));
  }

  void head(ports::chain_callback<chain_block> done) override {
    node_->answer<chain_block>([node = node_] { return node->tree_->at(node->tip_).header; }, std::move(done));
  }

  void block(std::uint64_t number, ports::chain_callback<std::optional<chain_block>> done) override {
    node_->answer<std::optional<chain_block>>(
        [node = node_, number]() -> std::optional<chain_block> {
          if (number > node->tree_->height(node->tip_) || node->misses()) return std::nullopt;
          return node->tree_->at(node->tree_->ancestor(node->tip_, number)).header;
        },
        std::move(done));
  }

  void logs(ports::evm_log_query query, ports::chain_callback<evm_logs> done) override {
    node_->answer<evm_logs>(
        [node = node_, query]() -> expected<evm_logs, chain_error> {
          if (node->mood_.narrow != 0 && query.to - query.from >= node->mood_.narrow)
            return unexpected(chain_error{chain_failure::range_too_wide, "range too wide"});
          evm_logs found;
          for (const auto name : node->path_to_tip()) {
            const auto& b = node->tree_->at(name);
            if (b.header.number < query.from || b.header.number > query.to) continue;
            for (const auto& log : b.logs) found.logs.push_back({log, false, std::nullopt});
          }
          return found;
        },
        std::move(done));
  }

  void receipt_logs(hash32 tx, ports::chain_callback<std::optional<evm_logs>> done) override {
    node_->answer<std::optional<evm_logs>>(
        [node = node_, tx]() -> std::optional<evm_logs> {
          evm_logs found;
          if (!node->misses())
            for (const auto name : node->path_to_tip())
              for (const auto& log : node->tree_->at(name).logs)
                if (log.ref.tx_hash == tx) found.logs.push_back({log, false, std::nullopt});
          if (found.logs.empty()) return std::nullopt;
          return found;
        },
        std::move(done));
  }

  void call(address, bytes, ports::chain_callback<bytes> done) override {
    node_->answer<bytes>(
        []() -> expected<bytes, chain_error> {
          return unexpected(chain_error{chain_failure::reverted, "reverted"});
        },
        std::move(done));
  }

  void code(address, ports::chain_callback<bytes> done) override {
    node_->answer<bytes>([] { return bytes(1, 0x60); }, std::move(done));
  }

 private:
  std::shared_ptr<model_node> node_;
  std::uint64_t mine_ = 0;
};

std::shared_ptr<ports::chain_client> model_node::client() { return std::make_shared<model_client>(shared_from_this()); }

}  // namespace hedgerow::test
