#include "runtime/adapters/schwab/account_lookup.hpp"
#include "messages/types/http_date.hpp"

#include "runtime/adapters/schwab/call.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {
namespace {

using namespace faults::literals;

/// A hash younger than this is not the reason for a refusal; asking again would double the requests (facts, 5.4).
constexpr std::chrono::seconds trusted_for{60};
/// How long a placement waits for another token than the refused one.
constexpr std::chrono::seconds refused_for{10};

}  // namespace

void refused_token::note(const std::string& token, monotonic_time now) {
  const std::lock_guard lock{mutex_};
  token_ = token;
  at_ = now;
}

bool refused_token::is_useless(const std::string& token, monotonic_time now) const {
  const std::lock_guard lock{mutex_};
  return token == token_ && now - at_ < refused_for;
}

void api_caller::send(http::request r, bool repeatable, std::optional<deadline> write_before,
                      std::function<void(api_answer)> done) const {
  const auto token = tokens_->get();
  if (!token)
    return done(unexpected(broker_error{broker_failure::not_sent, 0, "no access token: somebody must log in", {}}));
  if (!repeatable && refused_->is_useless(*token, clock_.monotonic()))
    return done(unexpected(broker_error{
        broker_failure::not_sent, 0, "the access token was not accepted, and there is no other one yet", {}}));
  r.headers.emplace_back("Authorization", "Bearer " + *token);
  client_->send(std::move(r), repeatable, write_before,
                [&clock = clock_, times = times_, sent = clock_.now(), refused = repeatable ? nullptr : refused_,
                 token = *token, done = std::move(done)](expected<http::response, http::client_error> answer) {
                  if (!answer) return done(unexpected(from_client(answer.error())));
                  times->heard(sent, clock.now(), *answer);
                  if (refused && answer->status == 401) refused->note(token, clock.monotonic());
                  if (answer->status < 200 || answer->status > 299)
                    return done(unexpected(read_error(*answer, clock.now())));
                  done(std::move(*answer));
                });
}

void api_caller::broker_times::heard(timestamp sent, timestamp received, const http::response& answer) {
  const auto date = http::find_header(answer.headers, "Date");
  // An answer with an age has the time of when it was made, not of when it was asked for.
  const auto time = date && !http::find_header(answer.headers, "Age") ? parse_http_date(*date) : std::nullopt;
  if (!time) return;
  const std::lock_guard lock{mutex_};
  newest_ = clock_sample{sent, received, *time};
}

std::optional<clock_sample> api_caller::broker_times::newest() const {
  const std::lock_guard lock{mutex_};
  return newest_;
}

void account_lookup::get(callback done) {
  const auto remembered = tokens_->account();
  std::optional<std::string> known;
  {
    const std::lock_guard lock{mutex_};
    // Nodes that chose before the log remembered an account may have chosen differently: the log decides.
    if (known_ && remembered && known_->number != *remembered) known_.reset();
    if (known_) known = known_->hash;
    if (!known) {
      waiting_.push_back(std::move(done));
      if (waiting_.size() > 1) return;
    }
  }
  if (known) return done(std::move(*known));
  ask();
}

void account_lookup::doubt(const broker_error& error) {
  if (error.http_status != 400 && error.http_status != 403 && error.http_status != 404) return;
  const std::lock_guard lock{mutex_};
  if (caller_->clock().monotonic() - learnt_at_ >= trusted_for) known_.reset();
}

void account_lookup::ask() {
  http::request r{"GET", "/trader/v1/accounts/accountNumbers", {{"Accept", "application/json"}}, {}};
  caller_->send(std::move(r), true, std::nullopt, [self = shared_from_this()](api_answer answer) {
    if (faults::strikes("broker.account.after_send"_fault)) answer = unexpected(injected_loss());
    if (!answer) {
      answer.error().detail = "accounts: " + answer.error().detail;
      return self->finish(unexpected(std::move(answer.error())));
    }
    self->finish(self->choose(*answer));
  });
}

expected<ports::broker_account, broker_error> account_lookup::choose(const http::response& answer) const {
  const auto all = parse_accounts(answer.body);
  if (!all) return unexpected(malformed(answer.status, "accounts: " + all.error()));
  std::vector<std::string> numbers;
  for (const auto& a : *all) numbers.push_back(a.number);
  const auto place = domain::choose_account(numbers, tokens_->account(), wish_);
  if (!place) return unexpected(malformed(answer.status, "accounts: " + place.error()));
  if ((*all)[*place].hash.empty()) return unexpected(malformed(answer.status, "accounts: hashValue is missing"));
  return (*all)[*place];
}

void account_lookup::finish(const expected<ports::broker_account, broker_error>& result) {
  std::vector<callback> waiting;
  {
    const std::lock_guard lock{mutex_};
    if (result) {
      known_ = *result;
      learnt_at_ = caller_->clock().monotonic();
    }
    waiting.swap(waiting_);
  }
  const auto hash = result ? expected<std::string, broker_error>{result->hash} : unexpected(result.error());
  for (auto& done : waiting) done(hash);
}

}  // namespace hedgerow::schwab
