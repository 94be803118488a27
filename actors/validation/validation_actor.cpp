#include "actors/validation/validation_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "actors/domain/fills/token.hpp"
#include "messages/codec/codec.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::validation {

using namespace protocol;
using bridges::make_dead_letter;

namespace {

using pointer = validation_actor::stateful_pointer<validation_state>;
constexpr const char* service_name = "validation";

/// What one slice adds to the log, and what it means for the actor once that is sent.
struct output {
  const validation_config& config;
  timestamp now;
  std::shared_ptr<step> out = std::make_shared<step>();
  std::uint64_t trades = 0;
  std::map<std::string_view, std::uint64_t> filtered{};
  std::string_view last_error{};

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

  void bury(const record& r, std::string_view reason, const std::string& detail) {
    last_error = reason;
    out->records.push_back(make_dead_letter(service_name, r, reason, detail, 1, now));
  }

  void write(const record& r, envelope& cause, const domain::verdict& verdict) {
    if (const auto* trade = std::get_if<onchain_trade>(&verdict)) return put(cause, *trade);
    if (const auto* dropped = std::get_if<domain::filtered>(&verdict)) {
      ++filtered[dropped->reason];
      return;
    }
    if (const auto* rejected = std::get_if<domain::rejected>(&verdict))
      return bury(r, rejected->reason, rejected->detail);
    bury(r, "not_a_token", "a contract of the pair does not answer symbol() and decimals()");
  }

  step_ptr finish(validation_state& state) {
    state.trades += trades;
    for (const auto& [reason, count] : filtered) state.filtered[std::string{reason}] += count;
    if (!last_error.empty()) state.last_error = std::string{last_error};
    return std::move(out);
  }
};

/// Judges and writes record by record, so that a decoded event is gone, and its memory used again, before the next one.
/// The result is the tokens that nothing is known about; if there are any, `o` is worthless and the slice waits.
std::set<address> process(const validation_state& state, const slice& part, output& o) {
  const domain::token_lookup lookup = [&](const address& token) -> const domain::token_info* {
    const auto it = state.tokens.find(token);
    return it == state.tokens.end() ? nullptr : &it->second;
  };
  std::set<address> unknown;
  for (const auto& r : part.records) {
    if (!r.value) continue;
    auto event = codec::decode<blockchain_event>(*r.value);
    if (!event) {
      o.bury(r, "undecodable", event.error().detail);
      continue;
    }
    const auto verdict = domain::validate(event->data, o.config.rules, lookup);
    if (const auto* missing = std::get_if<domain::missing_tokens>(&verdict))
      for (const auto& token : missing->tokens)
        if (!state.not_tokens.contains(token)) unknown.insert(token);
    if (unknown.empty()) o.write(r, event->meta, verdict);
  }
  return unknown;
}

bool is_the_contracts_word(const ports::chain_error& e) {
  return e.kind == ports::chain_failure::reverted || e.kind == ports::chain_failure::rpc_error;
}

/// Asks symbol(), then decimals(); tells the actor once.
void ask_token(ports::chain_client& chain, const caf::actor_addr& who, address token) {
  const auto tell = [who](token_answer answer) {
    if (auto actor = caf::actor_cast<validation_actor>(who)) caf::anon_send(actor, tell_atom::value, std::move(answer));
  };
  chain.call(token, domain::symbol_call(), [&chain, tell, token](expected<bytes, ports::chain_error> symbol_data) {
    if (!symbol_data) return tell({token, {}, !is_the_contracts_word(symbol_data.error())});
    auto name = domain::parse_symbol_return(*symbol_data);
    if (!name) return tell({token, {}, false});
    chain.call(token, domain::decimals_call(),
               [tell, token, name = std::move(*name)](expected<bytes, ports::chain_error> decimals_data) {
                 if (!decimals_data) return tell({token, {}, !is_the_contracts_word(decimals_data.error())});
                 const auto decimals = domain::parse_decimals_return(*decimals_data);
                 if (!decimals) return tell({token, {}, false});
                 tell({token, domain::token_info{name, *decimals}, false});
               });
  });
}

void remember(validation_state& state, step& out, const address& token, const domain::token_info& info,
              timestamp now) {
  state.tokens[token] = info;
  const std::string key = token.to_string();
  const envelope meta{"token:" + key, now, now, key, {}, {}};
  out.records.push_back({{topic::validation_changelog, 0}, key,
                         codec::encode(meta, token_record{token, info.symbol, info.decimals})});
}

void told(pointer self, const validation_config& config, const token_answer& answer, timestamp now) {
  auto& state = self->state;
  if (!state.waiting || state.asked.erase(answer.token) == 0) return;
  if (answer.info)
    state.tokens[answer.token] = *answer.info;
  else if (answer.unavailable)
    state.unavailable = true;
  else
    state.not_tokens.insert(answer.token);
  if (!state.asked.empty()) return;
  output o{config, now};
  if (state.unavailable) {
    state.last_error = "the node does not answer for a token";
    o.out->postpone = config.token_retry;
  } else {
    // Tokens learnt before a postponed try are written with the slice that succeeds.
    for (const auto& [token, info] : std::map{state.tokens})
      if (!config.rules.pinned_tokens.contains(token)) remember(state, *o.out, token, info, now);
    const auto unknown = process(state, *state.waiting, o);
    HEDGEROW_CHECK(unknown.empty(), "every token of the slice has been asked for");
  }
  state.answer.deliver(o.finish(state));
  state.waiting.reset();
}

caf::result<step_ptr> handle(pointer self, const validation_config& config, ports::chain_client& chain,
                             const slice_ptr& part, timestamp now) {
  auto& state = self->state;
  output o{config, now};
  auto missing = process(state, *part, o);
  if (missing.empty()) return o.finish(state);
  state.waiting = part;
  state.asked = missing;
  state.unavailable = false;
  state.answer = self->make_response_promise<step_ptr>();
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  for (const auto& token : missing) ask_token(chain, me, token);
  return state.answer;
}

actor_status status_of(pointer self) {
  const auto& state = self->state;
  actor_status s{"validation", "validation", state.waiting ? "waiting for tokens" : "running",
                 self->mailbox().size(), 0, state.last_error,
                 {{"trades", std::to_string(state.trades)}, {"tokens", std::to_string(state.tokens.size())}}, {}};
  for (const auto& [reason, count] : state.filtered) s.detail.emplace_back("filtered." + reason, std::to_string(count));
  return s;
}

}  // namespace

