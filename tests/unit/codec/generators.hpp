// Random events for RapidCheck: every value that the types allow.
#pragma once

#include <rapidcheck.h>

#include "messages/codec/codec.hpp"

namespace hedgerow::test {

/// Text of any Unicode characters, NUL and controls included.
inline rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::weightedElement<std::string>({{20, "a"},
                                                            {5, "\""},
                                                            {5, "\\"},
                                                            {5, std::string(1, '\0')},
                                                            {5, "\x1f"},
                                                            {5, "\x7f"},
                                                            {5, "\xC3\xA9"},
                                                            {5, "\xE2\x82\xAC"},
                                                            {5, "\xF0\x9F\x8C\xBF"},
                                                            {5, "/"}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
  });
}

inline int256 any_units() {
  int256 units{*rc::gen::arbitrary<std::uint64_t>()};
  for (int limb = *rc::gen::inRange(0, 4); limb-- > 0;)
    units = (units << 63U) + int256{*rc::gen::arbitrary<std::uint64_t>() >> 1U};
  return *rc::gen::arbitrary<bool>() ? units : int256{-units};
}

template <class T>
T any();

template <class T>
T any_fixed_bytes() {
  T result;
  for (auto& byte : result.value) byte = *rc::gen::arbitrary<unsigned char>();
  return result;
}
template <>
inline std::string any() {
  return *any_text();
}
template <>
inline std::uint64_t any() {
  return *rc::gen::arbitrary<std::uint64_t>();
}
template <>
inline std::uint32_t any() {
  return *rc::gen::arbitrary<std::uint32_t>();
}
template <>
inline std::int64_t any() {
  return *rc::gen::arbitrary<std::int64_t>();
}
template <>
inline bool any() {
  return *rc::gen::arbitrary<bool>();
}
template <>
inline timestamp any() {
  return {any<std::int64_t>()};
}
template <>
inline shares any() {
  return shares::from_units(any_units());
}
template <>
inline usd any() {
  return usd::from_units(any_units());
}
template <>
inline address any() {
  return any_fixed_bytes<address>();
}
template <>
inline hash32 any() {
  return any_fixed_bytes<hash32>();
}
template <>
inline side any() {
  return any<bool>() ? side::buy : side::sell;
}
template <>
inline symbol any() {
  const auto text = *rc::gen::resize(15, rc::gen::container<std::string>(rc::gen::elementOf(std::string{"AZ09./-"})));
  return *symbol::parse("X" + text.substr(0, 15));
}
template <>
inline execution_id any() {
  return {any<symbol>(), any<std::uint64_t>()};
}
template <>
inline order_id any() {
  return *order_id::parse(std::to_string(any<std::uint64_t>()));
}
template <>
inline envelope any() {
  return {any<std::string>(), any<timestamp>(),   any<timestamp>(),
          any<std::string>(), any<std::string>(), any<std::string>()};
}
template <class Enum>
Enum any_name(int count) {
  return static_cast<Enum>(*rc::gen::inRange(0, count));
}
inline std::uint64_t any_quantity() { return *rc::gen::inRange<std::uint64_t>(0, 1ULL << 32U); }
template <class T>
std::optional<T> maybe() {
  return any<bool>() ? std::optional<T>{any<T>()} : std::nullopt;
}
template <class T>
std::vector<T> several() {
  std::vector<T> list;
  for (int n = *rc::gen::inRange(0, 5); n-- > 0;) list.push_back(any<T>());
  return list;
}

