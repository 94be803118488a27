#include "actors/validation/validation_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/fills/token.hpp"
#include "actors/domain/hedging/backoff.hpp"
#include "actors/validation/validation_service.hpp"
#include "messages/codec/codec.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::validation {

using namespace protocol;
using bridges::make_dead_letter;

namespace {

using pointer = validation_actor::stateful_pointer<validation_state>;

constexpr const char* checkpoint_key = "checkpoint";
constexpr const char* remembered_from_key = "remembered_from";
/// Events that nothing was written for, after which the checkpoint is written all the same.
constexpr std::uint64_t checkpoint_every = 1000;

/// What one slice adds to the log, and what it means for the actor once that is sent.
struct output {
  const validation_config& config;
  ports::notices* notices;
  timestamp now;
  ingestion_checkpoint handled;
  std::uint64_t unremembered_block;
  bool fresh;
  std::shared_ptr<step> out = std::make_shared<step>();
  std::uint64_t trades = 0;
  std::map<std::string_view, std::uint64_t> filtered{};
  struct burial {
    std::string reason, about, detail;
  };
  std::vector<burial> buried{};

  output(const validation_state& state, const validation_config& c, ports::notices* n, timestamp at)
      : config{c}, notices{n}, now{at}, handled{state.handled}, unremembered_block{state.unremembered_block},
        fresh{state.fresh} {}

  /// Takes the ids over from the cause.
  void put(envelope& cause, const onchain_trade& trade) {
    const std::string& name = trade.symbol.str();
    auto id = "trade:" + cause.event_id;
    const envelope meta{std::move(id),
                        cause.occurred_at,
                        now,
                        std::move(cause.correlation_id),
                        std::move(cause.event_id),
                        std::move(cause.traceparent)};
    out->records.push_back({{topic::onchain_trades, partition_of_symbol(name, config.symbol_partitions)},
                            name + ":" + trade.ref.key(), codec::encode(meta, trade)});
    ++trades;
  }

  void keep(const std::string& key, std::optional<std::string> value) {
    out->records.push_back({{topic::validation_changelog, 0}, key, std::move(value)});
  }

  template <class Event>
  void keep(const std::string& key, const Event& event) {
    keep(key, std::optional{codec::encode({"validation:" + key, now, now, key, {}, {}}, event)});
  }

  void bury(const record& r, std::string_view reason, const std::string& detail) {
    buried.push_back({std::string{reason}, r.key, detail});
    out->records.push_back(make_dead_letter(service_name, r, reason, detail, 1, now));
  }

  void write(const record& r, envelope& cause, domain::verdict verdict, domain::trade_memory& written) {
    if (auto* trade = std::get_if<onchain_trade>(&verdict)) {
      put(cause, *trade);
      if (trade->change == log_change::applied) written.remember(std::move(*trade));
      return;
    }
    if (const auto* dropped = std::get_if<domain::filtered>(&verdict)) {
      ++filtered[dropped->reason];
      return;
    }
    if (const auto* rejected = std::get_if<domain::rejected>(&verdict))
      return bury(r, rejected->reason, rejected->detail);
    bury(r, "not_a_token", "a contract of the pair does not answer symbol() and decimals()");
  }

  /// Blocks below it may have been forgotten.
  [[nodiscard]] std::uint64_t floor() const {
    return handled.block > config.remembered_blocks ? handled.block - config.remembered_blocks : 0;
  }

  /// Whether the event has been handled before, or has been by this.
  bool seen(const blockchain_event& event) {
    if (event.sequence < handled.next_sequence) {
      ++filtered["handled_before"];
      return true;
    }
    if (fresh && event.sequence > 1) {
      unremembered_block = event.log.ref.block_number;
      keep(remembered_from_key, ingestion_checkpoint{event.chain_id, unremembered_block, {}, event.sequence});
    }
    fresh = false;
    handled.chain_id = event.chain_id;
    handled.next_sequence = event.sequence + 1;
    if (event.change == log_change::applied) handled.block = std::max(handled.block, event.log.ref.block_number);
    return false;
  }

  /// Takes back the trade written for the log. False when no trade is remembered, so the event must be judged again.
  bool take_back(envelope& cause, const blockchain_event& event, domain::trade_memory& written) {
    if (auto trade = written.take_back(event.log.ref)) {
      trade->change = log_change::reverted;
      trade->sequence = event.sequence;
      put(cause, *trade);
      return true;
    }
    const auto block = event.log.ref.block_number;
    if (block <= unremembered_block || block < floor()) return false;
    ++filtered["nothing_to_take_back"];
    return true;
  }

