#include "runtime/adapters/evm/rpc_session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "messages/faults/fault_point.hpp"
#include "runtime/adapters/evm/rpc_errors.hpp"
#include "runtime/adapters/evm/rpc_request.hpp"

namespace hedgerow::evm {

namespace asio = boost::asio;
using namespace faults::literals;
using ports::chain_error;
using ports::chain_failure;

namespace {

constexpr std::chrono::minutes longest_wish{5};

faults::fault_id point_of(std::string_view method) {
  if (method == "eth_getLogs") return "chain.logs.after_send"_fault;
  if (method == "eth_getTransactionReceipt") return "chain.receipt.after_send"_fault;
  if (method == "eth_subscribe") return "chain.subscribe.after_send"_fault;
  return "chain.request.after_send"_fault;
}

}  // namespace

rpc_session::rpc_session(chain_client_options options, rpc_url url, const ports::clock& clock, ports::random& random)
    : work_{asio::make_work_guard(io_)},
      options_{std::move(options)},
      url_{std::move(url)},
      clock_{clock},
      random_{random},
      retry_timer_{io_},
      sweep_timer_{io_},
      stale_timer_{io_} {}

void rpc_session::start() {
  const std::lock_guard lock{mutex_};
  running_ = true;
  asio::post(io_, [this] { connect(); });
}

void rpc_session::shut_down() {
  {
    const std::lock_guard lock{mutex_};
    if (!running_) return;
    running_ = false;
    // Queued while the work guard still holds, so run() cannot have returned yet.
    if (!on_own_thread()) return asio::post(io_, [this] { stop(); });
  }
  stop();
}

void rpc_session::stop() {
  state_ = state::stopped;
  if (transport_) transport_->close();
  retry_timer_.cancel();
  stale_timer_.cancel();
  fail_all({closed::cause::network, "the client is closed"});
  work_.reset();
}

// -- subscribers ------------------------------------------------------------------------------------------------------

ports::subscription rpc_session::subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) {
  auto who = std::make_shared<chain_subscriber>(std::move(wanted), std::move(listener));
  asio::post(io_, [this, who] { add(who); });
  return ports::subscription{[who, session = weak_from_this()] {
    who->end();
    if (const auto alive = session.lock()) asio::post(alive->io_, [self = alive.get(), who] { self->remove(who); });
  }};
}

void rpc_session::add(const subscriber_ptr& added) {
  if (state_ == state::stopped) return;
  subscribers_.push_back(added);
  if (state_ != state::subscribing && state_ != state::up) return;
  if (added->wants_logs())
    subscribe_to_logs(added);
  else if (state_ == state::up)
    tell_up(*added);
}

void rpc_session::remove(const subscriber_ptr& ended) {
  std::erase(subscribers_, ended);
  if (!ended->logs.empty() && (state_ == state::subscribing || state_ == state::up)) unsubscribe(ended->logs);
}

void rpc_session::unsubscribe(std::string name) {
  // A node that does not know it any more has nothing to end.
  issue("eth_unsubscribe", "[\"" + name + "\"]", [](const auto&) {});
  ended_subscriptions_.insert(std::move(name));
}

template <class Event, class... Values>
void rpc_session::tell_all(Event event, const Values&... values) {
  for (const auto& who : std::vector{subscribers_}) who->tell(event, values...);
}

void rpc_session::tell_up(chain_subscriber& who) {
  if (state_ != state::up || who.up || !who.confirmed()) return;
  who.up = true;
  who.tell(&ports::chain_listener::up);
}

// -- connecting -------------------------------------------------------------------------------------------------------

void rpc_session::connect() {
  if (state_ == state::stopped) return;
  state_ = state::connecting;
  transport_options options{url_, options_.connect_timeout, options_.max_frame_bytes, options_.ca_file};
  transport_events events{.opened = [this] { opened(); },
                          .frame = [this](std::string_view text) { received(text); },
                          .gone = [this](closed why) { lost(std::move(why)); }};
  if (url_.tls) {
    auto made = make_tls_transport(io_, std::move(options), std::move(events));
    if (!made) return lost({closed::cause::network, std::move(made.error())});
    transport_ = std::move(*made);
  } else {
    transport_ = make_plain_transport(io_, std::move(options), std::move(events));
  }
  transport_->connect();
}

