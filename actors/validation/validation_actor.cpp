#include "actors/validation/validation_actor.hpp"

#include <caf/all.hpp>

#include "actors/domain/fills/token.hpp"
#include "actors/domain/resilience/backoff.hpp"
#include "actors/entity/changelog.hpp"
#include "actors/entity/dispatch.hpp"
#include "actors/validation/validation_service.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::validation {

using namespace protocol;

namespace {

constexpr topic_partition changelog{topic::validation_changelog, 0};
constexpr const char* checkpoint_key = "checkpoint";
/// Events that nothing was written for, after which the checkpoint is written all the same.
constexpr std::uint64_t checkpoint_every = 1000;

template <class Event>
void keep(const std::string& key, const Event& event, entity::outbox& out) {
  out.append(changelog, key, "validation:" + key, event, {out.now(), key});
}

bool is_trades(const std::string& key) { return key.starts_with("trades:"); }

std::string why_unreadable(const record& r) {
  if (is_trades(r.key)) {
    auto why = entity::why_unreadable<written_trades>(r);
    if (why.empty() && domain::key_of(codec::decode<written_trades>(*r.value)->data) != r.key)
      why = "the record belongs to another key";
    return why;
  }
  if (r.key == checkpoint_key) return entity::why_unreadable<validation_checkpoint>(r);
  return entity::why_unreadable<token_record>(r);
}

/// Only a revert, or an answer that no token gives, is the contract's own answer. Every other failure is the node's and
/// passes; so does the empty answer of a node that does not have the contract yet.
token_answer no_answer(const address& token, const ports::chain_error& why) {
  if (why.kind == ports::chain_failure::reverted) return {token, {}, {}};
  return {token, {}, std::string{to_string(why.kind)}};
}

/// Asks symbol(), then decimals(); tells once, or not at all when the chain is closed between the two.
void ask_token(const std::shared_ptr<ports::chain_client>& chain, address token,
               const std::function<void(token_answer)>& tell) {
  // The answer may come after the actor's end, and must not keep its client.
  const std::weak_ptr weak{chain};
  chain->call(token, domain::symbol_call(), [weak, tell, token](expected<bytes, ports::chain_error> symbol_data) {
    if (!symbol_data) return tell(no_answer(token, symbol_data.error()));
    if (symbol_data->empty()) return tell({token, {}, "no data"});
    auto name = domain::parse_symbol_return(*symbol_data);
    if (!name) return tell({token, {}, {}});
    const auto alive = weak.lock();
    if (!alive) return;
    alive->call(token, domain::decimals_call(),
                [tell, token, name = std::move(*name)](expected<bytes, ports::chain_error> decimals_data) {
                  if (!decimals_data) return tell(no_answer(token, decimals_data.error()));
                  if (decimals_data->empty()) return tell({token, {}, "no data"});
                  const auto decimals = domain::parse_decimals_return(*decimals_data);
                  if (!decimals) return tell({token, {}, {}});
                  tell({token, domain::token_info{name, *decimals}, {}});
                });
  });
}

}  // namespace

validation::validation(pointer self, const bridges::entity_seed& seed, validation_config config,
                       std::shared_ptr<ports::chain_client> chain, const ports::clock* clock, ports::notices* notices)
    : self_{self}, config_{std::move(config)}, chain_{std::move(chain)}, clock_{clock}, notices_{notices} {
  for (const auto& [key, bytes] : seed.changelog) restore(key, bytes);
  for (const auto& [token, info] : config_.rules.pinned_tokens) tokens_[token] = info;
}

validation::interface::behavior_type validation::start() {
  return {
      [this](handle_atom, const slice_ptr& part) { return handle(part); },
      [](committed_atom, std::uint64_t) {},
      [this](status_atom) { return status(); },
      [this](gotname_atom, const token_answer& answer) { told(answer); },
  };
}

void validation::restore(const std::string& key, std::string_view bytes) {
  if (is_trades(key)) {
    if (auto trades = codec::decode<written_trades>(bytes)) written_.restore(std::move(trades->data));
  } else if (key == checkpoint_key) {
    const auto stored = codec::decode<validation_checkpoint>(bytes);
    if (!stored) return;
    fresh_ = false;
    reached_ = stored->data;
    checkpointed_ = reached_.next_sequence;
  } else if (const auto known = codec::decode<token_record>(bytes)) {
    tokens_[known->data.token] = {known->data.symbol, known->data.decimals};
  }
}