  step_ptr finish(validation_state& state) {
    state.written.forget_below(floor());
    for (const auto& [key, trade] : state.written.commit())
      if (trade != nullptr)
        keep(key, *trade);
      else
        keep(key, std::optional<std::string>{});
    if (!out->records.empty() || handled.next_sequence >= state.checkpointed + checkpoint_every) {
      if (handled.next_sequence != state.checkpointed) keep(checkpoint_key, handled);
      state.checkpointed = handled.next_sequence;
    }
    state.handled = handled;
    state.unremembered_block = unremembered_block;
    state.fresh = fresh;
    state.postponed = 0;
    state.trades += trades;
    for (const auto& [reason, count] : filtered) state.filtered[std::string{reason}] += count;
    for (const auto& b : buried) {
      state.last_error = b.reason;
      state.alarms.raise(
          notices, service_name, "not_booked", b.reason, b.about,
          b.reason + ": " + b.detail + "; if it is a fill of the owner, nobody hedges it: see /dead-letters", now);
    }
    return std::move(out);
  }
};

/// Judges and writes record by record, so that a decoded event is gone, and its memory used again, before the next one.
/// The result is the tokens that nothing is known about; if there are any, `o` is worthless and the slice waits.
std::set<address> process(validation_state& state, const slice& part, output& o) {
  const domain::token_lookup lookup = [&](const address& token) -> const domain::token_info* {
    const auto it = state.tokens.find(token);
    return it == state.tokens.end() ? nullptr : &it->second;
  };
  const auto is_no_token = [&](const address& token) {
    const auto it = state.not_tokens.find(token);
    return it != state.not_tokens.end() && state.judged_at < it->second + o.config.token_ask_again;
  };
  std::set<address> unknown;
  for (const auto& r : part.records) {
    if (!r.value) continue;
    auto event = codec::decode<blockchain_event>(*r.value);
    if (!event) {
      o.bury(r, "undecodable", event.error().detail);
      continue;
    }
    if (o.seen(event->data)) continue;
    if (event->data.change == log_change::reverted && o.take_back(event->meta, event->data, state.written)) continue;
    auto verdict = domain::validate(event->data, o.config.rules, lookup);
    if (const auto* missing = std::get_if<domain::missing_tokens>(&verdict))
      for (const auto& token : missing->tokens)
        if (!is_no_token(token)) unknown.insert(token);
    if (unknown.empty()) o.write(r, event->meta, std::move(verdict), state.written);
  }
  if (!unknown.empty()) state.written.rollback();
  return unknown;
}

/// Only a revert, or an answer that no token gives, is the contract's own answer. Every other failure is the node's and
/// passes; so does the empty answer of a node that does not have the contract yet.
token_answer no_answer(const address& token, const ports::chain_error& why) {
  if (why.kind == ports::chain_failure::reverted) return {token, {}, {}};
  return {token, {}, std::string{to_string(why.kind)}};
}

/// Asks symbol(), then decimals(); tells the actor once.
void ask_token(ports::chain_client& chain, const caf::actor_addr& who, address token) {
  const auto tell = [who](token_answer answer) {
    if (auto actor = caf::actor_cast<validation_actor>(who)) caf::anon_send(actor, tell_atom::value, std::move(answer));
  };
  chain.call(token, domain::symbol_call(), [&chain, tell, token](expected<bytes, ports::chain_error> symbol_data) {
    if (!symbol_data) return tell(no_answer(token, symbol_data.error()));
    if (symbol_data->empty()) return tell({token, {}, "no data"});
    auto name = domain::parse_symbol_return(*symbol_data);
    if (!name) return tell({token, {}, {}});
    chain.call(token, domain::decimals_call(),
               [tell, token, name = std::move(*name)](expected<bytes, ports::chain_error> decimals_data) {
                 if (!decimals_data) return tell(no_answer(token, decimals_data.error()));
                 if (decimals_data->empty()) return tell({token, {}, "no data"});
                 const auto decimals = domain::parse_decimals_return(*decimals_data);
                 if (!decimals) return tell({token, {}, {}});
                 tell({token, domain::token_info{name, *decimals}, {}});
               });
  });
}

/// The slice is tried again later, from the beginning.
step_ptr postpone(validation_state& state, const validation_config& config, ports::notices* notices, timestamp now) {
  state.last_error = "the node does not answer for a token: " + state.unavailable;
  if (state.postponed == 0 || now < state.postponed_since) state.postponed_since = now;
  auto step_later = std::make_shared<step>();
  step_later->postpone = domain::backoff_ceiling(config.token_retry, config.token_retry_max, ++state.postponed);
  if (now - state.postponed_since >= config.token_alarm_after)
    state.alarms.raise(notices, service_name, "token_unknown", "token_unknown", "tokens",  // allow: assets
                       "all fills wait, none is lost: " + state.last_error +
                           "; mend the node, or add a [[token]] section with the token's symbol and decimals",
                       now);
  return step_later;
}

void told(pointer self, const validation_config& config, ports::notices* notices, const token_answer& answer,
          timestamp now) {
  auto& state = self->state;
  if (!state.waiting || state.asked.erase(answer.token) == 0) return;
  if (answer.info) {
    state.tokens[answer.token] = *answer.info;
    state.not_tokens.erase(answer.token);
  } else if (!answer.unavailable.empty()) {
    state.unavailable = answer.token.to_string() + ": " + answer.unavailable;
  } else {
    state.not_tokens[answer.token] = state.judged_at;
  }
  if (!state.asked.empty()) return;
  if (!state.unavailable.empty()) {
    state.answer.deliver(postpone(state, config, notices, now));
  } else {
    output o{state, config, notices, now};
    // Tokens learnt before a postponed try are written with the slice that succeeds.
    for (const auto& [token, info] : state.tokens)
      if (!config.rules.pinned_tokens.contains(token))
        o.keep(token.to_string(), token_record{token, info.symbol, info.decimals});
    const auto unknown = process(state, *state.waiting, o);
    HEDGEROW_CHECK(unknown.empty(), "every token of the slice has been asked for");
    state.answer.deliver(o.finish(state));
  }
  state.waiting.reset();
}

caf::result<step_ptr> handle(pointer self, const validation_config& config, ports::chain_client& chain,
                             ports::notices* notices, const slice_ptr& part, timestamp now) {
  auto& state = self->state;
  state.judged_at = now;
  output o{state, config, notices, now};
  auto missing = process(state, *part, o);
  if (missing.empty()) return o.finish(state);
  state.waiting = part;
  state.asked = missing;
  state.unavailable.clear();
  state.answer = self->make_response_promise<step_ptr>();
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  for (const auto& token : missing) ask_token(chain, me, token);
  return state.answer;
}

actor_status status_of(pointer self) {
  const auto& state = self->state;
  auto s = make_status(service_name, service_name);
  if (state.waiting || state.postponed > 0) {
    s.state = run_state::waiting;
    s.activity = "waiting for what a token calls itself";
  }
  s.mailbox = self->mailbox().size();
  s.last_error = state.last_error;
  s.show("trades", state.trades);
  s.show("tokens", state.tokens.size());  // allow: assets, not the login
  s.show("remembered_trades", state.written.size());
  for (const auto& [reason, count] : state.filtered) s.show("filtered." + reason, count);
  return s;
}

bool is_trade(const std::string& key) { return key.starts_with("trade:"); }
bool is_checkpoint(const std::string& key) { return key == checkpoint_key || key == remembered_from_key; }

/// Restores from a changelog that the bridge has found readable.
void restore(validation_state& state, const std::string& key, std::string_view bytes) {
  if (is_trade(key)) {
    if (auto trade = codec::decode<onchain_trade>(bytes)) state.written.restore(std::move(trade->data));
  } else if (is_checkpoint(key)) {
    const auto stored = codec::decode<ingestion_checkpoint>(bytes);
    if (!stored) return;
    state.fresh = false;
    if (key == remembered_from_key) {
      state.unremembered_block = stored->data.block;
    } else {
      state.handled = stored->data;
      state.checkpointed = stored->data.next_sequence;
    }
  } else if (const auto known = codec::decode<token_record>(bytes)) {
    state.tokens[known->data.token] = {known->data.symbol, known->data.decimals};
  }
}

std::string why_unreadable(const record& r) {
  if (is_trade(r.key)) return bridges::why_unreadable<onchain_trade>(r);
  if (is_checkpoint(r.key)) return bridges::why_unreadable<ingestion_checkpoint>(r);
  return bridges::why_unreadable<token_record>(r);
}

}  // namespace

validation_actor::behavior_type validation(pointer self, bridges::entity_seed seed, validation_config config,
                                           std::shared_ptr<ports::chain_client> chain, const ports::clock* clock,
                                           ports::notices* notices) {
  for (const auto& [key, bytes] : seed.changelog) restore(self->state, key, bytes);
  for (const auto& [token, info] : config.rules.pinned_tokens) self->state.tokens[token] = info;
  return {
      [=](handle_atom, const slice_ptr& part) { return handle(self, config, *chain, notices, part, clock->now()); },
      [](committed_atom, std::uint64_t) {},
      [=](status_atom) { return status_of(self); },
      [=](tell_atom, const token_answer& answer) { told(self, config, notices, answer, clock->now()); },
  };
}

bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                    const ports::clock* clock, ports::notices* notices) {
  bridges::service s = services::service_of(description);
  s.unreadable = why_unreadable;
  s.hands_over = topic::onchain_trades;
  s.route = [](const record&) { return std::optional<std::string>{service_name}; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(validation, std::move(seed), config, chain, clock, notices)};
  };
  return s;
}

}  // namespace hedgerow::validation
