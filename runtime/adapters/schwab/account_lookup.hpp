// Calls with the access token, and the account that they are about. Internal to this folder.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/domain/broker/account_choice.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

/// A success (2xx), or what went wrong.
using api_answer = expected<http::response, broker_error>;

/// The access token that a placement was last refused for with 401. Thread-safe.
class refused_token {
 public:
  void note(const std::string& token, monotonic_time now);
  /// Whether to wait for another one: for a while only, since a 401 may be a passing fault.
  [[nodiscard]] bool is_useless(const std::string& token, monotonic_time now) const;

 private:
  mutable std::mutex mutex_;
  std::string token_;
  monotonic_time at_{0};
};

/// Adds the token and reads failures. Thread-safe.
class api_caller {
 public:
  api_caller(std::shared_ptr<http::client> client, std::shared_ptr<ports::token_holder> tokens,
             const ports::clock& clock)
      : client_{std::move(client)}, tokens_{std::move(tokens)}, clock_{clock} {}

  /// A call that is not repeatable, a placement, is `not_sent` with a token that the last one was refused for: it has
  /// one fresh try, which is for another token.
  void send(http::request r, bool repeatable, std::optional<deadline> write_before,
            std::function<void(api_answer)> done) const;
  [[nodiscard]] const ports::clock& clock() const { return clock_; }
  /// From the `Date` of the newest answer that did not come out of a cache.
  [[nodiscard]] std::optional<clock_sample> newest_clock_sample() const { return times_->newest(); }

 private:
  /// Shared with the answers that are still to come.
  class broker_times {
   public:
    void heard(timestamp sent, timestamp received, const http::response& answer);
    [[nodiscard]] std::optional<clock_sample> newest() const;

   private:
    mutable std::mutex mutex_;
    std::optional<clock_sample> newest_;
  };

  std::shared_ptr<broker_times> times_ = std::make_shared<broker_times>();
  std::shared_ptr<http::client> client_;
  std::shared_ptr<ports::token_holder> tokens_;
  const ports::clock& clock_;
  std::shared_ptr<refused_token> refused_ = std::make_shared<refused_token>();
};

/// The account's hash: asked for once, by however many callers at the same time (facts, 5.4). Which account it is
/// follows from the log and the configuration (domain::choose_account). Thread-safe.
class account_lookup : public std::enable_shared_from_this<account_lookup> {
 public:
  using callback = std::function<void(const expected<std::string, broker_error>&)>;

  account_lookup(std::shared_ptr<api_caller> caller, std::shared_ptr<ports::token_holder> tokens,
                 domain::account_wish wish)
      : caller_{std::move(caller)}, tokens_{std::move(tokens)}, wish_{std::move(wish)} {}

  void get(callback done);
  /// A call about the account failed: when the hash may be the reason, and it is not new, the next get() asks again.
  void doubt(const broker_error& error);

 private:
  void ask();
  [[nodiscard]] expected<ports::broker_account, broker_error> choose(const http::response& answer) const;
  void finish(const expected<ports::broker_account, broker_error>& result);

  std::shared_ptr<api_caller> caller_;
  std::shared_ptr<ports::token_holder> tokens_;
  const domain::account_wish wish_;
  std::mutex mutex_;
  std::optional<ports::broker_account> known_;
  monotonic_time learnt_at_{0};
  /// Not empty while the question is under way.
  std::vector<callback> waiting_;
};

}  // namespace hedgerow::schwab
