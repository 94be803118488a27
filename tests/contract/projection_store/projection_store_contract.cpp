#include "tests/contract/projection_store/projection_store_contract.hpp"

namespace hedgerow::test {

using ports::offset_range;
using ports::store_error;

namespace {

template <class Answer, class Ask>
Answer must_be_told(Ask ask) {
  auto came = told<Answer>(ask);
  EXPECT_TRUE(came) << came.error().detail;
  return came ? *std::move(came) : Answer{};
}

template <class Event>
enveloped<Event> at(std::string id, std::int64_t second) {
  enveloped<Event> e;
  e.meta.event_id = std::move(id);
  e.meta.recorded_at = e.meta.occurred_at = {second * 1'000'000};
  return e;
}

}  // namespace

expected<void, store_error> ProjectionStoreContract::put(const std::vector<domain::projected_event>& events,
                                                         std::vector<offset_range> read) {
  auto before = rows(domain::keys_of(events));
  return apply({domain::fold(events, std::move(before)), std::move(read)});
}

void ProjectionStoreContract::put(const std::vector<domain::projected_event>& events) {
  const auto from = position()[trades0];
  const auto done = put(events, {{trades0, from, from + static_cast<std::int64_t>(events.size())}});
  ASSERT_TRUE(done) << done.error().detail;
}

expected<void, store_error> ProjectionStoreContract::apply(ports::projected_batch batch) {
  return told<void>(
      [&](auto done) { rows_.store->apply(std::make_shared<const ports::projected_batch>(std::move(batch)), done); });
}

ports::store_position ProjectionStoreContract::position() {
  return must_be_told<ports::store_position>([&](auto done) { rows_.store->position(done); });
}
known_rows ProjectionStoreContract::rows(const row_keys& keys) {
  return must_be_told<known_rows>([&](auto done) { rows_.store->rows(keys, done); });
}
position_list ProjectionStoreContract::positions() {
  return must_be_told<position_list>([&](auto done) { rows_.answers->positions(done); });
}
std::optional<position_row> ProjectionStoreContract::position_of(const std::string& symbol) {
  return must_be_told<position_answer>([&](auto done) { rows_.answers->position(symbol, done); }).row;
}
trade_page ProjectionStoreContract::trades(const trades_query& query) {
  return must_be_told<trade_page>([&](auto done) { rows_.answers->trades(query, done); });
}
execution_page ProjectionStoreContract::executions(const executions_query& query) {
  return must_be_told<execution_page>([&](auto done) { rows_.answers->executions(query, done); });
}
std::optional<execution_row> ProjectionStoreContract::execution(const std::string& id) {
  return must_be_told<execution_answer>([&](auto done) { rows_.answers->execution(id, done); }).row;
}
dead_letter_page ProjectionStoreContract::dead_letters(const dead_letters_query& query) {
  return must_be_told<dead_letter_page>([&](auto done) { rows_.answers->dead_letters(query, done); });
}
decision_page ProjectionStoreContract::decisions(const decisions_query& query) {
  return must_be_told<decision_page>([&](auto done) { rows_.answers->decisions(query, done); });
}
projection_overview ProjectionStoreContract::overview() {
  return must_be_told<projection_overview>([&](auto done) { rows_.answers->overview(done); });
}

enveloped<onchain_trade> trade_of(const char* symbol, std::uint64_t sequence, std::int64_t second,
                                  const char* dollars) {
  auto e = at<onchain_trade>("trade:" + std::to_string(sequence), second);
  e.data.sequence = sequence;
  e.data.chain_id = 1;
  e.data.symbol = *hedgerow::symbol::parse(symbol);
  e.data.side = side::sell;
  e.data.amount = shares::from_whole(1);
  e.data.notional = *usd::parse(dollars);
  e.data.block_time = e.meta.recorded_at;
  return e;
}

enveloped<schwab_execution> step_of(const char* symbol, std::uint64_t number, execution_state state,
                                    std::int64_t second) {
  auto e = at<schwab_execution>(
      "step:" + std::string{symbol} + ":" + std::to_string(number) + ":" + std::to_string(second), second);
  e.data.execution = {*hedgerow::symbol::parse(symbol), number};
  e.data.quantity = 1;
  e.data.state = state;
  if (state == execution_state::filled) {
    e.data.filled = shares::from_whole(1);
    e.data.filled_notional = *usd::parse("90");
  }
  return e;
}

enveloped<position_update> update_of(const char* symbol, const char* onchain, std::int64_t second) {
  auto e = at<position_update>("position", second);
  e.data.symbol = *hedgerow::symbol::parse(symbol);
  e.data.onchain = *shares::parse(onchain);
  return e;
}

enveloped<dead_letter> letter_of(const char* reason, std::int64_t offset) {
  auto e = at<dead_letter>("letter", offset);
  e.data.service = "validation";
  e.data.origin_topic = "blockchain-events";
  e.data.origin_offset = offset;
  e.data.reason = reason;
  return e;
}

enveloped<control_event> decision_of(const char* scope, std::int64_t second) {
  auto e = at<control_event>("control:" + std::string{scope} + ":" + std::to_string(second), second);
  e.data.scope = scope;
  e.data.by = "ann";
  return e;
}

std::vector<std::uint64_t> sequences_of(const std::vector<trade_row>& rows) {
  std::vector<std::uint64_t> out;
  for (const auto& row : rows) out.push_back(row.trade.sequence);
  return out;
}

std::vector<std::string> ids_of(const std::vector<execution_row>& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows) out.push_back(row.latest.execution.to_string());
  return out;
}

}  // namespace hedgerow::test