/// All requests leave together: one round trip until `up`.
void rpc_session::opened() {
  state_ = state::subscribing;
  last_head_ = 0;
  unconfirmed_ = 2;
  ended_subscriptions_.clear();
  subscribe_to_heads();
  for (const auto& who : subscribers_)
    if (who->wants_logs()) subscribe_to_logs(who);
  read_start_block();
}

void rpc_session::subscribe_to_heads() {
  head_subscription_.clear();
  ask_subscription("[\"newHeads\"]", [this](std::string name) {
    head_subscription_ = std::move(name);
    confirmed();
  });
}

void rpc_session::subscribe_to_logs(const subscriber_ptr& who) {
  ask_subscription(subscription_params(who->wanted().contracts, who->wanted().topic0), [this, who](std::string name) {
    // It has ended meanwhile.
    if (std::ranges::find(subscribers_, who) == subscribers_.end()) return unsubscribe(std::move(name));
    who->logs = std::move(name);
    tell_up(*who);
  });
}

void rpc_session::ask_subscription(std::string params, std::function<void(std::string)> then) {
  issue("eth_subscribe", std::move(params), [this, then = std::move(then)](auto answer) {
    if (state_ != state::subscribing && state_ != state::up) return;
    if (!answer) {
      return lost({closed::cause::network, "cannot subscribe: " + answer.error().detail, answer.error().wait});
    }
    if (!(*answer)->IsString()) return lost({closed::cause::network, "cannot subscribe: the answer is not a name"});
    then({(*answer)->GetString(), (*answer)->GetStringLength()});
  });
}

void rpc_session::read_start_block() {
  issue("eth_blockNumber", "[]", [this](auto answer) {
    if (state_ != state::subscribing) return;
    const auto number = answer ? parse_quantity(**answer) : std::nullopt;
    if (!number) {
      const auto why = answer ? std::string{"the answer is not a quantity"} : answer.error().detail;
      return lost({closed::cause::network, "cannot read the block number: " + why,
                   answer ? std::nullopt : answer.error().wait});
    }
    last_head_ = std::max(last_head_, *number);
    confirmed();
  });
}

void rpc_session::confirmed() {
  if (--unconfirmed_ > 0) return;
  state_ = state::up;
  up_since_ = clock_.monotonic();
  watch(options_.stale_after, &rpc_session::ask_whether_stale);
  for (const auto& who : std::vector{subscribers_}) tell_up(*who);
}

void rpc_session::lost(closed why) {
  if (state_ == state::stopped || state_ == state::waiting) return;
  // A connection that holds for a while earns a fresh back-off; one that breaks right after `up` does not.
  if (state_ == state::up && clock_.monotonic() - up_since_ >= options_.reconnect_max) failures_ = 0;
  state_ = state::waiting;
  if (transport_) transport_->close();
  transport_.reset();
  stale_timer_.cancel();
  for (const auto& who : subscribers_) {
    who->logs.clear();
    who->up = false;
  }
  fail_all(why);
  if (state_ != state::waiting) return;
  const std::string reason = url_.scrub(why.reason);
  if (why.why != closed::cause::network)
    tell_all(&ports::chain_listener::malformed, ports::malformed_evm_log{.reason = reason, .text = {}});
  if (state_ == state::waiting) tell_all(&ports::chain_listener::down, url_.shown() + ": " + reason);
  if (state_ == state::waiting) schedule_retry(why.wait.value_or(duration{0}));
}

rpc_session::duration rpc_session::next_delay() {
  const auto doubled = options_.reconnect_min * (1LL << std::min(failures_, 20U));
  const auto limit = std::min<duration>(doubled, options_.reconnect_max);
  ++failures_;
  const auto half = static_cast<std::uint64_t>(limit.count()) / 2;
  return limit - duration{static_cast<long>(half == 0 ? 0 : random_.next() % (half + 1))};
}