// -- a slice, and the tokens that it waits for -----------------------------------------------------------------------

caf::result<step_ptr> validation::handle(const slice_ptr& part) {
  auto now = begin();
  judged_at_ = now.out.now();
  auto missing = process(*part, now);
  if (missing.empty()) return finish(now);
  waiting_ = part;
  asked_ = missing;
  unavailable_.clear();
  answer_ = self_->make_response_promise<step_ptr>();
  const auto tell = sends_to<interface>(self_->address(), gotname_atom::value);
  for (const auto& token : missing) ask_token(chain_, token, tell);
  return answer_;
}

void validation::told(const token_answer& answer) {
  if (!waiting_ || asked_.erase(answer.token) == 0) return;
  if (answer.info) {
    tokens_[answer.token] = *answer.info;
    not_tokens_.erase(answer.token);
  } else if (!answer.unavailable.empty()) {
    unavailable_ = answer.token.to_string() + ": " + answer.unavailable;
  } else {
    not_tokens_[answer.token] = judged_at_;
  }
  if (!asked_.empty()) return;
  if (!unavailable_.empty()) {
    answer_.deliver(postpone(clock_->now()));
  } else {
    auto now = begin();
    // Tokens learnt before a postponed try are written with the slice that succeeds.
    for (const auto& [token, info] : tokens_)
      if (!config_.rules.pinned_tokens.contains(token))
        keep(token.to_string(), token_record{token, info.symbol, info.decimals}, now.out);
    const auto unknown = process(*waiting_, now);
    HEDGEROW_CHECK(unknown.empty(), "every token of the slice has been asked for");
    answer_.deliver(finish(now));
  }
  waiting_.reset();
}

step_ptr validation::postpone(timestamp now) {
  last_error_ = "the node does not answer for a token: " + unavailable_;
  if (postponed_ == 0 || now < postponed_since_) postponed_since_ = now;
  auto step_later = entity::outbox{service_name, now}.finish(true);
  step_later->postpone = domain::backoff_ceiling(config_.rules.retry, config_.token_retry_max, ++postponed_);
  if (now - postponed_since_ >= config_.token_alarm_after)
    alarms_.raise(notices_, service_name, "token_unknown", "token_unknown", "tokens",  // allow: assets
                  "all fills wait, none is lost: " + last_error_ +
                      "; mend the node, or add a [[token]] section with the token's symbol and decimals",
                  now);
  return step_later;
}

// -- judging ---------------------------------------------------------------------------------------------------------

validation::attempt validation::begin() const { return {{service_name, clock_->now()}, reached_, fresh_}; }

std::set<address> validation::process(const slice& part, attempt& now) {
  const domain::token_lookup lookup = [&](const address& token) -> const domain::token_info* {
    const auto it = tokens_.find(token);
    return it == tokens_.end() ? nullptr : &it->second;
  };
  std::set<address> unknown;
  const auto judge = [&](const record& r, enveloped<blockchain_event>& event) {
    if (seen(event.data, now)) return;
    if (event.data.change == evm_log_change::reverted && take_back(event.meta, event.data, now)) return;
    auto verdict = domain::validate(event.data, config_.rules, lookup);
    if (const auto* missing = std::get_if<domain::missing_tokens>(&verdict))
      for (const auto& token : missing->tokens)
        if (!is_no_token(token)) unknown.insert(token);
    if (unknown.empty()) write(r, event.meta, std::move(verdict), now);
  };
  for (const auto& r : part.records)
    entity::dispatch(
        r, [&](std::string_view reason, const std::string& detail) { give_up(r, reason, detail, now); },
        entity::on<blockchain_event>(topic::blockchain_events, [&](auto& event) { judge(r, event); }));
  if (!unknown.empty()) written_.rollback();
  return unknown;
}

bool validation::seen(const blockchain_event& event, attempt& now) {
  if (event.sequence < now.reached.next_sequence) {
    ++now.filtered["handled_before"];
    return true;
  }
  if (now.fresh) now.reached.remembered_from = event.sequence;
  now.fresh = false;
  now.reached.next_sequence = event.sequence + 1;
  if (event.change == evm_log_change::applied)
    now.reached.block = std::max(now.reached.block, event.log.ref.block_number);
  return false;
}

