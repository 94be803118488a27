#include "actors/chain/endpoint.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

namespace hedgerow::chain {

using namespace protocol;
using ports::chain_error;
using ports::chain_failure;
using ports::notice_level;

namespace {

/// Questions that wait for their turn; more are refused at once.
constexpr std::size_t most_waiting = 10'000;
constexpr std::chrono::milliseconds chain_id_pause{1'000};
/// Of an answer in a notice or a status.
constexpr std::size_t text_shown = 300;

told_ptr failure(chain_failure kind, std::string why, std::optional<std::chrono::milliseconds> wait = {}) {
  return std::make_shared<const told>(told{chain_error{kind, std::move(why), wait}});
}

}  // namespace

endpoint::endpoint(pointer self, std::size_t at, endpoint_config config, caf::actor_addr gateway,
                   const ports::clock* clock, ports::random* random, ports::notices* notices)
    : self_{self},
      at_{at},
      config_{std::move(config)},
      gateway_{std::move(gateway)},
      clock_{clock},
      random_{random},
      notices_{notices},
      health_{config_.policy} {}

endpoint::interface::behavior_type endpoint::start() {
  client_ = config_.connect();
  client_->connect();
  // Its own: it tells of the connection and of heads whether anybody else listens or not.
  listen(own_listener, {});
  return {
      [this](status_atom) { return status(); },
      [this](listen_atom, std::uint64_t id, const ports::evm_log_filter& wanted) { listen(id, wanted); },
      [this](unlisten_atom, std::uint64_t id) { listening_.erase(id); },
      [this](question_atom, std::uint64_t number, const question_ptr& what) { ask(number, what); },
      [this](dissent_atom, const std::string& how) { contradicted(how); },
      [this](up_atom, std::uint64_t id) { up(id); },
      [this](down_atom, std::uint64_t id, const std::string& reason) { down(id, reason); },
      [this](logseen_atom, std::uint64_t id, const ports::evm_log& log) { tell(logseen_atom::value, id, log); },
      [this](headseen_atom, std::uint64_t id, const ports::chain_block& head) {
        head_ = head;
        tell(headseen_atom::value, id, head);
      },
      [this](badframe_atom, std::uint64_t id, const ports::malformed_evm_log& bad) {
        tell(badframe_atom::value, id, bad);
      },
      [this](complaint_atom, std::uint64_t id, const chain_error& why) { complained(id, why); },
      [this](answer_atom, std::uint64_t id, std::uint64_t connection, const chain_id_answer& answer) {
        identified(id, connection, answer);
      },
      [this](answer_atom, std::uint64_t connection, const head_answer& head) { first_head_came(connection, head); },
      [this](answer_atom, std::uint64_t number, const told_ptr& what) { answered(number, what); },
      [this](answer_atom, std::uint64_t number, const told_ptr& what, const block_answer& last) {
        last_block_came(number, what, last);
      },
      [this](tick_atom, std::uint64_t id, std::uint64_t connection) {
        if (connection == connection_ && listening_.contains(id)) up(id);
      },
  };
}

// -- its connection ---------------------------------------------------------------------------------------------------

void endpoint::listen(std::uint64_t id, const ports::evm_log_filter& wanted) {
  if (listening_.contains(id)) return;
  const auto me = self_->address();
  const auto to = [&](auto verb) {
    return
        [send = sends_to<interface>(me, verb), id](auto&&... what) { send(id, std::forward<decltype(what)>(what)...); };
  };
  ports::chain_listener tells;
  tells.up = to(up_atom::value);
  tells.down = to(down_atom::value);
  tells.log = to(logseen_atom::value);
  tells.head = to(headseen_atom::value);
  tells.malformed = to(badframe_atom::value);
  tells.complaint = to(complaint_atom::value);
  listening_[id] = client_->subscribe(wanted, std::move(tells));
}

/// It is heard once its chain is known.
void endpoint::up(std::uint64_t id) {
  client_->chain_id([me = self_->address(), id, connection = connection_](chain_id_answer answer) {
    sends_to<interface>(me, answer_atom::value)(id, connection, std::move(answer));
  });
}

void endpoint::identified(std::uint64_t id, std::uint64_t connection, const chain_id_answer& answer) {
  if (connection != connection_ || !listening_.contains(id)) return;
  if (answer) {
    chain_id_ = *answer;
    tell(up_atom::value, id, *answer);
    if (id != own_listener) return;
    connected_ = true;
    // The subscription only tells of blocks that come.
    return client_->head([me = self_->address(), connection](head_answer head) {
      sends_to<interface>(me, answer_atom::value)(connection, std::move(head));
    });
  }
  last_error_ = "eth_chainId: " + answer.error().detail;
  tell(down_atom::value, id, last_error_);
  const auto wish = std::min(answer.error().wait.value_or(chain_id_pause), config_.policy.longest_wish);
  self_->delayed_send(self_, std::max(chain_id_pause, wish), tick_atom::value, id, connection_);
}

void endpoint::first_head_came(std::uint64_t connection, const head_answer& head) {
  if (connection != connection_ || !head || head->number < head_.number) return;
  head_ = *head;
  report();
}

void endpoint::down(std::uint64_t id, const std::string& reason) {
  ++connection_;
  last_error_ = reason;
  if (id == own_listener) {
    connected_ = false;
    head_ = {};
    report();
  }
  tell(down_atom::value, id, reason);
}

// -- questions --------------------------------------------------------------------------------------------------------

void endpoint::ask(std::uint64_t number, const question_ptr& what) {
  if (waiting_.size() >= most_waiting)
    return tell(answer_atom::value, number,
                failure(chain_failure::throttled, std::to_string(most_waiting) + " questions wait already"));
  waiting_.emplace_back(number, what);
  pump();
}

void endpoint::pump() {
  while (!waiting_.empty() && under_way_.size() < config_.max_in_flight) {
    auto [number, what] = std::move(waiting_.front());
    waiting_.pop_front();
    under_way_[number] = {what, clock_->monotonic()};
    put(*client_, *what, config_.compared, [me = self_->address(), number = number](told_ptr answer) {
      sends_to<interface>(me, answer_atom::value)(number, std::move(answer));
    });
  }
}

void endpoint::answered(std::uint64_t number, const told_ptr& what) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;
  const auto* query = logs_of(*found->second.what);
  if (what->error || query == nullptr) return finish(number, what);
  // An endpoint answers a range that it does not have with an empty list, or with a part of it; and two that follow
  // different branches may have the same logs, or none.
  client_->block(query->to, [me = self_->address(), number, what](block_answer last) {
    sends_to<interface>(me, answer_atom::value)(number, what, std::move(last));
  });
}

void endpoint::last_block_came(std::uint64_t number, const told_ptr& what, const block_answer& last) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;
  const auto name = "block " + std::to_string(newest_block_of(*found->second.what));
  if (!last) return finish(number, failure(last.error().kind, name + ": " + last.error().detail, last.error().wait));
  if (!*last) return finish(number, failure(chain_failure::rpc_error, "it lags: it does not have " + name));
  if (!config_.compared) return finish(number, what);
  auto with_hash = std::make_shared<told>(*what);
  with_hash->last_block = (*last)->hash;
  const auto first_line = std::min(with_hash->text.find('\n'), with_hash->text.size());
  with_hash->text.insert(first_line, " up to " + name + " " + (*last)->hash.to_string());
  finish(number, with_hash);
}