/// A wish of the node is granted up to a limit: a wrong one must not keep the client away for hours.
void rpc_session::schedule_retry(duration wish) {
  retry_timer_.expires_after(std::max(next_delay(), std::min<duration>(wish, longest_wish)));
  retry_timer_.async_wait([this](const auto& error) {
    if (!error) connect();
  });
}

// -- requests ---------------------------------------------------------------------------------------------------------

void rpc_session::request(std::string method, std::string params, value_callback done) {
  {
    const std::lock_guard lock{mutex_};
    if (running_ && !on_own_thread()) {
      asio::post(io_, [this, m = std::move(method), p = std::move(params), d = std::move(done)]() mutable {
        issue(std::move(m), std::move(p), std::move(d));
      });
      return;
    }
  }
  if (on_own_thread()) return issue(std::move(method), std::move(params), std::move(done));
  done(unexpected(chain_error{chain_failure::disconnected, method + ": the client is not open"}));
}

void rpc_session::issue(std::string method, std::string params, value_callback done) {
  if (state_ != state::subscribing && state_ != state::up) {
    done(unexpected(chain_error{chain_failure::disconnected, method + ": not connected to " + url_.shown()}));
    return;
  }
  const auto id = ++last_id_;
  transport_->send(request_text(id, method, params));
  pending_.emplace(id, pending{std::move(method), std::move(done)});
  const auto now = std::chrono::steady_clock::now();  // allow: socket time-outs are Asio's business
  deadlines_.emplace_back(now + options_.request_timeout, id);
  if (deadlines_.size() == 1) arm_sweep();
}

/// All requests have the same time-out, so the oldest is due first.
void rpc_session::arm_sweep() {
  while (!deadlines_.empty() && !pending_.contains(deadlines_.front().second)) deadlines_.pop_front();
  if (deadlines_.empty()) return;
  sweep_timer_.expires_at(deadlines_.front().first);
  sweep_timer_.async_wait([this](const auto& error) {
    if (error) return;
    const auto now = std::chrono::steady_clock::now();  // allow: socket time-outs are Asio's business
    while (!deadlines_.empty() && deadlines_.front().first <= now) {
      auto entry = pending_.extract(deadlines_.front().second);
      deadlines_.pop_front();
      if (entry.empty()) continue;
      auto& late = entry.mapped();
      late.done(unexpected(
          chain_error{chain_failure::timed_out,
                      late.method + ": no answer within " + std::to_string(options_.request_timeout.count()) + " ms"}));
    }
    arm_sweep();
  });
}

void rpc_session::fail_all(const closed& why) {
  auto all = std::move(pending_);
  pending_.clear();
  deadlines_.clear();
  sweep_timer_.cancel();
  for (auto& [id, entry] : all) {
    // Nothing else says which of the answers was too large; of these requests it is the one that can be halved.
    const bool halve = why.why == closed::cause::too_large && entry.method == "eth_getLogs";
    entry.done(unexpected(chain_error{halve ? chain_failure::range_too_wide : chain_failure::disconnected,
                                      entry.method + ": " + url_.scrub(why.reason)}));
  }
}

// -- what the node says -----------------------------------------------------------------------------------------------

void rpc_session::received(std::string_view text) {
  const auto frame = parse_frame(text);
  if (!frame) return malformed(frame.error(), text);
  if (!frame->subscription.empty()) return notified(*frame, text);
  answered(*frame, text);
}

/// A plan takes the answer to this request away.
bool rpc_session::is_lost(std::uint64_t id) const {
  const auto asked = pending_.find(id);
  return asked != pending_.end() && faults::strikes(point_of(asked->second.method));
}