validation_actor::behavior_type validation(pointer self, bridges::entity_seed seed, validation_config config,
                                           std::shared_ptr<ports::chain_client> chain, const ports::clock* clock) {
  for (const auto& [key, bytes] : seed.changelog)
    if (const auto known = codec::decode<token_record>(bytes))
      self->state.tokens[known->data.token] = {known->data.symbol, known->data.decimals};
  for (const auto& [token, info] : config.rules.pinned_tokens) self->state.tokens[token] = info;
  return {
      [=](handle_atom, const slice_ptr& part) { return handle(self, config, *chain, part, clock->now()); },
      [](committed_atom, std::uint64_t) {},
      [=](status_atom) { return status_of(self); },
      [=](tell_atom, const token_answer& answer) { told(self, config, answer, clock->now()); },
  };
}

bridges::service validation_service(validation_config config, std::shared_ptr<ports::chain_client> chain,
                                    const ports::clock* clock) {
  bridges::service s;
  s.name = service_name;
  s.inputs = {topic::blockchain_events};
  s.changelog = topic::validation_changelog;
  s.unreadable = bridges::why_unreadable<token_record>;
  s.hands_over = topic::onchain_trades;
  s.route = [](const record&) { return std::optional<std::string>{service_name}; };
  s.changelog_entity = [](const record&) { return std::string{service_name}; };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(validation, std::move(seed), config, chain, clock)};
  };
  return s;
}

}  // namespace hedgerow::validation
