#include "samples.hpp"

#include <stdexcept>

namespace hedgerow::test {
namespace {

template <class T>
T from(std::string_view text) {
  auto result = T::parse(text);
  if (!result) throw std::logic_error{"ill-formed sample"};
  return std::move(*result);
}

raw_evm_log sample_log(char digit, std::size_t data_size) {
  raw_evm_log log;
  log.book = from<address>("0x" + std::string(40, digit));
  log.topics = {from<hash32>("0x" + std::string(64, 'a'))};
  for (std::size_t i = 0; i < data_size; ++i) log.data.push_back(static_cast<unsigned char>(i * 7));
  log.ref = {29'112'345, from<hash32>("0x" + std::string(64, 'b')), from<hash32>("0x" + std::string(64, digit)), 417};
  return log;
}

constexpr timestamp noon{1'735'907'400'123'456};

}  // namespace

envelope sample_meta() {
  return {"trade:0xbb:417",
          noon,
          noon + std::chrono::milliseconds{12},
          "fill:0x1:417",
          "log:\"quoted\"\\\n\x01 caf\xC3\xA9",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
}

template <>
blockchain_event sample() {
  return {(std::uint64_t{1} << 53U) + 1, 8453, orderbook_version::v6, evm_log_change::reverted, sample_log('1', 1000),
          sample_log('2', 64),           noon};
}

template <>
onchain_trade sample() {
  onchain_trade t;
  t.sequence = 18'446'744'073'709'551'615ULL;
  t.chain_id = 8453;
  t.change = evm_log_change::applied;
  t.ref = sample_log('3', 0).ref;
  t.book = sample_log('3', 0).book;
  t.kind = fill_kind::clear;
  t.symbol = from<symbol>("BRK/B");
  t.token_symbol = "tBRK\xE2\x82\xAC";
  t.token = from<address>("0x" + std::string(40, '9'));
  t.side = side::sell;
  t.amount = from<shares>("0.000000000000000001");
  t.notional = from<usd>("1234567890123456789012345678901234567890.5");
  t.block_time = noon;
  return t;
}

template <>
written_trades sample() {
  const auto trade = sample<onchain_trade>();
  const written_trade first{trade, 417};
  auto second = first;
  second.log_index = 418;
  return {29'112'345, trade.ref.block_hash, 18'446'744'073'709'551'615ULL, {first, second}};
}

template <>
schwab_command sample() {
  return {from<execution_id>("AAPL:9007199254740993"), side::sell, 4'294'967'295, from<shares>("4294967295.25")};
}

template <>
schwab_execution sample() {
  schwab_execution e;
  e.execution = from<execution_id>("AAPL:12");
  e.side = side::buy;
  e.quantity = 100;
  e.state = execution_state::partially_filled;
  e.code = execution_code::outcome_unknown;
  e.order = from<order_id>("18446744073709551615");
  e.filled = from<shares>("40");
  e.filled_notional = from<usd>("9123.4567");
  e.detail = "adopted";
  e.evidence = {"1 candidate in [a, b]", "position 40"};
  e.not_after = noon;
  e.owner_epoch = 7;
  e.filled_before = from<shares>("-3");
  e.retry_at = noon + std::chrono::minutes{5};
  return e;
}

template <>
position_update sample() {
  position_update p;
  p.symbol = from<symbol>("TSLA");
  p.last_trade_sequence = 77;
  p.next_execution = 4;
  p.onchain = from<shares>("12.345678901234567891");
  p.hedged = from<shares>("-10");
  p.reserved = from<shares>("-2");
  p.live = {{from<execution_id>("TSLA:3"), side::sell, 2, from<shares>("0")}};
  p.closed = {{from<execution_id>("TSLA:1"), side::sell, 5, from<shares>("4")},
              {from<execution_id>("TSLA:2"), side::buy, 1, from<shares>("0")}};
  p.failure_streak = 2;
  p.retry_at = noon;
  p.frozen = true;
  p.cause = "execution:TSLA:2:FAILED";
  return p;
}

template <>
token_update sample() {
  const auto days = [](int n) { return std::chrono::hours{24 * n}; };
  return {token_event::refreshed, "00ff", "a0b1", noon, noon + std::chrono::minutes{30}, noon, noon + days(7), "ok"};
}

template <>
dead_letter sample() {
  return {"validation", "blockchain-events", 3, 9'007'199'254'740'993, "1", "{\"half\":", "bad_json", "at byte 8", 5};
}

template <>
control_event sample() {
  return {"AAPL", control_action::adopt_order, "1004055538123", "called the desk", "ana"};
}

template <>
ingestion_checkpoint sample() {
  return {8453, 29'112'345, from<hash32>("0x" + std::string(64, 'c')), 1001};
}

template <>
validation_checkpoint sample() {
  return {1001, 29'112'345, 900, 29'111'321};
}

template <>
token_record sample() {
  return {from<address>("0x" + std::string(40, '9')), "tAAPL", 18};
}

template <>
execution_desk sample() {
  execution_desk d;
  d.symbol = from<symbol>("AAPL");
  d.last_execution = 13;
  d.queue = {{from<execution_id>("AAPL:13"), side::buy, 2, from<shares>("-2.5")}};
  live_intent& live = d.live.emplace();
  live.execution = from<execution_id>("AAPL:12");
  live.side = side::sell;
  live.quantity = 5;
  live.phase = intent_phase::unknown;
  live.intent_at = live.leased_at = noon;
  live.not_after = noon + std::chrono::seconds{10};
  live.owner_epoch = 3;
  live.filled_before = from<shares>("-7");
  live.order = from<order_id>("1004055538123");
  live.attempts = 2;
  live.throttled = 1;
  live.phase_at = live.next_at = noon + std::chrono::seconds{20};
  live.empty_lists = 1;
  live.first_empty_at = live.last_empty_at = noon + std::chrono::seconds{30};
  d.ended = {{from<execution_id>("AAPL:11"), side::sell, 7, noon, noon, from<shares>("7"), from<usd>("1400.7"),
              from<order_id>("1004055538100"), false, false}};
  d.watch_at = noon;
  d.baseline = from<shares>("100");
  d.baseline_at = noon;
  d.filled = from<shares>("-7");
  d.settled_at = noon;
  d.claimed = {from<order_id>("1004055538100")};
  d.halted = true;
  d.events = 31;
  d.duplicates = 2;
  return d;
}

template <>
pending_order sample() {
  pending_order p;
  p.execution = from<execution_id>("AAPL:12");
  p.side = side::sell;
  p.quantity = 5;
  p.order = from<order_id>("1004055538123");
  p.submitted_at = noon;
  p.filled = from<shares>("2");
  p.filled_notional = from<usd>("400.25");
  p.state = execution_state::failed;
  p.code = execution_code::cancelled;
  p.ended_at = noon + std::chrono::minutes{1};
  p.polls = 9;
  p.errors = 1;
  p.unknown_statuses = 1;
  p.events = 3;
  return p;
}

}  // namespace hedgerow::test
