#include "actors/domain/fills/trade_validation.hpp"

#include <limits>

#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/domain/fills/rain_float.hpp"

namespace hedgerow::domain {
namespace {

/// A step of the way to the trade: its result, or the verdict that ends the way.
template <class T>
using step = expected<T, verdict>;

auto filter(std::string_view reason) { return unexpected(verdict{filtered{reason}}); }
auto reject(std::string_view reason, std::string detail) {
  return unexpected(verdict{rejected{reason, std::move(detail)}});
}
auto reject(decode_fault fault) { return reject(fault.reason, std::move(fault.detail)); }

/// One token that moved, seen from the order: what it received or gave.
struct movement {
  order_io io;
  abi_word amount;
};

struct owner_fill {
  fill_kind kind;
  movement received;
  movement given;
};

/// A movement whose token is known.
struct leg {
  movement moved;
  const token_info* token;
};

step<owner_fill> fill_of(fill_kind kind, const raindex_order& order, const uint256& input_index,
                         const uint256& output_index, const abi_word& received, const abi_word& given) {
  const auto input = order.valid_inputs.find(input_index);
  if (!input) return reject("input_index_out_of_range", "the order accepts fewer tokens");
  const auto output = order.valid_outputs.find(output_index);
  if (!output) return reject("output_index_out_of_range", "the order gives fewer tokens");
  return owner_fill{kind, {*input, received}, {*output, given}};
}

step<owner_fill> take_fill(const blockchain_event& event, const address& owner) {
  const auto take = decode_take_order(event.version, event.log);
  if (!take) return reject(take.error());
  if (take->order.owner != owner) return filter("owner_not_involved");
  // Both ends are the owner's, so nothing was gained or lost (facts, 9.7).
  if (take->sender == owner) return filter("self_take");
  // The event's amounts are the taker's: what it received the order gave (facts, 0.1 no. 1).
  return fill_of(fill_kind::take, take->order, take->input_io_index, take->output_io_index, take->output, take->input);
}

step<owner_fill> clear_fill(const blockchain_event& event, const address& owner) {
  const auto clear = decode_clear(event.version, event.log);
  if (!clear) return reject(clear.error());
  const bool alice = clear->alice.owner == owner;
  const bool bob = clear->bob.owner == owner;
  if (!alice && !bob) return filter("owner_not_involved");
  if (alice && bob) return reject("both_sides_owned", "the contract refuses to clear two orders of one owner");

  if (!event.after_clear) return reject("no_after_clear_log", "a Clear has no amounts without its AfterClear");
  if (!may_follow(event.version, event.log, *event.after_clear))
    return reject("after_clear_mismatch", "the AfterClear is not one of this Clear");
  const auto amounts = decode_after_clear(event.version, *event.after_clear);
  if (!amounts) return reject(amounts.error());
  // The sides differ by the clearer's bounty: only the owner's own numbers count (facts, 0.1 no. 6).
  if (alice)
    return fill_of(fill_kind::clear, clear->alice, clear->alice_input_io_index, clear->alice_output_io_index,
                   amounts->alice_input, amounts->alice_output);
  return fill_of(fill_kind::clear, clear->bob, clear->bob_input_io_index, clear->bob_output_io_index,
                 amounts->bob_input, amounts->bob_output);
}

step<owner_fill> find_fill(const blockchain_event& event, const address& owner) {
  // Log indexes are kept as signed 64 bits further on (facts, 2.8).
  if (event.log.ref.log_index > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return reject("log_index_out_of_range", std::to_string(event.log.ref.log_index));
  if (is_take(event.version, event.log)) return take_fill(event, owner);
  if (is_clear(event.version, event.log)) return clear_fill(event, owner);
  return reject("unknown_topic0", "neither a Take nor a Clear of this generation");
}

/// The two legs of a fill; first what the order received.
step<std::pair<leg, leg>> know_tokens(const owner_fill& fill, const validation_rules& rules,
                                      const token_lookup& lookup) {
  std::pair<leg, leg> legs{{fill.received, nullptr}, {fill.given, nullptr}};
  missing_tokens missing;
  for (leg* side : {&legs.first, &legs.second}) {
    const address& token = side->moved.io.token;
    const auto pinned = rules.pinned_tokens.find(token);
    const bool listed = pinned != rules.pinned_tokens.end();
    if (!listed && !rules.allow_unlisted && token != rules.usdc) return reject("token_not_listed", token.to_string());
    side->token = listed ? &pinned->second : lookup(token);
    if (side->token == nullptr) missing.tokens.push_back(token);
  }
  if (!missing.tokens.empty()) return unexpected(verdict{std::move(missing)});
  return legs;
}

/// The dollars and the equity of a fill, and which way they went.
struct priced_pair {
  hedgerow::side side;
  leg equity;
  leg dollars;
  equity_token name;
};

token_class class_of(const leg& l, const validation_rules& rules) {
  if (rules.usdc == l.moved.io.token) return usdc_token{};
  return classify(l.token->symbol, rules.markers);
}

step<priced_pair> find_pair(const leg& received, const leg& given, const validation_rules& rules) {
  const token_class in = class_of(received, rules);
  const token_class out = class_of(given, rules);
  for (const auto& [l, kind] : {std::pair{&received, &in}, std::pair{&given, &out}})
    if (std::holds_alternative<usdc_token>(*kind) && rules.usdc && *rules.usdc != l->moved.io.token)
      return reject("usdc_address_mismatch", l->moved.io.token.to_string() + " is not the USDC of the configuration");

  if (std::holds_alternative<usdc_token>(in))
    if (const auto* equity = std::get_if<equity_token>(&out)) return priced_pair{side::sell, given, received, *equity};
  if (std::holds_alternative<usdc_token>(out))
    if (const auto* equity = std::get_if<equity_token>(&in)) return priced_pair{side::buy, received, given, *equity};
  return reject("invalid_symbol_pair", "received " + received.token->symbol + ", gave " + given.token->symbol);
}

/// What moved, in units of 1e-18, truncated toward zero to `decimals` decimals.
step<int256> units_of(const leg& l, orderbook_version version, unsigned decimals) {
  const auto& [io, word] = l.moved;
  if (io.decimals && *io.decimals != l.token->decimals)
    return reject("decimals_mismatch", "the order says " + std::to_string(*io.decimals) + ", " + l.token->symbol +
                                           " says " + std::to_string(l.token->decimals));
  expected<int256, amount_error> units;
  if (version == orderbook_version::v4) {
    units = units_from_raw(to_uint256(word), l.token->decimals);
  } else {
    const auto value = rain_float::from_word(word);
    if (value.is_negative()) return reject("negative_amount", l.token->symbol);
    units = value.truncated(decimals);
  }
  if (!units) return reject("amount_overflow", l.token->symbol);
  return std::move(*units);
}

bool exactly_zero(const abi_word& word, orderbook_version version) {
  return version == orderbook_version::v4 ? word == abi_word{} : rain_float::from_word(word).is_zero();
}

/// Below this many shares a fill for less than one unit of USDC is dust. A share would have to trade below a cent for
/// such a fill to be a larger one, so a fill that is not below it comes from an order that gives equity away.
bool is_dust(const int256& equity) { return equity < amount_unit() / 10'000; }

step<symbol> broker_symbol(const std::string& base, const validation_rules& rules) {
  const auto mapped = rules.broker_symbols.find(base);
  const auto name = symbol::parse(mapped == rules.broker_symbols.end() ? base : mapped->second);
  if (!name) return reject("invalid_broker_symbol", base);
  return *name;
}

step<onchain_trade> make_trade(const blockchain_event& event, const owner_fill& fill, const priced_pair& pair,
                               const validation_rules& rules) {
  const auto equity = units_of(pair.equity, event.version, static_cast<unsigned>(amount_scale));
  if (!equity) return unexpected(equity.error());
  const auto dollars = units_of(pair.dollars, event.version, pair.dollars.token->decimals);
  if (!dollars) return unexpected(dollars.error());
  // Strangers can make dust as often as they like: it is counted, not put aside for people (facts, 9.1).
  if (equity->is_zero())
    return filter(exactly_zero(pair.equity.moved.amount, event.version) ? "zero_equity_amount" : "dust_equity_amount");
  // Likewise: it is worth less than a millionth of a dollar, and costs a stranger nothing but gas.
  if (dollars->is_zero() && is_dust(*equity)) return filter("dust_usdc_amount");
  const auto amount = shares::from_units(*equity);
  // Equity moved, so there is exposure: this must not vanish silently (facts, 2.7 and 9.2).
  if (dollars->is_zero())
    return reject("unpriceable_fill", amount.to_string() + " " + pair.equity.token->symbol + " for no USDC");
  auto name = broker_symbol(pair.name.base, rules);
  if (!name) return unexpected(name.error());

  onchain_trade trade;
  trade.sequence = event.sequence;
  trade.chain_id = event.chain_id;
  trade.change = event.change;
  trade.ref = event.log.ref;
  trade.book = event.log.book;
  trade.kind = fill.kind;
  trade.symbol = std::move(*name);
  trade.token_symbol = pair.equity.token->symbol;
  trade.token = pair.equity.moved.io.token;
  trade.side = pair.side;
  trade.amount = amount;
  trade.notional = usd::from_units(*dollars);
  trade.block_time = event.block_time;
  return trade;
}

}  // namespace

verdict validate(const blockchain_event& event, const validation_rules& rules, const token_lookup& lookup) {
  const auto fill = find_fill(event, rules.owner);
  if (!fill) return fill.error();
  const auto legs = know_tokens(*fill, rules, lookup);
  if (!legs) return legs.error();
  const auto pair = find_pair(legs->first, legs->second, rules);
  if (!pair) return pair.error();
  auto trade = make_trade(event, *fill, *pair, rules);
  if (!trade) return std::move(trade.error());
  return std::move(*trade);
}

}  // namespace hedgerow::domain