void endpoint::finish(std::uint64_t number, const told_ptr& what) {
  const auto found = under_way_.find(number);
  judge(*what, clock_->monotonic() - found->second.since);
  under_way_.erase(found);
  // The report first: the gateway chooses the next endpoint when it hears the answer.
  report();
  tell(answer_atom::value, number, what);
  if (what->error && what->error->kind == chain_failure::throttled) refuse_waiting(*what->error);
  pump();
}

/// Others may answer them at once.
void endpoint::refuse_waiting(const chain_error& why) {
  const auto told_to_wait = std::make_shared<const told>(told{why});
  for (const auto& [number, what] : std::exchange(waiting_, {})) tell(answer_atom::value, number, told_to_wait);
}

/// Each listener hears a complaint: it counts once.
void endpoint::complained(std::uint64_t id, const chain_error& why) {
  if (id != own_listener) return;
  last_error_ = "the endpoint says: " + why.detail;
  if (why.kind != chain_failure::throttled) return;
  health_.throttled(clock_->monotonic(), why.wait, random_->next());
  report();
  refuse_waiting(why);
}

void endpoint::judge(const told& what, std::chrono::nanoseconds took) {
  ++answers_;
  const auto now = clock_->monotonic();
  if (!what.error) return health_.answered(now, took);
  const auto& why = *what.error;
  switch (why.kind) {
    // The question was at fault, not the endpoint.
    case chain_failure::reverted:
    case chain_failure::range_too_wide: return health_.answered(now, took);
    // The connection reports its own state.
    case chain_failure::disconnected: break;
    case chain_failure::throttled: health_.throttled(now, why.wait, random_->next()); break;
    default: health_.failed(now, random_->next());
  }
  ++failures_;
  last_error_ = why.detail;
}

void endpoint::contradicted(const std::string& how) {
  ++dissents_;
  last_error_ = how.substr(0, 2 * text_shown);
  if (health_.contradicted(clock_->monotonic(), random_->next())) {
    const auto until = health_.asked_again_at(clock_->monotonic()).value_or(clock_->monotonic());
    const auto pause = std::chrono::duration_cast<std::chrono::seconds>(until - clock_->monotonic());
    raise(notice_level::warning, "endpoint_set_aside",
          "the others contradict it, and it will not be asked for the next " + std::to_string(pause.count()) +
              " s: " + last_error_);
  }
  report();
}

// -- how it is --------------------------------------------------------------------------------------------------------

void endpoint::report() { tell(report_atom::value, endpoint_report{health_, head_.number}); }

actor_status endpoint::status() const {
  const auto now = clock_->monotonic();
  auto me = make_status(config_.name, "endpoint");
  if (!connected_) {
    me.state = chain_id_ ? run_state::waiting : run_state::starting;
    me.activity = "connecting";
  }
  const auto stands = health_.at(now);
  if (const auto until = health_.asked_again_at(now); until && connected_) {
    me.state = run_state::waiting;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(*until - now).count();
    me.activity = std::string{to_string(stands)} + " for " + std::to_string(left) + " s";
  }
  me.mailbox = self_->mailbox().size();
  me.last_error = last_error_;
  if (chain_id_) me.show("chain_id", *chain_id_);
  if (head_.number > 0) me.show("head", head_.number);
  me.show("score", health_.score(now));
  me.show("latency_ms", health_.latency());
  me.show("in_flight", under_way_.size());
  me.show("waiting", waiting_.size());
  me.show("answers", answers_);
  me.show("failures", failures_);
  me.show("dissents", dissents_);
  return me;
}

void endpoint::raise(notice_level level, std::string_view code, const std::string& text) const {
  if (notices_ != nullptr) notices_->raise(level, "chain", code, config_.name, text);
}

}  // namespace hedgerow::chain