template <>
inline evm_log_ref any() {
  return {any<std::uint64_t>(), any<hash32>(), any<hash32>(), any<std::uint64_t>()};
}
template <>
inline raw_evm_log any() {
  const auto data = *rc::gen::arbitrary<std::vector<unsigned char>>();
  return {any<address>(), several<hash32>(), bytes(data.begin(), data.end()), any<evm_log_ref>()};
}
template <>
inline blockchain_event any() {
  return {any<std::uint64_t>(),
          any<std::uint64_t>(),
          any_name<orderbook_version>(2),
          any_name<evm_log_change>(2),
          any<raw_evm_log>(),
          maybe<raw_evm_log>(),
          any<timestamp>(),
          any<std::uint64_t>()};
}
template <>
inline trade_terms any() {
  return {any_name<fill_kind>(2), any<symbol>(), any<std::string>(), any<address>(), any<side>(),
          any<shares>(),          any<usd>()};
}
template <>
inline onchain_trade any() {
  return {any<trade_terms>(), any<std::uint64_t>(), any<std::uint64_t>(), any_name<evm_log_change>(2),
          any<evm_log_ref>(), any<address>(),       any<timestamp>()};
}
template <>
inline written_trade any() {
  return {any<trade_terms>(), any<std::uint64_t>()};
}
template <>
inline written_trades any() {
  auto trades = several<written_trade>();
  std::uint64_t next = any<std::uint32_t>();
  for (auto& trade : trades) trade.log_index = next++;
  return {any<std::uint64_t>(), any<hash32>(), any<std::uint64_t>(), std::move(trades)};
}
template <>
inline validation_checkpoint any() {
  return {any<std::uint64_t>(), any<std::uint64_t>(), any<std::uint64_t>(), any<std::uint64_t>()};
}
template <>
inline schwab_command any() {
  return {any<execution_id>(), any<side>(), any_quantity(), any<shares>()};
}
template <>
inline schwab_execution any() {
  return {any<execution_id>(),
          any<side>(),
          any_quantity(),
          any_name<execution_state>(8),
          any_name<execution_code>(15),
          maybe<order_id>(),
          any_quantity(),
          any<shares>(),
          any<usd>(),
          any<std::string>(),
          several<std::string>(),
          any<timestamp>(),
          any<std::uint64_t>(),
          any<shares>(),
          any<timestamp>()};
}
template <>
inline tracked_execution any() {
  return {any<execution_id>(), any<side>(), any_quantity(), any<shares>()};
}
template <>
inline decision_mark any() {
  return {any<std::int64_t>(), any<timestamp>()};
}
template <>
inline position_update any() {
  return {
      any<symbol>(), any<std::uint64_t>(),         any<std::uint64_t>(),         any<shares>(),        any<shares>(),
      any<shares>(), several<tracked_execution>(), several<tracked_execution>(), any<std::uint32_t>(), any<timestamp>(),
      any<bool>(),   any<std::string>(),           maybe<decision_mark>()};
}
template <>
inline token_update any() {
  return {any_name<token_event>(4), any<std::string>(), any<std::string>(), any<timestamp>(),
          any<timestamp>(),         any<timestamp>(),   any<timestamp>(),   any<std::string>()};
}
template <>
inline dead_letter any() {
  return {any<std::string>(), any<std::string>(), any<std::uint32_t>(), any<std::int64_t>(), any<std::string>(),
          any<std::string>(), any<std::string>(), any<std::string>(),   any<std::uint32_t>()};
}
template <>
inline control_event any() {
  return {any<std::string>(), any_name<control_action>(static_cast<int>(std::size(control_verbs))), any<std::string>(),
          any<std::string>(), any<std::string>()};
}
template <>
inline ingestion_checkpoint any() {
  return {any<std::uint64_t>(), any<std::uint64_t>(), any<hash32>(), any<std::uint64_t>()};
}
template <>
inline token_record any() {
  return {any<address>(), any<std::string>(), any<std::uint32_t>()};
}

template <>
inline live_intent any() {
  return {any<execution_id>(),
          any<side>(),
          any_quantity(),
          any_name<intent_phase>(6),
          any<timestamp>(),
          any<bool>(),
          any<timestamp>(),
          any<timestamp>(),
          any<timestamp>(),
          any<std::uint64_t>(),
          any<shares>(),
          maybe<order_id>(),
          any_quantity(),
          any<bool>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<timestamp>(),
          any<std::uint32_t>(),
          any<timestamp>(),
          any<timestamp>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<timestamp>(),
          any<timestamp>(),
          any<std::uint32_t>(),
          any<shares>(),
          any<usd>()};
}
template <>
inline ended_intent any() {
  return {any<execution_id>(), any<side>(), any_quantity(),    any<timestamp>(), any<timestamp>(),
          any<shares>(),       any<usd>(),  maybe<order_id>(), any<bool>(),      any<bool>()};
}
template <>
inline execution_desk any() {
  return {any<symbol>(),           any<std::uint64_t>(), several<schwab_command>(), maybe<live_intent>(),
          several<ended_intent>(), any<timestamp>(),     maybe<shares>(),           any<timestamp>(),
          any<shares>(),           any<timestamp>(),     several<order_id>(),       any<bool>(),
          any<std::uint64_t>(),    any<std::uint64_t>(), maybe<decision_mark>()};
}
template <>
inline pending_order any() {
  return {any<execution_id>(),
          any<side>(),
          any_quantity(),
          any_quantity(),
          any<order_id>(),
          any<timestamp>(),
          any<std::string>(),
          any<shares>(),
          any<usd>(),
          any_name<execution_state>(8),
          any_name<execution_code>(15),
          any<timestamp>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<std::uint32_t>(),
          any<std::uint64_t>()};
}

}  // namespace hedgerow::test