void rpc_session::answered(const rpc_frame& frame, std::string_view text) {
  if (!frame.id) {
    // Mostly the notice of a rate limit. It says of no log that it could not be read.
    auto said = classify_error("", *frame.error, &url_);
    if (state_ != state::stopped) tell_all(&ports::chain_listener::complaint, said);
    return;
  }
  if (faults::armed() && is_lost(*frame.id)) return;
  auto entry = pending_.extract(*frame.id);
  if (entry.empty()) {
    // An answer later than its time-out is not worth a word; one to a question never asked is.
    if (*frame.id == 0 || *frame.id > last_id_) malformed("an answer to a request that was never made", text);
    return;
  }
  auto& found = entry.mapped();
  if (frame.error == nullptr) return found.done(frame.result);
  found.done(unexpected(classify_error(found.method, *frame.error, &url_)));
}

void rpc_session::notified(const rpc_frame& frame, std::string_view text) {
  if (frame.subscription == head_subscription_) {
    auto block = parse_block(*frame.result);
    if (!block) return malformed("head: " + block.error(), text);
    last_head_ = block->number;
    if (state_ != state::up) return;
    watch(options_.stale_after, &rpc_session::ask_whether_stale);
    for (const auto& who : std::vector{subscribers_})
      if (who->up) who->tell(&ports::chain_listener::head, *block);
    return;
  }
  // Before `up` nothing is missed: the backfill that follows `up` reads all blocks that exist by now.
  if (state_ != state::up) return;
  const auto found =
      std::ranges::find_if(subscribers_, [&](const auto& one) { return one->logs == frame.subscription; });
  if (found == subscribers_.end()) {
    // A log may overtake the answer that names its subscription; what follows `up` is read again anyhow.
    const bool unnamed = std::ranges::any_of(subscribers_, [](const auto& one) { return !one->confirmed(); });
    if (!unnamed && !ended_subscriptions_.contains(frame.subscription))
      malformed("a notification nobody subscribed to", text);
    return;
  }
  const auto who = *found;
  if (!who->up) return;
  auto log = parse_log(*frame.result);
  if (!log) {
    auto remains = remains_of(*frame.result, "log: " + log.error(), &url_);
    if (!remains.book || who->wants(*remains.book)) who->tell(&ports::chain_listener::malformed, std::move(remains));
    return;
  }
  if (who->wants(log->log.book)) who->tell(&ports::chain_listener::log, std::move(*log));
}

void rpc_session::malformed(std::string reason, std::string_view text) {
  if (state_ == state::stopped) return;
  tell_all(&ports::chain_listener::malformed,
           ports::malformed_evm_log{.reason = url_.scrub(std::move(reason)),
                                    .text = cut_text(url_.scrub(std::string{text}))});
}

// -- silence ----------------------------------------------------------------------------------------------------------

void rpc_session::watch(duration after, void (rpc_session::*then)()) {
  stale_timer_.expires_after(after);
  stale_timer_.async_wait([this, then](const auto& error) {
    if (!error && state_ == state::up) (this->*then)();
  });
}

/// A chain may pause, and a connection may be dead or its subscription forgotten: the node's block number decides.
void rpc_session::ask_whether_stale() {
  issue("eth_blockNumber", "[]", [this](auto answer) {
    if (state_ != state::up) return;
    const auto number = answer ? parse_quantity(**answer) : std::nullopt;
    if (!number) return lost({closed::cause::network, "silent, and no answer to eth_blockNumber"});
    if (*number <= last_head_) return watch(options_.stale_after, &rpc_session::ask_whether_stale);
    // Its head may be on the way to us right now.
    untold_head_ = *number;
    watch(std::min<duration>(options_.stale_after, std::chrono::seconds{2}), &rpc_session::judge_stale);
  });
}

void rpc_session::judge_stale() {
  if (last_head_ >= untold_head_) return watch(options_.stale_after, &rpc_session::ask_whether_stale);
  lost({closed::cause::network,
        "the node is at block " + std::to_string(untold_head_) + " and told only of " + std::to_string(last_head_)});
}

}  // namespace hedgerow::evm