bool validation::take_back(envelope& cause, const blockchain_event& event, attempt& now) {
  if (const auto reversal = written_.take_back(event)) {
    put(cause, *reversal, now);
    return true;
  }
  if (!domain::remembers(now.reached, event)) return false;
  ++now.filtered["nothing_to_take_back"];
  return true;
}

bool validation::is_no_token(const address& token) const {
  const auto it = not_tokens_.find(token);
  return it != not_tokens_.end() && judged_at_ < it->second + config_.token_ask_again;
}

std::uint64_t validation::floor(const attempt& now) const {
  const auto block = now.reached.block;
  return block > config_.remembered_blocks ? block - config_.remembered_blocks : 0;
}

// -- what is written -------------------------------------------------------------------------------------------------

void validation::write(const record& r, envelope& cause, domain::verdict verdict, attempt& now) {
  if (auto* trade = std::get_if<onchain_trade>(&verdict)) {
    put(cause, *trade, now);
    if (trade->change == evm_log_change::applied) written_.remember(*trade);
    return;
  }
  if (const auto* dropped = std::get_if<domain::filtered>(&verdict)) {
    ++now.filtered[dropped->reason];
    return;
  }
  if (const auto* rejected = std::get_if<domain::rejected>(&verdict))
    return give_up(r, rejected->reason, rejected->detail, now);
  give_up(r, "not_a_token", "a contract of the pair does not answer symbol() and decimals()", now);
}

void validation::put(envelope& cause, const onchain_trade& trade, attempt& now) const {
  const std::string& name = trade.symbol.str();
  std::string id = "trade:" + cause.event_id;
  now.out.append({topic::onchain_trades, partition_of_symbol(name, config_.symbol_partitions)},
                 name + ":" + trade.ref.key(), std::move(id), trade, entity::caused_by(std::move(cause)));
  ++now.trades;
}

/// The alarm waits until it is certain that the record is judged for good.
void validation::give_up(const record& r, std::string_view reason, const std::string& detail, attempt& now) {
  now.given_up.push_back({std::string{reason}, r.key, detail});
  now.out.dead_letter(r, reason, detail);
}

step_ptr validation::finish(attempt& done) {
  auto& out = done.out;
  if (written_.forget_below(floor(done))) done.reached.forgotten_below = floor(done);
  for (const auto& [key, trades] : written_.commit())
    if (trades != nullptr)
      keep(key, *trades, out);
    else
      out.tombstone(changelog, key);
  // With the first event, too, whatever it was: without a checkpoint the next start is taken for an upgrade.
  const bool due = !out.empty() || (fresh_ && !done.fresh);
  if (due || done.reached.next_sequence >= checkpointed_ + checkpoint_every) {
    if (done.reached.next_sequence != checkpointed_) keep(checkpoint_key, done.reached, out);
    checkpointed_ = done.reached.next_sequence;
  }
  reached_ = done.reached;
  fresh_ = done.fresh;
  postponed_ = 0;
  trades_ += done.trades;
  for (const auto& [reason, count] : done.filtered) filtered_[std::string{reason}] += count;
  for (const auto& b : done.given_up) {
    last_error_ = b.reason;
    alarms_.raise(notices_, service_name, "not_booked", b.reason, b.about,
                  b.reason + ": " + b.detail + "; if it is a fill of the owner, nobody hedges it: see /dead-letters",
                  out.now());
  }
  return out.finish(true);
}

actor_status validation::status() const {
  auto s = make_status(service_name, service_name);
  if (waiting_ || postponed_ > 0) {
    s.state = run_state::waiting;
    s.activity = "waiting for what a token calls itself";
  }
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  s.show("trades", trades_);
  s.show("tokens", tokens_.size());  // allow: assets, not the login
  s.show("remembered_trades", written_.size());
  for (const auto& [reason, count] : filtered_) s.show("filtered." + reason, count);
  return s;
}

bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                    const ports::clock* clock, ports::notices* notices) {
  bridges::service s = services::service_of(description);
  s.unreadable = why_unreadable;
  s.route = [](const record&) { return std::optional<std::string>{service_name}; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{spawn_class<validation>(system, std::move(seed), config, chain, clock, notices)};
  };
  return s;
}

}  // namespace hedgerow::validation
